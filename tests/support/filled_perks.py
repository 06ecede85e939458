"""What an attraction of the small world gave out, has waiting, and is owed."""

from dataclasses import dataclass
from uuid import UUID

from filled_covers import FilledCovers, fill_covers
from filled_limits import FilledLimits, fill_limits
from small_city import SmallCity
from small_covers import build_cover
from small_perks import build_perks, programme_draft
from small_settlements import one_statement
from small_tickets import fill_ticket

from suxin.kernel.actor import Actor
from suxin.perks.models import Programme
from suxin.perks.publishing import draft_programme, submit_programme
from suxin.perks.states import FunderKind
from suxin.tenancy.profiles import TenantKind


@dataclass(frozen=True, kw_only=True)
class FilledPerks:
    """What an attraction gave out, whose rows are no merchant's to see."""

    gate: Actor
    programme: Programme
    redemption_id: UUID
    settlement_id: UUID
    ticket_id: UUID
    covered: FilledCovers
    limited: FilledLimits


async def fill_perks(city: SmallCity) -> FilledPerks:
    """Let an attraction publish a programme and submit another, and the applicant's firm redeem the first, and have a statement."""
    small = await build_perks(city, TenantKind.ATTRACTION)
    programme = await small.published(stock=100)
    held = await small.hold(programme, city.firm_id)
    citys = programme_draft(funder=FunderKind.CITY, funder_name="市信用办", budget_fen=100_000)
    drafted = await city.act(draft_programme, small.merchant, draft=citys)
    await city.act(submit_programme, small.merchant, programme_id=drafted.id)
    cover = await build_cover(small)
    return FilledPerks(
        gate=small.merchant,
        programme=programme,
        redemption_id=held.id,
        settlement_id=await one_statement(small),
        ticket_id=await fill_ticket(city, small.merchant, programme),
        covered=await fill_covers(cover),
        limited=await fill_limits(cover),
    )
