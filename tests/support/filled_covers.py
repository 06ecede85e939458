"""What a cover paid to an attraction of the small world, and what of it came back."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from small_covers import WAITED, SmallCover

from suxin.kernel.actor import Actor
from suxin.perks.covers import queries
from suxin.perks.covers.recovering import RecoveryDraft, report_recovery
from suxin.perks.figures.models import PerkDimension, PerkMonth


@dataclass(frozen=True, kw_only=True)
class FilledCovers:
    """The ids of a cover, and of a claim on it with all that belongs to that."""

    cover_id: UUID
    programme_id: UUID
    order_id: UUID
    open_id: UUID
    claim_id: UUID
    paper_id: UUID
    recovery_id: UUID
    paid_on: date
    due_at: datetime


def counted(now: datetime, dimension: PerkDimension, key: str) -> PerkMonth:
    """Return a cell of nine people."""
    return PerkMonth(
        month=now.date().replace(day=1),
        dimension=dimension,
        key=key,
        redemptions=9,
        uses=9,
        people=9,
        value_fen=900,
        defaults=0,
        counted_at=now,
    )


async def fill_covers(small: SmallCover) -> FilledCovers:
    """Let an attraction be paid for an order that nobody paid, and get a part of that back."""
    perks, city, now = small.perks, small.city, small.city.now + WAITED
    order = await small.unpaid()
    claim = await small.paid(await small.claim(order))
    waiting = await small.claim(await small.unpaid("BIKE-2"), 1)
    draft = RecoveryDraft(received_fen=900, cost_fen=0, recovered_on=now.date(), number="R-1")
    about = {"claim_id": claim.id, "draft": draft, "now": now}
    recovery = await city.act(report_recovery, perks.merchant, **about)
    async with city.database.snapshot(perks.merchant, now=now) as session:
        (paper,) = await queries.papers_of(session, perks.merchant, claim.id)
    # Counted as of the month in which the claim was paid.
    async with city.database.transaction(Actor.system("test"), now=now) as session:
        for dimension, key in ((PerkDimension.COUNTY, "321302"), (PerkDimension.CITY, "")):
            session.add(counted(now, dimension, key))
    return FilledCovers(
        cover_id=small.cover.id,
        programme_id=small.programme.id,
        order_id=order.id,
        open_id=waiting.id,
        claim_id=claim.id,
        paper_id=paper.id,
        recovery_id=recovery.id,
        paid_on=now.date(),
        due_at=waiting.due_at,
    )
