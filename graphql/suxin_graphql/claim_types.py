"""Claims in the schema: a bank's claims on risk pools with what is missing, and what came back."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from suxin.risk_pool.claims import models
from suxin.risk_pool.claims.gaps import read_gaps
from suxin.risk_pool.claims.policies import CLAIM_READ
from suxin.risk_pool.claims.queries import claims_in_reach
from suxin.risk_pool.claims.states import ClaimState, GapCode
from suxin.risk_pool.recoveries.models import PoolRecovery as StoredRecovery
from suxin.risk_pool.recoveries.queries import recoveries_in_reach
from suxin.risk_pool.recoveries.states import RecoveryState
from suxin_graphql.context import Context, Info
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import Source, ToMany, column, to_many, to_one
from suxin_graphql.loan_types import Loan
from suxin_graphql.node import Node, global_id
from suxin_graphql.paging import FILTER, Connection
from suxin_graphql.scalars import Fen


@strawberry.input(
    description="代偿申请的筛选条件，同时满足。Which claims; every given field must fit."
)
class PoolClaimFilter(Filter):
    """Which claims."""

    __model__: ClassVar = models.PoolClaim

    state: Choice[ClaimState] | None = None


@strawberry.input(
    description="追偿的筛选条件，同时满足。Which recoveries; every given field must fit."
)
class PoolRecoveryFilter(Filter):
    """Which of what came back."""

    __model__: ClassVar = StoredRecovery

    state: Choice[RecoveryState] | None = None


class PoolClaimOrder(Order):
    """The order of a bank's claims."""

    NEWEST = (
        Ordering("risk_pool.claims/1", (Key(models.PoolClaim.id, UUID),)),
        "新的在前",
        "newest first",
    )


class PoolRecoveryOrder(Order):
    """The order of what came back."""

    NEWEST = (
        Ordering("risk_pool.recoveries/1", (Key(StoredRecovery.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(description="尚缺的一项材料或条件。One thing that keeps a claim back.")
class ClaimGap:
    """One thing that keeps a claim back."""

    code: GapCode
    count: int = strawberry.field(
        description="数量，如还差几次催收、还有几天；不适用为 0。Its figure, or nothing."
    )
    message_zh: str
    message_en: str


def _gaps(stored: Any, _: Context) -> list[ClaimGap]:  # noqa: ANN401 - a JSON column
    return [
        ClaimGap(code=gap.code, count=gap.n, message_zh=gap.zh, message_en=gap.en)
        for gap in read_gaps(stored)
    ]


@strawberry.type(
    description="一笔追偿及各方应得，先扣费用。What came back of a compensated loss, and who is due what; costs come first."
)
class PoolRecovery(Node):
    """What came back of a compensated loss."""

    __model__: ClassVar = StoredRecovery
    __source__: ClassVar = Source(recoveries_in_reach, StoredRecovery.id, CLAIM_READ)

    id: strawberry.ID = global_id("PoolRecovery")
    reference: str
    number: str = strawberry.field(
        description="退款编号：向托管账户划入资金池应得部分时写入附言。"
        "Write it into the transfer of the pool's part to its custodian."
    )
    state: RecoveryState
    received_fen: Fen
    cost_fen: Fen
    recovered_on: date
    pool_fen: Fen
    bank_fen: int
    guarantor_fen: Fen
    reported_at: datetime
    confirmed_at: datetime | None


@strawberry.type(
    description="对风险补偿资金池的一笔代偿申请；金额由贷款事实、协议和资金池余额算出。"
    "A claim on a risk pool; its figures follow from the loan's facts, the agreement and what the pool has."
)
class PoolClaim(Node):
    """A claim of the caller's bank on a risk pool."""

    __model__: ClassVar = models.PoolClaim
    __source__: ClassVar = Source(claims_in_reach, models.PoolClaim.id, CLAIM_READ)

    id: strawberry.ID = global_id("PoolClaim")
    loan: Loan = to_one(lambda: Loan, "loan_id")
    contract_number: str
    state: ClaimState
    principal_fen: Fen
    interest_fen: Fen
    deposit_fen: Fen
    loss_fen: Fen
    pool_fen: Fen
    bank_fen: Fen
    guarantor_fen: Fen
    guarantor_paid_fen: Fen = strawberry.field(
        description="担保机构已付，追偿按实际承担分配。What of its part the guarantor has paid; recoveries are shared by that."
    )
    unmet_fen: Fen
    overdue_since: date | None
    overdue_days: int
    trigger_days_left: int
    gaps: list[ClaimGap] = column(convert=_gaps, items=len(GapCode))
    dossier: JSON = strawberry.field(
        description="代偿材料：合同、决策快照摘要、还款计划与还款、催收。What the platform knows of the loan, as it was last worked out."
    )
    worked_out_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    paid_at: datetime | None
    received_fen: Fen
    cost_fen: Fen
    note: str | None
    ended_at: datetime | None

    @to_many(
        ToMany(lambda: PoolRecovery, "id", StoredRecovery.claim_id),
        description="追偿，新的在前。What came back, newest first.",
    )
    def recoveries(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        where: Annotated[PoolRecoveryFilter | None, FILTER] = None,
        order_by: PoolRecoveryOrder = PoolRecoveryOrder.NEWEST,
    ) -> Connection[PoolRecovery]:
        """Declare the page of what came back."""
        raise NotImplementedError


WHERE = Annotated[PoolClaimFilter | None, FILTER]
"""How a list of claims is narrowed."""
