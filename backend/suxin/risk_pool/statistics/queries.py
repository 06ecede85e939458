"""The figures of the operator's pools, of all or one, told apart by what is asked."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, SQLColumnExpression, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.policies import CLAIM_READ
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.payments.states import PaymentState
from suxin.risk_pool.policies import POOL_READ
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.risk_pool.statistics.figures import PoolDimension, PoolFigures

_ZONE: Final = "Asia/Shanghai"


async def figures_by(
    session: AsyncSession, actor: Actor, *, by: PoolDimension, pool_id: UUID | None = None
) -> list[PoolFigures]:
    """Return the figures of the operator's pools, or of one: months in their order, the rest by what is covered, the largest first.

    :raises Forbidden: if the actor may not look at pools and claims
    """
    actor.require(POOL_READ)
    actor.require(CLAIM_READ)
    found = defaultdict[str, dict[str, int]](dict)
    for statement, names in (
        (_filed(actor, by, pool_id), ("filings", "principal_fen", "committed_fen")),
        (_paid(actor, by, pool_id), ("payments", "compensated_fen")),
        (_recovered(actor, by, pool_id), ("recovered_fen", "returned_fen")),
    ):
        for key, *sizes in await session.execute(statement):
            found[key] |= zip(names, map(int, sizes), strict=True)
    figures = [PoolFigures(key=key, **sizes) for key, sizes in found.items()]
    if by is PoolDimension.MONTH:
        return sorted(figures, key=lambda one: one.key)
    return sorted(figures, key=lambda one: (-one.committed_fen, -one.compensated_fen, one.key))


def _keys(by: PoolDimension, month: SQLColumnExpression[Any]) -> SQLColumnExpression[str]:
    keys: Mapping[PoolDimension, SQLColumnExpression[str]] = {
        PoolDimension.MONTH: func.to_char(month, "YYYY-MM"),
        PoolDimension.BANK: cast(PoolFiling.tenant_id, Text),
        PoolDimension.COUNTY: PoolFiling.county_code,
        PoolDimension.INDUSTRY: PoolFiling.industry_section,
    }
    return keys[by]


def _filed(actor: Actor, by: PoolDimension, pool_id: UUID | None) -> Select[*tuple[Any, ...]]:
    key = _keys(by, func.timezone(_ZONE, PoolFiling.filed_at))
    sizes = (
        func.count(),
        func.sum(PoolFiling.principal_fen),
        func.sum(PoolFiling.committed_fen),
    )
    return _of_pools(select(key, *sizes).group_by(key), actor, pool_id)


def _paid(actor: Actor, by: PoolDimension, pool_id: UUID | None) -> Select[*tuple[Any, ...]]:
    key = _keys(by, PoolPayment.paid_on)
    statement = (
        select(key, func.count(), func.sum(PoolPayment.amount_fen))
        .select_from(PoolPayment)
        .join(
            PoolClaim,
            (PoolClaim.tenant_id == PoolPayment.bank_id) & (PoolClaim.id == PoolPayment.claim_id),
        )
        .join(PoolFiling, _FILING_OF_CLAIM)
        .where(PoolPayment.state == PaymentState.PAID)
        .group_by(key)
    )
    return _of_pools(statement, actor, pool_id)


def _recovered(actor: Actor, by: PoolDimension, pool_id: UUID | None) -> Select[*tuple[Any, ...]]:
    key = _keys(by, PoolRecovery.recovered_on)
    statement = (
        select(key, func.sum(PoolRecovery.received_fen), func.sum(PoolRecovery.pool_fen))
        .select_from(PoolRecovery)
        .join(
            PoolClaim,
            (PoolClaim.tenant_id == PoolRecovery.tenant_id)
            & (PoolClaim.id == PoolRecovery.claim_id),
        )
        .join(PoolFiling, _FILING_OF_CLAIM)
        .group_by(key)
    )
    return _of_pools(statement, actor, pool_id)


_FILING_OF_CLAIM: Final = (PoolFiling.tenant_id == PoolClaim.tenant_id) & (
    PoolFiling.id == PoolClaim.filing_id
)


def _of_pools(
    statement: Select[*tuple[Any, ...]], actor: Actor, pool_id: UUID | None
) -> Select[*tuple[Any, ...]]:
    statement = statement.where(PoolFiling.operator_id == actor.own_tenant)
    return statement if pool_id is None else statement.where(PoolFiling.pool_id == pool_id)
