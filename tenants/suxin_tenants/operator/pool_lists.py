"""Pools, claims and the pools' figures as lists to take along."""

from collections.abc import AsyncIterator, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.working_days import local_day
from suxin.lending.industries import industry_name_zh
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.queries import claims_on_pools
from suxin.risk_pool.pools.books import balance_of
from suxin.risk_pool.pools.models import RiskPool
from suxin.risk_pool.pools.queries import own_pools
from suxin.risk_pool.statistics.figures import PoolDimension, PoolFigures, total_of
from suxin.risk_pool.statistics.queries import figures_by
from suxin.tenancy.queries import tenants_by_id
from suxin_tenants.area_names import area_names
from suxin_tenants.claim_words import CLAIM_STATES
from suxin_tenants.operator.list_files import ROWS_AT_ONCE, Cell, Column, Sheet, Value
from suxin_tenants.visits import Visit

_FIGURES: Final = (
    Column("累计备案笔数", Cell.COUNT),
    Column("累计备案金额", Cell.YUAN),
    Column("在保本金", Cell.YUAN),
    Column("代偿笔数", Cell.COUNT),
    Column("已代偿", Cell.YUAN),
    Column("已追回（费用前）", Cell.YUAN),
    Column("其中归资金池", Cell.YUAN),
)
_CLAIMS: Final = (
    Column("合同编号"),
    Column("银行"),
    Column("资金池"),
    Column("状态"),
    Column("提交日", Cell.DAY),
    Column("逾期天数", Cell.COUNT),
    Column("未还本金", Cell.YUAN),
    Column("损失", Cell.YUAN),
    Column("资金池承担", Cell.YUAN),
    Column("银行承担", Cell.YUAN),
    Column("缺口", Cell.YUAN),
    Column("代偿日", Cell.DAY),
    Column("已追回（费用前）", Cell.YUAN),
    Column("追偿费用", Cell.YUAN),
    Column("结束日", Cell.DAY),
)
_POOLS: Final = (
    Column("资金池"),
    Column("状态"),
    Column("托管银行"),
    Column("应有规模", Cell.YUAN),
    Column("余额", Cell.YUAN),
    Column("在保本金", Cell.YUAN),
    Column("可担保本金", Cell.YUAN),
    Column("已使用", Cell.PERCENT),
)


async def figures_asked(
    session: AsyncSession, visit: Visit
) -> tuple[PoolDimension, RiskPool | None, list[PoolFigures], dict[str, str]]:
    """Return what the address asks for: by what, of which pool (of all where it names none), the figures, and what each is called."""
    asked = visit.request.query_params
    by = next((one for one in PoolDimension if one.value == asked.get("by")), PoolDimension.MONTH)
    pools = await session.scalars(own_pools(visit.actor))
    pool = next((one for one in pools if str(one.id) == asked.get("pool")), None)
    found = await figures_by(session, visit.actor, by=by, pool_id=pool.id if pool else None)
    return by, pool, found, await _names_of(session, by, [one.key for one in found])


async def figures_sheet(session: AsyncSession, visit: Visit) -> Sheet:
    """Return the figures that the address asks for as a list, with their sum."""
    by, pool, found, names = await figures_asked(session, visit)
    rows: list[Sequence[Value]] = [(names[one.key], *sizes_of(one)) for one in found]
    rows.append(("合计", *sizes_of(total_of(found))))
    title = f"资金池统计-按{by.zh}" + (f"-{pool.name}" if pool else "")
    return Sheet(title, (Column(by.zh), *_FIGURES), _given(rows))


async def pools_sheet(session: AsyncSession, visit: Visit) -> Sheet:
    """Return the operator's pools as a list."""
    pools = (await session.scalars(own_pools(visit.actor))).all()
    rows: list[Sequence[Value]] = []
    for pool in pools:
        balance = await balance_of(session, pool)
        rows.append(
            (
                pool.name, pool.state.zh, pool.custodian, pool.required_fen, balance.balance_fen, balance.committed_fen,
                balance.capacity_fen, balance.used_bps,
            )
        )  # fmt: skip
    return Sheet("风险补偿资金池", _POOLS, _given(rows))


async def claims_sheet(session: AsyncSession, visit: Visit) -> Sheet:
    """Return the claims on the operator's pools as a list, the longest waiting first."""
    pools = {one.id: one.name for one in await session.scalars(own_pools(visit.actor))}
    return Sheet("代偿申请", _CLAIMS, _claims(session, visit, pools))


def sizes_of(one: PoolFigures) -> tuple[int, ...]:
    """Return the figures in the order of the columns."""
    return (
        one.filings, one.principal_fen, one.committed_fen, one.payments, one.compensated_fen, one.recovered_fen, one.returned_fen,
    )  # fmt: skip


async def _claims(
    session: AsyncSession, visit: Visit, pools: dict[UUID, str]
) -> AsyncIterator[Sequence[Value]]:
    banks: dict[UUID, str] = {}
    rows = await session.stream_scalars(
        claims_on_pools(visit.actor).execution_options(yield_per=ROWS_AT_ONCE)
    )
    async for some in rows.partitions():
        unknown = {claim.tenant_id for claim in some} - set(banks)
        if unknown:
            found = await session.scalars(tenants_by_id(unknown))
            banks |= {one.id: one.name for one in found}
        for claim in some:
            yield _claim_row(claim, banks.get(claim.tenant_id, ""), pools.get(claim.pool_id, ""))


def _claim_row(claim: PoolClaim, bank: str, pool: str) -> tuple[Value, ...]:
    days = [
        None if moment is None else local_day(moment)
        for moment in (claim.submitted_at, claim.paid_at, claim.ended_at)
    ]
    return (
        claim.contract_number, bank, pool, CLAIM_STATES[claim.state][0], days[0], claim.overdue_days, claim.principal_fen,
        claim.loss_fen, claim.pool_fen, claim.bank_fen, claim.unmet_fen, days[1], claim.received_fen, claim.cost_fen, days[2],
    )  # fmt: skip


async def _names_of(
    session: AsyncSession, by: PoolDimension, keys: Sequence[str]
) -> dict[str, str]:
    if by is PoolDimension.BANK:
        found = await session.scalars(tenants_by_id([UUID(key) for key in keys]))
        names = {str(one.id): one.name for one in found}
        return {key: names.get(key, "已退出的银行") for key in keys}
    if by is PoolDimension.COUNTY:
        return await area_names(session, keys)
    if by is PoolDimension.INDUSTRY:
        return {key: industry_name_zh(key) for key in keys}
    return {key: key for key in keys}


async def _given(rows: Sequence[Sequence[Value]]) -> AsyncIterator[Sequence[Value]]:
    for row in rows:
        yield row
