"""Points and the shop of the demo city's first village: rules in force, claims in every kind of state, a stocked shop and some redemptions.

The worker does it after the registers are there. Each step is a command of the product, those of weeks ago at their moment; a city that
has claims is left as it is.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.appealing import take_down_appeal
from suxin.grid.chain import Said, check_claims, declare_home, vote_on_claims
from suxin.grid.claiming import record_claim
from suxin.grid.contents import ClaimContent, digest
from suxin.grid.minutes import Minutes
from suxin.grid.models import PointClaim
from suxin.grid.noticing import notice_over, publish_notice
from suxin.grid.rule_sets import adopt_rule_set, confirm_rule_set, draft_rule_set
from suxin.grid.states import Meeting, Verdict
from suxin.grid.templates import template_named
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.shop import goods
from suxin.shop.accounts import FEN_PER_POINT
from suxin.shop.budgets import confirm_budget, propose_budget
from suxin.shop.redeeming import hand_over, hold_at_counter
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles
from suxin.villages.models import Household, Village
from suxin_server.demo import cast
from suxin_server.demo.office import SYSTEM, people_of
from suxin_server.demo.villages import HOUSEHOLDS

RULES: Final = "activity-star"
BEGAN_BEFORE: Final = timedelta(days=45)
"""How long the rules have been in force."""

CLAIMED_BEFORE: Final = timedelta(days=33)
"""When the claims were made that are posted by now: whatever holidays lie in between, their notice is over."""

POSTED: Final = 6
"""How many households have points."""

DEEDS: Final = (
    ("mediate", "调解邻里地界纠纷", 2),
    ("campaign", "入户宣传防电信诈骗", 2),
    ("perform", "村晚演出", 1),
)
"""What each of them did, and how often, on days one after the other."""

BUDGET_POINTS: Final = 6_000
STOCK: Final = 60
BASKETS: Final = (("0002", "soap", 3), ("0003", "towel", 1), ("0004", "rice", 1))
"""What was redeemed: by which household, what, and how many; the last is not handed over yet."""

_STAFF: Final = ("admin", "grid", "committee", "committee2", "committee3", "supervisor", "shop")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    admin: Actor
    worker: Actor
    committee: Sequence[Actor]
    supervisor: Actor
    keeper: Actor


@dataclass(frozen=True, slots=True)
class PointedCity:
    """The database of a demo city, how photos are sealed, and what its villages' people may do."""

    database: Database
    sealer: Sealer
    profiles: Profiles

    async def fill(self, *, now: datetime) -> bool:
        """Lead the points and the shop; return whether there was anything to do."""
        village = await self._village(now=now)
        if village is None:
            return False
        log_ins = [f"village.{one}" for one in _STAFF]
        found = await people_of(self.database, self.profiles, village.tenant_id, log_ins, now=now)
        admin, worker, *committee, supervisor, keeper = found
        people = _People(
            admin=admin, worker=worker, committee=committee, supervisor=supervisor, keeper=keeper
        )
        households = await self._households(village, now=now)
        await self._rules(people, now=now - BEGAN_BEFORE)
        await self._posted(people, households[:POSTED], now=now - CLAIMED_BEFORE)
        await self._open(people, households[POSTED:], now=now)
        await self._shop(people, now=now)
        return True

    async def _village(self, *, now: datetime) -> Village | None:
        async with self.database.transaction(SYSTEM, now=now) as session:
            if await session.scalar(select(PointClaim.id).limit(1)) is not None:
                return None
            name = next(one.name for one in cast.OTHERS if one.slug == "village")
            return await session.scalar(
                select(Village)
                .join(Tenant, Tenant.id == Village.tenant_id)
                .where(Tenant.name == name)
            )

    async def _households(self, village: Village, *, now: datetime) -> Sequence[Household]:
        async with self.database.transaction(SYSTEM, now=now) as session:
            found = await session.scalars(
                select(Household)
                .where(Household.tenant_id == village.tenant_id)
                .order_by(Household.number)
                .limit(HOUSEHOLDS)
            )
            return found.all()

    async def _rules(self, people: _People, *, now: datetime) -> None:
        everybody = (people.worker, *people.committee, people.supervisor, people.keeper)
        for by, whose in ((people.admin, everybody), (people.supervisor, (people.admin,))):
            for one in whose:
                await self._act(declare_home, by, staff_id=one.own_staff, household_id=None, now=now)  # fmt: skip
        book = template_named(RULES).book
        drafted = await self._act(draft_rule_set, people.admin, book=book, now=now)
        minutes = Minutes(
            meeting=Meeting.REPRESENTATIVES,
            met_on=local_day(now),
            entitled=42,
            present=37,
            in_favour=35,
            kept_at="村委会档案柜",
        )
        await self._act(
            adopt_rule_set, people.admin, rule_set_id=drafted.id, minutes=minutes, now=now
        )
        await self._act(
            confirm_rule_set,
            people.supervisor,
            rule_set_id=drafted.id,
            starts_on=local_day(now + _DAY),
            now=now,
        )

    async def _posted(
        self, people: _People, households: Sequence[Household], *, now: datetime
    ) -> None:
        """Let households do what earned them points, through every body, until the notice is over."""
        claims = []
        for household in households:
            for rule, note, times in DEEDS:
                for before in range(times):
                    claim = await self._claim(people, household, rule, note, before, now=now)
                    claims.append(claim)
        await self._approve(people, claims, now=now + _DAY)
        notice, _ = await self._act(publish_notice, people.admin, now=now + 2 * _DAY)
        over = notice.ends_at + timedelta(seconds=1)
        async with self.database.transaction(SYSTEM, now=over) as session:
            await notice_over(session, tenant_id=notice.tenant_id, notice_id=notice.id, now=over)

    async def _open(
        self, people: _People, households: Sequence[Household], *, now: datetime
    ) -> None:
        """Leave claims in each state that somebody has to do something about."""
        claims = [
            await self._claim(people, one, "activity", "参加文明实践活动", 0, now=now - 2 * _DAY)
            for one in households[:6]
        ]
        noticed, objected, checked, refused, *_ = claims
        approved = [noticed, objected]
        await self._approve(people, approved, now=now - _DAY)
        await self._act(publish_notice, people.admin, now=now - _DAY)
        await self._act(
            take_down_appeal,
            people.keeper,
            claim_id=objected.id,
            resident="一组村民",
            reason="当日未见其参加",
            now=now,
        )
        await self._check(people, [checked], now=now)
        against = Said(claim_id=refused.id, verdict=Verdict.AGAINST, reason="活动签到表没有该户")
        await self._act(check_claims, people.admin, said=[against], now=now)

    async def _claim(
        self,
        people: _People,
        household: Household,
        rule: str,
        note: str,
        before: int,
        *,
        now: datetime,
    ) -> PointClaim:
        content = ClaimContent(
            household_id=household.id,
            member_id=household.head_id,
            rule_code=rule,
            times=1,
            happened_on=local_day(now - _DAY * before),
            note=note,
        )
        recorded = await self._act(
            record_claim,
            people.worker,
            claim_id=new_id(now),
            content_hash=digest(content),
            content=content,
            sealer=self.sealer,
            now=now,
        )
        claim: PointClaim = recorded.claim
        return claim

    async def _approve(
        self, people: _People, claims: Sequence[PointClaim], *, now: datetime
    ) -> None:
        await self._check(people, claims, now=now)
        for member in people.committee:
            await self._act(vote_on_claims, member, said=_for(claims), now=now)

    async def _check(self, people: _People, claims: Sequence[PointClaim], *, now: datetime) -> None:
        await self._act(check_claims, people.admin, said=_for(claims), now=now)

    async def _shop(self, people: _People, *, now: datetime) -> None:
        proposed = await self._act(
            propose_budget,
            people.admin,
            year=local_day(now).year,
            amount_fen=BUDGET_POINTS * FEN_PER_POINT,
            source="村集体经济收益（演示）",
            now=now,
        )
        await self._act(confirm_budget, people.supervisor, budget_id=proposed.id, now=now)
        of_template: dict[str, UUID] = {}
        for code in ("detergent", "soap", "noodles", "towel", "broom", "rice"):
            good = await self._act(goods.add_from_template, people.keeper, template=code, now=now)
            await self._act(
                goods.deliver_goods, people.keeper, good_id=good.id, pieces=STOCK, now=now
            )
            of_template[code] = good.id
        for number, code, pieces in BASKETS:
            held = await self._act(
                hold_at_counter,
                people.worker,
                household_number=number,
                collector="户主本人",
                basket={of_template[code]: pieces},
                now=now,
            )
            if number != BASKETS[-1][0]:
                await self._act(hand_over, people.keeper, redemption_id=held.id, now=now)

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


def _for(claims: Sequence[PointClaim]) -> list[Said]:
    return [Said(claim_id=one.id, verdict=Verdict.FOR) for one in claims]
