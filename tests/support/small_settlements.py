"""Redemptions on others' money in a test's small city, and the statements that are drawn up of them."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from small_city import SmallCity
from small_perks import SmallPerks, programme_draft

from suxin.kernel.actor import Actor
from suxin.perks.models import Programme, Redemption
from suxin.perks.publishing import approve_programme, draft_programme, submit_programme
from suxin.perks.redeeming import complete_redemption, grant_redemption
from suxin.perks.settlements.drawing import draw_up
from suxin.perks.settlements.models import Settlement
from suxin.perks.states import FunderKind

PLATFORM = Actor.system("test")
NEXT_MONTH = timedelta(days=30)


async def citys_programme(small: SmallPerks, **changes: Any) -> Programme:
    """Publish a programme of tickets on the city's money, approved by the operator."""
    return await programme_on_funds(small, "tour.ticket", **changes)


async def programme_on_funds(small: SmallPerks, scenario: str, **changes: Any) -> Programme:
    """Publish a programme of a scenario on the city's money, approved by the operator."""
    draft = programme_draft(
        scenario, funder=FunderKind.CITY, funder_name="市信用办", budget_fen=100_000, **changes
    )
    drafted = await small.city.act(draft_programme, small.merchant, draft=draft)
    await small.city.act(submit_programme, small.merchant, programme_id=drafted.id)
    approved: Programme = await small.city.act(
        approve_programme, small.city.operator, programme_id=drafted.id
    )
    return approved


async def completed(
    small: SmallPerks, programme: Programme, *, now: datetime | None = None, **held: Any
) -> Redemption:
    """Redeem a programme to its end."""
    city, merchant = small.city, small.merchant
    redemption = await small.hold(programme, now=now, **held)
    await city.act(grant_redemption, merchant, redemption_id=redemption.id, now=now)
    done: Redemption = await city.act(
        complete_redemption, merchant, redemption_id=redemption.id, now=now
    )
    return done


async def drawn(city: SmallCity, month: date, *, now: datetime | None = None) -> list[Settlement]:
    """Let the platform draw up a month's statements."""
    moment = now or city.now + NEXT_MONTH
    async with city.batch.transaction(PLATFORM, now=moment) as session:
        return await draw_up(session, month=month, now=moment)


async def one_statement(small: SmallPerks) -> UUID:
    """Let a merchant have one statement on the city's money, drawn up."""
    await completed(small, await citys_programme(small))
    (found,) = await drawn(small.city, small.city.now.date().replace(day=1), now=small.city.now)
    return found.id
