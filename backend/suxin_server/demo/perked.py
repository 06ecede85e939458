"""The programmes of the demo city: made from templates by invented merchants, with some redemptions by visitors.

The worker does it after the start by the product's own commands, in the merchants' own names. A city that has programmes is left as it is.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.working_days import local_day
from suxin.perks.drafts import from_template
from suxin.perks.models import Programme
from suxin.perks.publishing import draft_programme, publish_programme
from suxin.perks.redeeming import complete_redemption, grant_redemption, hold_redemption
from suxin.perks.tickets.issuing import Wanted, hand_ticket
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles, TenantKind
from suxin_server.demo.book import REQUEST_ID
from suxin_server.demo.office import people_of
from suxin_server.demo.shops import OFFERED

BEGAN_BEFORE: Final = timedelta(days=30)
"""How long the programmes have been open: some redemptions are of the month before the start."""
STOCK: Final = 2_000
BUDGET_FEN: Final = 5_000_000
HANDED: Final = 2
"""How many tickets an attraction hands out at the start, each for two."""
REDEEMED: Final = 3
"""How many visitors redeemed each programme."""

TICKETED: Final = "tour.ticket"

_SYSTEM: Final = Actor.system(REQUEST_ID)
_DAY: Final = timedelta(days=1)
_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class PerkedCity:
    """The database of a demo city, with what its merchants' people may do."""

    database: Database
    profiles: Profiles

    async def fill(self, *, now: datetime) -> bool:
        """Publish the programmes and redeem some; return whether there was anything to do."""
        async with self.database.transaction(_SYSTEM, now=now) as session:
            known = await session.scalar(select(Programme.id).limit(1))
            kinds = (TenantKind.MERCHANT, TenantKind.ATTRACTION)
            shops = (await session.scalars(select(Tenant).where(Tenant.kind.in_(kinds)))).all()
        if known is not None or not shops:
            return False
        began = now - BEGAN_BEFORE
        for shop in shops:
            for log_in, scenarios in OFFERED:
                for actor in await people_of(
                    self.database, self.profiles, shop.id, [log_in], now=now
                ):
                    await self._offer(actor, shop, scenarios, began=began, now=now)
        return True

    async def _offer(
        self,
        actor: Actor,
        shop: Tenant,
        scenarios: Sequence[str],
        *,
        began: datetime,
        now: datetime,
    ) -> None:
        for scenario in scenarios:
            draft = from_template(
                scenario,
                funder_name=shop.short_name,
                venue=shop.name,
                areas=(shop.area_code,),
                starts_on=local_day(began),
                ends_before=local_day(began) + _YEAR,
                stock=STOCK,
                budget_fen=BUDGET_FEN,
            )
            made = await self._act(draft_programme, actor, draft=draft, now=began)
            await self._act(publish_programme, actor, programme_id=made.id, now=began)
            for number in range(REDEEMED):
                await self._redeem(actor, made.id, now=began + _DAY * (number + 1))
            if scenario == TICKETED:
                await self._hand_tickets(actor, made.id, now=now)

    async def _hand_tickets(self, actor: Actor, programme_id: UUID, *, now: datetime) -> None:
        """Hand tickets out that are good from today on, so that a gate has something to read."""
        wanted = Wanted(persons=2, day=local_day(now), days=3)
        for _ in range(HANDED):
            await self._act(hand_ticket, actor, programme_id=programme_id, wanted=wanted, now=now)

    async def _redeem(self, actor: Actor, programme_id: UUID, *, now: datetime) -> None:
        held = await self._act(
            hold_redemption, actor, programme_id=programme_id, subject_id=None, now=now
        )
        await self._act(grant_redemption, actor, redemption_id=held.id, now=now)
        await self._act(complete_redemption, actor, redemption_id=held.id, now=now)

    async def _act(
        self,
        command: Callable[..., Awaitable[Any]],
        actor: Actor,
        *,
        now: datetime,
        **given: object,
    ) -> Any:  # noqa: ANN401 - what the command returns
        async def work(session: AsyncSession) -> Any:  # noqa: ANN401 - see above
            return await command(session, actor, now=now, **given)

        return await self.database.run(actor, work, now=now)
