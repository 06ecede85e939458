"""How banks keep the 1-3-5 deadlines: what they did, where their referrals stand, and which were escalated.

What a bank did is counted in the audit stream and speeds are the published ones; referrals are read as the row policies
let the operator, of nobody by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from litestar import get
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.pinyin import pinyin_of
from suxin.kernel.queries import acts_counted
from suxin.lending.deadlines import ACCEPT_WITHIN_DAYS, CONTACT_WITHIN_DAYS, DECIDE_WITHIN_DAYS
from suxin.lending.models import BankSpeed, Referral, ReferralState, Step
from suxin.lending.policies import STATISTICS_READ
from suxin.lending.queries import service_levels as queries
from suxin.tenancy.models import Tenant, TenantStatus
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import tenants, tenants_by_id
from suxin_tenants.paging import ListPage, read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit
from suxin_tenants.words import REFERRAL_STATES, TENANT_STATES

PERIODS: Final[Mapping[str, tuple[str, int]]] = {
    "7": ("近 7 天", 7),
    "30": ("近 30 天", 30),
    "90": ("近 90 天", 90),
}
DEFAULT_PERIOD: Final = "30"
BANKS_A_PAGE: Final = 50
ESCALATIONS_A_PAGE: Final = 20
_BPS: Final = 10_000
COUNTED: Final[Mapping[str, tuple[str, ...]]] = {
    "受理": ("lending.referral.accepted", "lending.referral.claimed"),
    "联系": ("lending.referral.contacted",),
    "报价": ("lending.offer.made",),
    "婉拒": ("lending.referral.declined",),
    "超时退回": ("lending.referral.lapsed",),
    "成交": ("lending.offer.accepted",),
}
DEADLINES: Final[Mapping[Step, tuple[str, int]]] = {
    Step.ACCEPT: ("受理", ACCEPT_WITHIN_DAYS),
    Step.CONTACT: ("联系", CONTACT_WITHIN_DAYS),
    Step.DECIDE: ("答复", DECIDE_WITHIN_DAYS),
}
# Whom nobody could have reached lapses without a report, so that accepting too late is never escalated.
ESCALATED: Final = (Step.CONTACT, Step.DECIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankLevel:
    """One bank's line: its published speed, if measured, and its counts of the period."""

    tenant: Tenant
    speed: BankSpeed | None
    acts: Mapping[str, int]
    states: Mapping[ReferralState, int]
    escalated: Mapping[Step, int]

    @property
    def on_time_bps(self) -> int | None:
        """The share of referrals answered in time, in basis points, rounded half up."""
        if self.speed is None or not self.speed.referrals:
            return None
        referrals = self.speed.referrals
        return (self.speed.answered_on_time * 2 * _BPS + referrals) // (2 * referrals)

    @property
    def response_zh(self) -> str:
        """The median time to an answer, as people say it."""
        hours = 0 if self.speed is None else self.speed.median_response_hours
        return f"{hours} 小时" if hours else "不足 1 小时"

    @property
    def referrals(self) -> int:
        """How many referrals were dispatched to the bank in the period."""
        return sum(self.states.values())


@get("/service-levels")
async def show_service_levels(visit: GivenVisit) -> Answer:
    """Show the city's sums and a page of banks."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(STATISTICS_READ)
    days = _days_asked(visit)
    async with visit.reading() as session:
        page, levels, sums = await bank_levels(session, visit, days=days)
        return await visit.page(
            session,
            "operator/service_levels.html",
            {
                "page": page,
                "levels": levels,
                "sums": sums,
                "open": await queries.count_open_escalations(session),
                "periods": PERIODS,
                "days": days,
                "deadlines": DEADLINES,
                "escalated": ESCALATED,
                "referral_states": REFERRAL_STATES,
                "states": TENANT_STATES,
                "suspended": TenantStatus.SUSPENDED,
            },
        )


@get("/service-levels/escalations")
async def show_escalations(visit: GivenVisit) -> Answer:
    """Show the escalated referrals that still wait for their bank."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(STATISTICS_READ)
    async with visit.reading() as session:
        page = await read_page(
            session,
            visit.request,
            queries.open_escalations(),
            Referral.id,
            size=ESCALATIONS_A_PAGE,
        )
        banks = await session.scalars(tenants_by_id({row[0].tenant_id for row in page.rows}))
        return await visit.page(
            session,
            "operator/escalations.html",
            {
                "page": page,
                "count": await queries.count_open_escalations(session),
                "names": {bank.id: bank.short_name for bank in banks},
                "deadlines": DEADLINES,
                "referral_states": REFERRAL_STATES,
            },
        )


def by_short_name(tenant: Tenant) -> tuple[str, str]:
    """Return the key that orders organisations as a reader looks for them: by the pinyin of the name that is shown."""
    return pinyin_of(tenant.short_name), tenant.short_name


async def bank_levels(
    session: AsyncSession, visit: Visit, *, days: str
) -> tuple[ListPage, list[BankLevel], Mapping[str, int]]:
    """Return a page of banks with their counts of the period, and the counts of all banks."""
    since = visit.now - timedelta(days=PERIODS[days][1])
    listed = tenants(kind=TenantKind.BANK, city_alone=True)
    page = await read_page(
        session,
        visit.request,
        listed,
        Tenant.id,
        kept={"days": days},
        size=BANKS_A_PAGE,
    )
    banks = sorted((row[0] for row in page.rows), key=by_short_name)
    acts = await acts_counted(
        session,
        actions=[action for actions in COUNTED.values() for action in actions],
        since=since,
    )
    of_the_city = {bank.id for bank in await session.scalars(listed)}
    states = await queries.referrals_by_state(session, since=since)
    missed = await queries.escalations_by_step(session, since=since)
    speeds = await queries.speeds_of_banks(session, [bank.id for bank in banks])
    levels = [
        BankLevel(
            tenant=bank,
            speed=speeds.get(bank.id),
            acts={
                name: sum(acts.get((bank.id, action), 0) for action in actions)
                for name, actions in COUNTED.items()
            },
            states={state: states.get((bank.id, state), 0) for state in REFERRAL_STATES},
            escalated={step: missed.get((bank.id, step), 0) for step in ESCALATED},
        )
        for bank in banks
    ]
    sums = {
        name: sum(
            count
            for (tenant_id, action), count in acts.items()
            if action in actions and tenant_id in of_the_city
        )
        for name, actions in COUNTED.items()
    }
    return page, levels, sums


def _days_asked(visit: Visit) -> str:
    days = visit.request.query_params.get("days", DEFAULT_PERIOD)
    return days if days in PERIODS else DEFAULT_PERIOD
