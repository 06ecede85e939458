"""How fast each bank answers: from the published speeds and the audit stream, which is what the operator may read.

Referrals themselves belong to their bank; what the operator sees are counts of acts in a period.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from litestar import get
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.queries import acts_counted
from suxin.lending.models import BankSpeed
from suxin.lending.policies import STATISTICS_READ
from suxin.lending.queries.requests import speeds_measured
from suxin.tenancy.models import Tenant, TenantStatus
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import tenants
from suxin_tenants.visits import Answer, GivenVisit, Visit
from suxin_tenants.words import TENANT_STATES

PERIODS: Final[Mapping[str, tuple[str, int]]] = {
    "7": ("近 7 天", 7),
    "30": ("近 30 天", 30),
    "90": ("近 90 天", 90),
}
DEFAULT_PERIOD: Final = "30"
_PREFIX: Final = "lending."
COUNTED: Final[Mapping[str, tuple[str, ...]]] = {
    "受理": ("lending.referral.accepted", "lending.referral.claimed"),
    "联系": ("lending.referral.contacted",),
    "报价": ("lending.offer.made",),
    "婉拒": ("lending.referral.declined",),
    "超时退回": ("lending.referral.lapsed",),
    "成交": ("lending.offer.accepted",),
}


@dataclass(frozen=True, slots=True)
class BankLevel:
    """One bank's line: its published speed, if measured, and what it did in the period."""

    tenant: Tenant
    speed: BankSpeed | None
    acts: Mapping[str, int] = field(default_factory=dict)

    @property
    def on_time_bps(self) -> int | None:
        """The share of referrals answered in time, in basis points."""
        if self.speed is None or not self.speed.referrals:
            return None
        return self.speed.answered_on_time * 10_000 // self.speed.referrals


@get("/service-levels")
async def show_service_levels(visit: GivenVisit) -> Answer:
    """Show every bank's line, and the city's sums."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(STATISTICS_READ)
    days = visit.request.query_params.get("days", DEFAULT_PERIOD)
    days = days if days in PERIODS else DEFAULT_PERIOD
    async with visit.reading() as session:
        levels = await bank_levels(session, visit, days=PERIODS[days][1])
        sums = {name: sum(level.acts[name] for level in levels) for name in COUNTED}
        return await visit.page(
            session,
            "operator/service_levels.html",
            {
                "levels": levels,
                "sums": sums,
                "periods": PERIODS,
                "days": days,
                "states": TENANT_STATES,
                "suspended": TenantStatus.SUSPENDED,
            },
        )


async def bank_levels(session: AsyncSession, visit: Visit, *, days: int) -> list[BankLevel]:
    """Return each bank with its published speed and its acts of the last days."""
    banks = (await session.scalars(tenants(kind=TenantKind.BANK))).all()
    speeds = {speed.tenant_id: speed for speed in await session.scalars(speeds_measured())}
    since = visit.now - timedelta(days=days)
    counted = await acts_counted(session, prefix=_PREFIX, since=since)
    return [
        BankLevel(
            bank,
            speeds.get(bank.id),
            {
                name: sum(counted.get((bank.id, action), 0) for action in actions)
                for name, actions in COUNTED.items()
            },
        )
        for bank in banks
    ]
