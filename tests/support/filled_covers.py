"""What a cover paid to an attraction of the small world, and what of it came back."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from small_covers import WAITED, build_cover
from small_perks import SmallPerks

from suxin.perks.covers import queries
from suxin.perks.covers.recovering import RecoveryDraft, report_recovery


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


async def fill_covers(perks: SmallPerks) -> FilledCovers:
    """Let an attraction be paid for an order that nobody paid, and get a part of that back."""
    city, now = perks.city, perks.city.now + WAITED
    small = await build_cover(perks)
    order = await small.unpaid()
    claim = await small.paid(await small.claim(order))
    waiting = await small.claim(await small.unpaid("BIKE-2"), 1)
    draft = RecoveryDraft(received_fen=900, cost_fen=0, recovered_on=now.date(), number="R-1")
    about = {"claim_id": claim.id, "draft": draft, "now": now}
    recovery = await city.act(report_recovery, perks.merchant, **about)
    async with city.database.snapshot(perks.merchant, now=now) as session:
        (paper,) = await queries.papers_of(session, perks.merchant, claim.id)
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
