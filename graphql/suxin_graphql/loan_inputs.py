"""What a bank sends of its loans: the inputs of their mutations."""

from datetime import date
from typing import Final

import strawberry

from suxin.lending.loans.contracts import ContractDraft
from suxin.lending.loans.reporting import RepaymentDraft
from suxin.lending.terms import RepaymentMethod
from suxin_graphql.payloads import idempotency_key
from suxin_graphql.scalars import Fen

_COLLATERAL: Final = (
    "抵押登记编号与到期日，应同时填写。The collateral's registration, and when that expires."
)
_REFERENCE: Final = (
    "银行流水号：相同编号且内容相同为同一笔。The bank's own reference: the same with the same content is"
    " the same report."
)


@strawberry.input(description="签约。On which accepted offer the contract was signed.")
class SignContractInput:
    """On which accepted offer the contract was signed."""

    offer_id: strawberry.ID
    contract_number: str
    collateral_number: str | None = strawberry.field(default=None, description=_COLLATERAL)
    collateral_expires_on: date | None = None
    idempotency_key: str = idempotency_key()

    def contract(self) -> ContractDraft:
        """Return the contract as the core takes it."""
        return ContractDraft(
            number=self.contract_number,
            collateral_number=self.collateral_number,
            collateral_expires_on=self.collateral_expires_on,
        )


@strawberry.input(description="撤销合同。Which contract the borrower cancelled, and what he said.")
class CancelContractInput:
    """Which contract the borrower cancelled."""

    loan_id: strawberry.ID
    note: str
    idempotency_key: str = idempotency_key()


@strawberry.input(description="放款。What was paid out under which contract.")
class DrawDownInput:
    """What was paid out under which contract."""

    loan_id: strawberry.ID
    reference: str = strawberry.field(description=_REFERENCE)
    amount_fen: Fen
    drawn_on: date
    idempotency_key: str = idempotency_key()


@strawberry.input(
    description="一笔还款；本金、利息、费用之和应等于金额，均不填则由平台按费用、利息、本金的顺序分配。"
    "One repayment; where it is split, the parts sum to the amount."
)
class RepaymentInput:
    """One repayment."""

    contract_number: str
    reference: str = strawberry.field(description=_REFERENCE)
    paid_on: date
    amount_fen: Fen
    principal_fen: Fen | None = None
    interest_fen: Fen | None = None
    fee_fen: Fen | None = None
    prepays: bool = strawberry.field(
        default=False,
        description="是否提前还款，须注明本金。Whether it prepays; then it says its principal.",
    )

    def draft(self) -> RepaymentDraft:
        """Return the repayment as the core takes it."""
        return RepaymentDraft(**vars(self))


@strawberry.input(description="登记还款，一次最多 100 笔。What was received, up to 100 repayments.")
class ReportRepaymentsInput:
    """What was received."""

    repayments: list[RepaymentInput]
    idempotency_key: str = idempotency_key()


@strawberry.input(
    description="无还本续贷：新合同归还原贷款本金。The contract by whose money a loan's principal is repaid."
)
class RenewLoanInput:
    """The contract by whose money a loan's principal is repaid."""

    loan_id: strawberry.ID
    contract_number: str
    collateral_number: str | None = strawberry.field(default=None, description=_COLLATERAL)
    collateral_expires_on: date | None = None
    rate_bps: int
    term_months: int
    repayment_method: RepaymentMethod
    idempotency_key: str = idempotency_key()

    def contract(self) -> ContractDraft:
        """Return the contract as the core takes it."""
        return ContractDraft(
            number=self.contract_number,
            collateral_number=self.collateral_number,
            collateral_expires_on=self.collateral_expires_on,
        )


@strawberry.input(description="结清。Which loan is repaid.")
class SettleLoanInput:
    """Which loan is repaid."""

    loan_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="核销。Which loan is written off, and why.")
class WriteOffLoanInput:
    """Which loan is written off, and why."""

    loan_id: strawberry.ID
    note: str
    idempotency_key: str = idempotency_key()
