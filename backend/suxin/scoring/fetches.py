"""Fetches of tiers: a tenant's system uses a consent once to learn a subject's tiers, as it does for records."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.fetches import Delivery, delivered, fetch_category
from suxin.consent.models import Consent, ConsentFetch
from suxin.consent.queries import tenants_consent
from suxin.kernel.actor import Actor
from suxin.kernel.audit import Ground, Receipt, note_read
from suxin.scoring.models import ScoreTier
from suxin.scoring.policies import TIER_READ
from suxin.scoring.queries import tiers_of
from suxin.scoring.tiers import TIER_FIELDS
from suxin.subjects.models import DataCategory


async def fetch_tiers(
    session: AsyncSession, actor: Actor, *, consent_id: UUID, now: datetime
) -> Delivery:
    """Deliver the tiers in force that a consent covers, and count it; a receipt tells the subject.

    None in force is an answer as well, and says nothing about the subject.

    :raises Forbidden: if the actor may not ask for tiers, or not for the consent's purpose
    :raises NotFound: if it is no consent of the actor's tenant, or his token is for another
    :raises ConsentNotActive: if it is paused, has ended, or waits for an answer
    :raises CategoriesOutsidePurpose: if the consent does not cover tiers
    :raises LicensedChannelRequired: if a natural person's tier may not reach this bank any more
    :raises FrequencyExhausted: if it was used as often as was agreed
    Source: PIPL art. 6 (a tier and never a score); decision 10 (every use is counted)
    """

    async def found(consent: Consent) -> list[dict[str, Any]]:
        on_it = replace(actor, consent_id=consent.id)
        tiers = await tiers_of(
            session, on_it, subject_id=consent.subject_id, purpose=consent.purpose, now=now
        )
        return [_delivered(tier) for tier in tiers]

    return await fetch_category(
        session,
        actor,
        consent_id=consent_id,
        category=DataCategory.SCORE_TIER,
        needs=TIER_READ,
        found=found,
        now=now,
    )


async def tiers_delivered(
    session: AsyncSession, actor: Actor, *, consent_id: UUID, number: int, now: datetime
) -> ConsentFetch:
    """Return what a fetch of tiers has just delivered, whose receipt its own transaction wrote.

    :raises Forbidden: if the actor may not ask for tiers
    :raises NotFound: if it is no consent of the actor's tenant, or it has no such fetch
    :raises ConsentNotActive: if the consent is paused or has ended
    """
    return await delivered(
        session, actor, consent_id=consent_id, number=number, needs=TIER_READ, now=now
    )


async def tiers_delivered_before(
    session: AsyncSession, actor: Actor, *, consent_id: UUID, number: int, now: datetime
) -> ConsentFetch:
    """Return what an earlier fetch of tiers delivered, to be sent once more: no new use, and a receipt of its own.

    :raises Forbidden, NotFound, ConsentNotActive: see ``tiers_delivered``
    """
    found = await tiers_delivered(session, actor, consent_id=consent_id, number=number, now=now)
    consent = await tenants_consent(session, actor, consent_id)
    note_read(
        session,
        Receipt(
            subject_id=consent.subject_id,
            purpose=consent.purpose,
            categories=(DataCategory.SCORE_TIER.value,),
            fields=TIER_FIELDS,
            row_count=len(found.content or ()),
            object_type="score_tier",
            ground=Ground(consent_id=consent.id),
        ),
    )
    return found


def _delivered(tier: ScoreTier) -> dict[str, Any]:
    return {
        "model": tier.model_code,
        "tier": tier.tier,
        "asOf": tier.as_of.isoformat(),
        "validUntil": tier.valid_until.isoformat(),
    }
