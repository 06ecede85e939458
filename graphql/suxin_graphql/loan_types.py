"""Loans in the schema: contracts, what was drawn, what is due and what was repaid, with how each is read."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

import strawberry

from suxin.lending import policies
from suxin.lending.loans import models
from suxin.lending.loans.queries import (
    drawdowns_in_reach,
    instalments_in_reach,
    loans_in_reach,
    repayments_in_reach,
)
from suxin.lending.loans.states import LoanState, RepaymentKind, RiskClass
from suxin.lending.terms import GuaranteeMode, RepaymentMethod
from suxin_graphql.context import Info
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, CodeChoice, DateRange, Filter
from suxin_graphql.execution.records import Source, ToMany, column, to_many, to_one
from suxin_graphql.lending_types import Offer, Referral
from suxin_graphql.node import Node, global_id
from suxin_graphql.paging import FILTER, Connection
from suxin_graphql.scalars import Fen


@strawberry.input(description="贷款的筛选条件，同时满足。Which loans; every given field must fit.")
class LoanFilter(Filter):
    """Which loans."""

    __model__: ClassVar = models.Loan

    state: Choice[LoanState] | None = None
    contract_number: CodeChoice | None = None


@strawberry.input(
    description="还款计划的筛选条件，同时满足。Which instalments; every given field must fit."
)
class LoanInstalmentFilter(Filter):
    """Which instalments of a loan."""

    __model__: ClassVar = models.LoanInstalment

    due_on: DateRange | None = None


@strawberry.input(
    description="还款记录的筛选条件，同时满足。Which repayments; every given field must fit."
)
class LoanRepaymentFilter(Filter):
    """Which repayments of a loan."""

    __model__: ClassVar = models.LoanRepayment

    paid_on: DateRange | None = None


@strawberry.input(
    description="放款记录的筛选条件，同时满足。Which draw-downs; every given field must fit."
)
class LoanDrawdownFilter(Filter):
    """Which draw-downs of a loan."""

    __model__: ClassVar = models.LoanDrawdown

    drawn_on: DateRange | None = None


class LoanOrder(Order):
    """The orders of a bank's loans."""

    NEWEST = Ordering("lending.loans/1", (Key(models.Loan.id, UUID),)), "新的在前", "newest first"
    OVERDUE = (
        Ordering(
            "lending.loans.overdue/1",
            (Key(models.Loan.overdue_days, int), Key(models.Loan.id, UUID)),
        ),
        "逾期久的在前",
        "the longest overdue first",
    )


class LoanInstalmentOrder(Order):
    """The order of a plan."""

    NUMBER = (
        Ordering(
            "lending.instalments/1", (Key(models.LoanInstalment.number, int, descending=False),)
        ),
        "按期次",
        "as they fall due",
    )


class LoanRepaymentOrder(Order):
    """The order of what was repaid."""

    NEWEST = (
        Ordering("lending.repayments/1", (Key(models.LoanRepayment.id, UUID),)),
        "新的在前",
        "newest first",
    )


class LoanDrawdownOrder(Order):
    """The order of what was drawn."""

    NEWEST = (
        Ordering("lending.drawdowns/1", (Key(models.LoanDrawdown.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(description="一次放款。Money that was paid out under a contract.")
class LoanDrawdown(Node):
    """Money that was paid out under a contract."""

    __model__: ClassVar = models.LoanDrawdown
    __source__: ClassVar = Source(drawdowns_in_reach, models.LoanDrawdown.id, policies.LOAN_READ)

    id: strawberry.ID = global_id("LoanDrawdown")
    reference: str
    amount_fen: Fen
    drawn_on: date
    reported_at: datetime


@strawberry.type(
    description="一期还款及其已还部分；每登记一笔放款或还款都会重算。"
    "What is due on one day, and what of it is paid; worked out anew with each report."
)
class LoanInstalment(Node):
    """What is due on one day."""

    __model__: ClassVar = models.LoanInstalment
    __source__: ClassVar = Source(
        instalments_in_reach, models.LoanInstalment.id, policies.LOAN_READ
    )

    id: strawberry.ID = global_id("LoanInstalment")
    number: int
    due_on: date
    principal_fen: Fen
    interest_fen: Fen
    fee_fen: Fen
    principal_paid_fen: Fen
    interest_paid_fen: Fen
    fee_paid_fen: Fen


@strawberry.type(
    description="一笔还款；未拆分的按费用、利息、本金的顺序分配。"
    "What the bank has received; where it did not split it, fees come first, then interest, then principal."
)
class LoanRepayment(Node):
    """What the bank has received."""

    __model__: ClassVar = models.LoanRepayment
    __source__: ClassVar = Source(repayments_in_reach, models.LoanRepayment.id, policies.LOAN_READ)

    id: strawberry.ID = global_id("LoanRepayment")
    reference: str
    kind: RepaymentKind
    paid_on: date
    amount_fen: Fen
    principal_fen: Fen | None
    interest_fen: Fen | None
    fee_fen: Fen | None
    reported_at: datetime


@strawberry.type(
    description="贷款：从签约到结清或核销。A loan of this bank, from its contract to its end."
)
class Loan(Node):
    """A loan of the caller's bank."""

    __model__: ClassVar = models.Loan
    __source__: ClassVar = Source(loans_in_reach, models.Loan.id, policies.LOAN_READ)

    id: strawberry.ID = global_id("Loan")
    contract_number: str
    state: LoanState
    offer: Offer | None = to_one(lambda: Offer, "offer_id")
    renews: "Loan | None" = to_one(
        lambda: Loan,
        "renews_id",
        description="无还本续贷所续的贷款。The loan that this one renews.",
    )
    referral: Referral = to_one(lambda: Referral, "referral_id")
    principal_fen: Fen
    term_months: int
    rate_bps: int
    repayment_method: RepaymentMethod
    guarantee: GuaranteeMode
    collateral_number: str | None
    collateral_expires_on: date | None
    collateral_registry: str | None
    signed_at: datetime
    cooling_off_ends_at: datetime
    first_drawn_on: date | None
    ends_on: date | None
    drawn_fen: Fen
    outstanding_fen: Fen = column(
        lambda: (models.Loan.drawn_fen - models.Loan.principal_paid_fen).label("outstanding_fen"),
        description="未还本金。The principal that is drawn and not repaid.",
    )
    principal_paid_fen: Fen
    interest_paid_fen: Fen
    fee_paid_fen: Fen
    overdue_since: date | None
    overdue_days: int
    risk_class: RiskClass
    ended_at: datetime | None
    end_note: str | None

    @to_many(
        ToMany(lambda: LoanInstalment, "id", models.LoanInstalment.loan_id),
        description="还款计划。What is due, as it falls due.",
    )
    def instalments(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        where: Annotated[LoanInstalmentFilter | None, FILTER] = None,
        order_by: LoanInstalmentOrder = LoanInstalmentOrder.NUMBER,
    ) -> Connection[LoanInstalment]:
        """Declare the page of a loan's plan."""
        raise NotImplementedError

    @to_many(
        ToMany(lambda: LoanDrawdown, "id", models.LoanDrawdown.loan_id),
        description="放款记录，新的在前。What was drawn, newest first.",
    )
    def drawdowns(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        where: Annotated[LoanDrawdownFilter | None, FILTER] = None,
        order_by: LoanDrawdownOrder = LoanDrawdownOrder.NEWEST,
    ) -> Connection[LoanDrawdown]:
        """Declare the page of what was drawn."""
        raise NotImplementedError

    @to_many(
        ToMany(lambda: LoanRepayment, "id", models.LoanRepayment.loan_id),
        description="还款记录，新的在前。What was repaid, newest first.",
    )
    def repayments(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        where: Annotated[LoanRepaymentFilter | None, FILTER] = None,
        order_by: LoanRepaymentOrder = LoanRepaymentOrder.NEWEST,
    ) -> Connection[LoanRepayment]:
        """Declare the page of what was repaid."""
        raise NotImplementedError
