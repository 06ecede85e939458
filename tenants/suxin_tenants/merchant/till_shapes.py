"""What a till sends and is told, in its headers and its JSON."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from suxin.perks.models import Redemption

PREFIX: Final = "/perks/v1"
KEY_HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotency-Replayed"


class RedemptionAsked(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """A code that somebody shows, or, for whoever shows none, the programme; and how many come."""

    code: str | None = None
    programme_id: UUID | None = None
    persons: int = 1


class BenefitShown(msgspec.Struct, frozen=True, rename="camel"):
    """What one person gets; ``figure`` counts by ``unit``: fen, bps, minutes, pieces, or nothing."""

    kind: str
    label: str
    terms: str
    figure: int
    unit: str


class RedemptionShown(msgspec.Struct, frozen=True, rename="camel"):
    """A redemption as a till sees it; ``handle`` is a pseudonym at this merchant alone, none for a visitor."""

    id: UUID
    programme_id: UUID
    handle: str | None
    persons: int
    benefit: BenefitShown
    state: str
    value_fen: int
    ended_at: datetime | None


def shown(redemption: Redemption) -> dict[str, Any]:
    """Return a redemption as it is told, and kept with its key."""
    benefit = redemption.benefit_read
    told = RedemptionShown(
        id=redemption.id,
        programme_id=redemption.programme_id,
        handle=redemption.handle,
        persons=redemption.persons,
        benefit=BenefitShown(
            kind=benefit.kind.value,
            label=benefit.label,
            terms=benefit.terms,
            figure=benefit.figure,
            unit=benefit.kind.unit,
        ),
        state=redemption.state.value,
        value_fen=redemption.used_value_fen,
        ended_at=redemption.ended_at,
    )
    plain: dict[str, Any] = msgspec.to_builtins(told)
    return plain
