"""What the city's money paid to merchants of the demo city for past months: meals and admissions that were cheaper for visitors.

The worker does it after the start by the product's own commands, as of when each would have been done: programmes that the office approved, what
was redeemed in the three months before, the statements as the platform draws them up, and what the merchants and the office did about them. Each
of the three is one transaction; one that is there already is left as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.together import Together, together
from suxin.kernel.working_days import BUILT_IN, SHANGHAI, add_working_days, local_day
from suxin.perks.drafts import from_template
from suxin.perks.models import Programme
from suxin.perks.redeeming import redeem_at_once
from suxin.perks.settlements.commands import approve_settlement, confirm_settlement, note_payment
from suxin.perks.settlements.drawing import draw_up, month_due
from suxin.perks.settlements.models import Settlement
from suxin.perks.states import FunderKind
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles
from suxin_server.demo.office import SYSTEM
from suxin_server.demo.on_funds import FUNDER, OFFICE, keeper_of, office_of, open_programme

MALL: Final = "mall.admin"
LAKE: Final = "lake.admin"
OFFERED: Final = {
    MALL: ("eat.discount", "惠民餐饮补贴", "市级专项资金补贴的餐饮折扣，人人可享，守信更优。"),
    LAKE: ("tour.ticket", "惠民门票补贴", "市级专项资金补贴的门票优惠，人人可享，守信更优。"),
}
"""Which template each of them offers on the city's money, under which name, and what is said of it."""

REDEEMED: Final = ((3, 1), (9, 2), (16, 1), (24, 3))
"""On which days of each month visitors redeemed each, and how many persons at once."""

MONTHS: Final = 3
"""How many months before this one: two of them are drawn up on whatever day a city is made, so that one is paid and one waits."""

BUDGET_FEN: Final = 2_000_000
_DAY: Final = timedelta(days=1)
_YEAR: Final = timedelta(days=365)
_OPENING: Final = time(9, 30)
_NOON: Final = time(12, 20)
_AFTER_MIDNIGHT: Final = time(0, 10)


@dataclass(frozen=True, slots=True)
class _Shop:
    """A merchant or an attraction, with whoever keeps it."""

    tenant: Tenant
    keeper: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledCity:
    """The two databases of a demo city, and what its people may do."""

    database: Database
    batch: Database
    profiles: Profiles

    async def fill(self, *, now: datetime) -> bool:
        """Redeem on the city's money, draw statements up, and settle; return whether there was anything to do."""
        office = await office_of(self.database, self.profiles, now=now)
        shops = {}
        for log_in in OFFERED:
            found = await keeper_of(self.database, self.profiles, log_in, now=now)
            if found is None or len(office) < len(OFFICE):
                return False
            shops[log_in] = _Shop(*found)
        async with self.database.transaction(SYSTEM, now=now) as session:
            on_funds = Programme.funder == FunderKind.CITY
            redeemed = await session.scalar(select(Programme.id).where(on_funds).limit(1))
            drawn = await session.scalar(select(Settlement.id).limit(1))
            agreed = Settlement.confirmed_at.is_not(None)
            settled = await session.scalar(select(Settlement.id).where(agreed).limit(1))
        months = _months_before(now)
        if redeemed is None:
            async with together(self.database, now=now) as one:
                await _redeem(one, shops, office[0], months)
        if drawn is None:
            await self._draw_up(months, now=now)
        if settled is None:
            async with together(self.database, now=now) as one:
                await _settle(one, shops, office, now=now)
        return settled is None

    async def _draw_up(self, months: Sequence[date], *, now: datetime) -> None:
        """Draw up each month's statements on the day on which the platform does, as far as that has come."""
        for month in months:
            at = datetime.combine(_next(month), _AFTER_MIDNIGHT, SHANGHAI)
            async with self.database.transaction(SYSTEM, now=now) as session:
                while at <= now and await month_due(session, now=at) is None:
                    at += _DAY
            if at <= now:
                async with self.batch.transaction(SYSTEM, now=at) as session:
                    await draw_up(session, month=month, now=at)


async def _redeem(
    one: Together, shops: dict[str, _Shop], official: Actor, months: Sequence[date]
) -> None:
    """Open a programme of each on the city's money, and let visitors redeem it in each month."""
    began = datetime.combine(months[0], _OPENING, SHANGHAI)
    for log_in, (scenario, name, summary) in OFFERED.items():
        shop = shops[log_in]
        draft = from_template(
            scenario,
            name=name,
            summary=summary,
            funder=FunderKind.CITY,
            funder_name=FUNDER,
            venue=shop.tenant.name,
            areas=(shop.tenant.area_code,),
            starts_on=months[0],
            ends_before=months[0] + _YEAR,
            budget_fen=BUDGET_FEN,
            party_limit=max(persons for _, persons in REDEEMED),
            person_daily=max(persons for _, persons in REDEEMED),
        )
        programme_id = await open_programme(one, shop.keeper, official, draft=draft, now=began)
        for month in months:
            for day, persons in REDEEMED:
                at = datetime.combine(month.replace(day=day), _NOON, SHANGHAI)
                async with one.transaction(shop.keeper, now=at) as session:
                    await redeem_at_once(
                        session,
                        shop.keeper,
                        programme_id=programme_id,
                        subject_id=None,
                        persons=persons,
                        now=at,
                    )


async def _settle(
    one: Together, shops: dict[str, _Shop], office: Sequence[Actor], *, now: datetime
) -> None:
    """Let what was drawn up before the last month be paid; of the last, the mall has not answered, and the lake waits for a second approval."""
    async with one.transaction(SYSTEM, now=now) as session:
        rows = (await session.scalars(select(Settlement).order_by(Settlement.month))).all()
        found = [(row.month, row.tenant_id, row.id, row.drawn_up_at) for row in rows]
    keepers = {shop.tenant.id: (log_in, shop.keeper) for log_in, shop in shops.items()}
    for number, (month, tenant_id, settlement_id, drawn_up_at) in enumerate(found, start=1):
        log_in, keeper = keepers[tenant_id]
        is_last = month == found[-1][0]
        if is_last and log_in == MALL:
            continue
        turns = _Turns(one, settlement_id, drawn_up_at, now)
        await turns.agree(keeper, office[0])
        if not is_last:
            await turns.pay(office[1], f"YS-JS-{month:%Y%m}-{number}")


@dataclass(frozen=True, slots=True)
class _Turns:
    """What is done about one statement in the working days after it was drawn up, or now where those are not over."""

    one: Together
    settlement_id: UUID
    drawn_up_at: datetime
    now: datetime

    async def agree(self, keeper: Actor, first: Actor) -> None:
        """Let the merchant confirm it, and one of two approve it."""
        at, about = self._days_after(1), {"settlement_id": self.settlement_id}
        async with self.one.transaction(keeper, now=at) as session:
            await confirm_settlement(session, keeper, **about, now=at)
        at = self._days_after(2)
        async with self.one.transaction(first, now=at) as session:
            await approve_settlement(session, first, **about, now=at)

    async def pay(self, second: Actor, reference: str) -> None:
        """Let another approve it, and note its payment."""
        at, about = self._days_after(3), {"settlement_id": self.settlement_id}
        async with self.one.transaction(second, now=at) as session:
            await approve_settlement(session, second, **about, now=at)
        at = self._days_after(5)
        async with self.one.transaction(second, now=at) as session:
            await note_payment(
                session, second, **about, paid_on=local_day(at), reference=reference, now=at
            )

    def _days_after(self, days: int) -> datetime:
        day = add_working_days(self.drawn_up_at, days, calendar=BUILT_IN).last_day
        return min(self.now, datetime.combine(day, _OPENING, SHANGHAI))


def _months_before(now: datetime) -> Sequence[date]:
    """Return the first days of the months before this one, oldest first."""
    months = [local_day(now).replace(day=1)]
    for _ in range(MONTHS):
        months.insert(0, (months[0] - _DAY).replace(day=1))
    return months[:-1]


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
