"""What is held about a subject's loans in risk pools: that they are filed, which is part of the contract's evidence."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from suxin.kernel.holdings import Portion, Rows
from suxin.lending.portions import CONTRACT_KEPT
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.pools.models import RiskPool


def _filings(subject_id: UUID) -> Rows:
    return (
        select(PoolFiling, RiskPool)
        .outerjoin(RiskPool, RiskPool.id == PoolFiling.pool_id)
        .where(PoolFiling.subject_id == subject_id)
    )


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="pool_filings",
        zh="贷款备案",
        en="loans filed in a risk pool",
        tables=("pool_filings", "risk_pools"),
        fields={
            "id": "编号",
            "loan_id": "贷款编号",
            "contract_number": "合同编号",
            "pool": "资金池",
            "product_code": "产品代码",
            "county_code": "所属县区",
            "industry_section": "行业门类",
            "purpose": "用途",
            "principal_fen": "合同金额",
            "committed_fen": "在保本金",
            "drawn_on": "首次放款日",
            "state": "状态",
            "filed_at": "备案时间",
            "released_at": "解除时间",
            "release": "解除原因",
        },
        values={"pool": lambda row, _: None if row[1] is None else row[1].name},
        rows=_filings,
        by=(PoolFiling.id,),
        kept=CONTRACT_KEPT,
    ),
)
