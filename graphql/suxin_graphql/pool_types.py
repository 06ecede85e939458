"""Risk pools in the schema as a bank sees them: pools, agreements, filings and stop-losses, with how each is read."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

import strawberry

from suxin.risk_pool.filings.models import PoolFiling as FilingRow
from suxin.risk_pool.filings.queries import filings_in_reach
from suxin.risk_pool.filings.states import FilingState, Release
from suxin.risk_pool.policies import FILING_READ
from suxin.risk_pool.pools.models import RiskPool as PoolRow
from suxin.risk_pool.pools.queries import joined_pools
from suxin.risk_pool.pools.states import PoolState
from suxin.risk_pool.signing.models import PoolAgreement as AgreementRow
from suxin.risk_pool.signing.queries import own_agreements
from suxin.risk_pool.signing.states import AgreementState, RateBasis
from suxin.risk_pool.stop_loss import StopLossState
from suxin.risk_pool.stopping.models import PoolStopLoss as StopLossRow
from suxin.risk_pool.stopping.queries import own_stop_losses
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import Source, column, to_one
from suxin_graphql.loan_types import Loan
from suxin_graphql.node import Node, global_id
from suxin_graphql.scalars import Fen

POOLS: Final = Ordering("risk_pool.pools/1", (Key(PoolRow.id, UUID),))
AGREEMENTS: Final = Ordering("risk_pool.agreements/1", (Key(AgreementRow.id, UUID),))
STOP_LOSSES: Final = Ordering("risk_pool.stop_losses/1", (Key(StopLossRow.id, UUID),))


@strawberry.type(
    description="风险补偿资金池：本行与之有合作协议的。A risk pool that the bank has an agreement with."
)
class RiskPool(Node):
    """A risk pool that the bank has an agreement with."""

    __model__: ClassVar = PoolRow
    __source__: ClassVar = Source(
        lambda actor: joined_pools(actor).order_by(None), PoolRow.id, FILING_READ
    )

    id: strawberry.ID = global_id("RiskPool")
    name: str
    custodian: str
    state: PoolState
    opened_at: datetime


@strawberry.type(
    description="合作协议的一个版本。One version of what a pool and the bank agreed on."
)
class PoolAgreement(Node):
    """One version of what a pool and the bank agreed on."""

    __model__: ClassVar = AgreementRow
    __source__: ClassVar = Source(
        lambda actor: own_agreements(actor).order_by(None), AgreementRow.id, FILING_READ
    )

    id: strawberry.ID = global_id("PoolAgreement")
    pool: RiskPool | None = to_one(lambda: RiskPool, "pool_id")
    version: int
    state: AgreementState
    products: list[str]
    industries: list[str]
    areas: list[str]
    purposes: list[str]
    principal_cap_fen: Fen
    rate_ceiling_bps: int | None
    quota_fen: Fen
    rate_basis: RateBasis
    starts_on: date
    ends_on: date
    filing_days: int = column(
        lambda: AgreementRow.terms["filing_days"].as_integer().label("filing_days"),
        description="首次放款后多少个工作日内可备案。How many working days after the first draw-down a loan is filed.",
    )
    trigger_days: int = column(
        lambda: AgreementRow.terms["trigger_days"].as_integer().label("trigger_days"),
        description="逾期多少天可申请代偿。After how many overdue days a loss is claimed.",
    )
    pool_bps: int = column(
        lambda: AgreementRow.terms["shares"]["pool_bps"].as_integer().label("pool_bps"),
        description="资金池分担比例，基点。The pool's part of a loss, in basis points.",
    )
    guarantor_bps: int = column(
        lambda: AgreementRow.terms["shares"]["guarantor_bps"].as_integer().label("guarantor_bps"),
        description="担保机构分担比例，基点。The guarantor's part of a loss, in basis points.",
    )
    answered_at: datetime | None
    guarantor_answered_at: datetime | None
    ended_at: datetime | None
    end_note: str | None


@strawberry.input(
    description="备案的筛选条件，同时满足。Which filings; every given field must fit."
)
class PoolFilingFilter(Filter):
    """Which filings."""

    __model__: ClassVar = FilingRow

    state: Choice[FilingState] | None = None


class PoolFilingOrder(Order):
    """The order of a bank's filings."""

    NEWEST = (
        Ordering("risk_pool.filings/1", (Key(FilingRow.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="一笔贷款的备案。That a loan is covered by a pool; what it commits goes down as it is repaid."
)
class PoolFiling(Node):
    """That a loan is covered by a pool."""

    __model__: ClassVar = FilingRow
    __source__: ClassVar = Source(
        lambda actor: filings_in_reach(actor).order_by(None), FilingRow.id, FILING_READ
    )

    id: strawberry.ID = global_id("PoolFiling")
    pool: RiskPool | None = to_one(lambda: RiskPool, "pool_id")
    agreement: PoolAgreement | None = to_one(lambda: PoolAgreement, "agreement_id")
    loan: Loan | None = to_one(lambda: Loan, "loan_id")
    contract_number: str
    product_code: str
    county_code: str
    industry_section: str
    principal_fen: Fen
    committed_fen: Fen
    drawn_on: date
    state: FilingState
    filed_at: datetime
    released_at: datetime | None
    release: Release | None


@strawberry.type(
    description="本行一个产品在一个资金池的熔断状态；只影响新的备案。"
    "Whether a pool takes new loans of one of the bank's products; what is filed stays covered."
)
class PoolStopLoss(Node):
    """Whether a pool takes new loans of one of the bank's products."""

    __model__: ClassVar = StopLossRow
    __source__: ClassVar = Source(
        lambda actor: own_stop_losses(actor).order_by(None), StopLossRow.id, FILING_READ
    )

    id: strawberry.ID = global_id("PoolStopLoss")
    pool: RiskPool | None = to_one(lambda: RiskPool, "pool_id")
    product_code: str
    state: StopLossState
    year: int
    compensated_fen: Fen
    balance_fen: Fen
