"""Tiers in force, and what is noted where they are weighed."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select

from suxin.kernel.audit import Receipt
from suxin.kernel.bases import AccessBasis, ground_of
from suxin.kernel.single_steps import Term
from suxin.scoring.models import ScoreTier
from suxin.subjects.models import DataCategory

TIER_FIELDS: Final = ("model_code", "tier", "as_of", "valid_until")


MAX_TIERS: Final = 20
"""How many tiers of one subject are told, one for each model that scores its kind (proposed default)."""


def opens_tiers(basis: AccessBasis) -> bool:
    """Return whether a basis covers tiers."""
    return DataCategory.SCORE_TIER in basis.categories


def tiers_receipt(subject_id: UUID, purpose: str, basis: AccessBasis, *, count: int) -> Receipt:
    """Return what is noted of tiers that were weighed on a basis."""
    return Receipt(
        subject_id=subject_id,
        purpose=purpose,
        categories=(DataCategory.SCORE_TIER.value,),
        fields=TIER_FIELDS,
        row_count=count,
        object_type="score_tier",
        ground=ground_of(basis),
    )


def tiers_in_force(subject_id: Term[UUID], *, on: Term[date]) -> Select[ScoreTier]:
    """Return the statement of a subject's tiers that are in force on a day, ``MAX_TIERS`` at most."""
    return (
        select(ScoreTier)
        .where(ScoreTier.subject_id == subject_id, ScoreTier.valid_until > on)
        .order_by(ScoreTier.model_code)
        .limit(MAX_TIERS)
    )
