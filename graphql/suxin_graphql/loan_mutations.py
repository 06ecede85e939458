"""What a bank reports of its loans: contracts, draw-downs, repayments, and how each ends."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.lending import policies
from suxin.lending.guarantees.refusals import GuaranteeMissing
from suxin.lending.loans import contracts, drawing, ending, refusals, reporting
from suxin.lending.loans.drawing import DrawdownDraft
from suxin.lending.loans.ending import RenewalDraft
from suxin.lending.loans.reporting import Outcome, OutcomeKind, RepaymentDraft
from suxin.lending.models import StepNotPossible
from suxin.lending.policies import OutsideOwnArea
from suxin.lending.terms import LoanTermOutOfRange
from suxin_graphql import loan_inputs as inputs
from suxin_graphql.context import Context, Info
from suxin_graphql.execution.records import Record, column, to_one
from suxin_graphql.fields import commit_in_world, commit_result, mutation
from suxin_graphql.ids import local_id, to_global
from suxin_graphql.limits import MAX_LIST, check_list
from suxin_graphql.loan_types import Loan
from suxin_graphql.payloads import INPUT, REPLAYED, Payload


@strawberry.type
class LoanPayload(Payload):
    """A loan of which something was reported."""

    loan: Loan = to_one(lambda: Loan, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已签约的贷款。The contract that was signed.")
class SignContractPayload(LoanPayload):
    """The contract that was signed."""


@strawberry.type(description="已撤销的合同。The contract that was cancelled.")
class CancelContractPayload(LoanPayload):
    """The contract that was cancelled."""


@strawberry.type(description="放款后的贷款。The loan that was drawn on.")
class DrawDownPayload(LoanPayload):
    """The loan that was drawn on."""


@strawberry.type(description="续贷后的新贷款。The new loan.")
class RenewLoanPayload(LoanPayload):
    """The new loan."""


@strawberry.type(description="已结清的贷款。The loan that is settled.")
class SettleLoanPayload(LoanPayload):
    """The loan that is settled."""


@strawberry.type(description="已核销的贷款。The loan that was written off.")
class WriteOffLoanPayload(LoanPayload):
    """The loan that was written off."""


@strawberry.type(description="一笔还款的登记结果。What came of one report.")
class RepaymentOutcome:
    """What came of one report."""

    reference: str
    outcome: OutcomeKind
    repayment_id: strawberry.ID | None
    code: str | None = strawberry.field(
        description="未予登记的原因代码。The stable code of why it was not taken."
    )
    message_zh: str | None
    message_en: str | None
    field: str | None


def _outcomes(kept: Any, context: Context) -> list[RepaymentOutcome]:  # noqa: ANN401 - what was kept as JSON
    return [
        RepaymentOutcome(
            reference=one["reference"],
            outcome=OutcomeKind[one["outcome"]],
            repayment_id=strawberry.ID(to_global("LoanRepayment", UUID(one["id"]), context.actor))
            if one["id"]
            else None,
            code=one["code"],
            message_zh=one["zh"],
            message_en=one["en"],
            field=one["field"],
        )
        for one in kept
    ]


@strawberry.type(
    description="逐笔的登记结果，次序与提交相同。What came of each report, in the order given."
)
class ReportRepaymentsPayload(Record):
    """What came of each report."""

    outcomes: list[RepaymentOutcome] = column(items=MAX_LIST)
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type
class LoanMutations:
    """Mutations of loans."""

    @mutation(
        policies.LOAN_MANAGE,
        SignContractPayload,
        refusals=(
            OutsideOwnArea,
            Invalid,
            refusals.OfferNotAccepted,
            refusals.ContractExists,
            refusals.ContractNumberTaken,
            GuaranteeMissing,
            StepNotPossible,
        ),
        description="登记已按接受的报价签约。Record that the contract on an accepted offer is signed.",
    )
    async def sign_contract(
        self, info: Info, given: Annotated[inputs.SignContractInput, INPUT]
    ) -> SignContractPayload:
        """Record that a contract is signed."""
        offer_id = local_id(given.offer_id, "Offer", info.context.actor, field="offerId")
        draft = given.contract()

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await contracts.sign_contract(
                session, actor, offer_id=offer_id, draft=draft, now=now
            )
            return done.id

        return SignContractPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.LOAN_MANAGE,
        CancelContractPayload,
        refusals=(Invalid, refusals.CoolingOffOver, StepNotPossible),
        description="登记借款人在犹豫期内撤销合同。Record that the borrower cancelled within the cooling-off period.",
    )
    async def cancel_contract(
        self, info: Info, given: Annotated[inputs.CancelContractInput, INPUT]
    ) -> CancelContractPayload:
        """Record that a contract was cancelled."""
        loan_id = _loan_id(info, given.loan_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await contracts.cancel_contract(
                session, actor, loan_id=loan_id, note=given.note, now=now
            )
            return done.id

        return CancelContractPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.LOAN_MANAGE,
        DrawDownPayload,
        refusals=(
            Invalid,
            refusals.ReferenceReused,
            refusals.DrawnBeyondContract,
            refusals.DrawnAfterTerm,
            StepNotPossible,
        ),
        description="登记放款，可分次。Record money that was paid out, perhaps in parts.",
    )
    async def draw_down(
        self, info: Info, given: Annotated[inputs.DrawDownInput, INPUT]
    ) -> DrawDownPayload:
        """Record money that was paid out."""
        loan_id = _loan_id(info, given.loan_id)
        draft = DrawdownDraft(
            reference=given.reference, amount_fen=given.amount_fen, drawn_on=given.drawn_on
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await drawing.draw_down(session, actor, loan_id=loan_id, draft=draft, now=now)
            return done.id

        return DrawDownPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.REPAYMENT_REPORT,
        ReportRepaymentsPayload,
        refusals=(),
        description="登记还款，逐笔给出结果；一笔被拒不影响其余。"
        "Report repayments; each has its own outcome, and one that is rejected leaves the others alone.",
    )
    async def report_repayments(
        self, info: Info, given: Annotated[inputs.ReportRepaymentsInput, INPUT]
    ) -> ReportRepaymentsPayload:
        """Report repayments."""
        check_list("repayments", given.repayments)
        drafts, now = [one.draft() for one in given.repayments], info.context.world_now

        async def work(session: AsyncSession, actor: Actor, _: datetime) -> dict[str, Any]:
            done = await reporting.report_repayments(session, actor, drafts=drafts, now=now)
            kept = [_kept(draft, one) for draft, one in zip(drafts, done, strict=True)]
            return {"outcomes": kept}

        outcome = await commit_result(info, given, work)
        return ReportRepaymentsPayload.given(
            outcomes=_outcomes(outcome.result["outcomes"], info.context),
            replayed=outcome.replayed,
        )

    @mutation(
        policies.LOAN_MANAGE,
        RenewLoanPayload,
        refusals=(
            Invalid,
            LoanTermOutOfRange,
            refusals.ContractNumberTaken,
            refusals.NothingToRenew,
            GuaranteeMissing,
            refusals.NotPaidOff,
            refusals.DrawnBeyondContract,
            refusals.DrawnAfterTerm,
            StepNotPossible,
        ),
        description="无还本续贷：原贷款结清，新贷款与之关联。Renew a loan by another that repays its principal.",
    )
    async def renew_loan(
        self, info: Info, given: Annotated[inputs.RenewLoanInput, INPUT]
    ) -> RenewLoanPayload:
        """Renew a loan."""
        loan_id = _loan_id(info, given.loan_id)
        draft = RenewalDraft(
            contract=given.contract(),
            rate_bps=given.rate_bps,
            term_months=given.term_months,
            repayment_method=given.repayment_method,
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await ending.renew_loan(session, actor, loan_id=loan_id, draft=draft, now=now)
            return done.id

        return RenewLoanPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.LOAN_MANAGE,
        SettleLoanPayload,
        refusals=(refusals.NotPaidOff, StepNotPossible),
        description="登记结清。Record that nothing is owed any more.",
    )
    async def settle_loan(
        self, info: Info, given: Annotated[inputs.SettleLoanInput, INPUT]
    ) -> SettleLoanPayload:
        """Record that nothing is owed any more."""
        loan_id = _loan_id(info, given.loan_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            return (await ending.settle_loan(session, actor, loan_id=loan_id, now=now)).id

        return SettleLoanPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.LOAN_MANAGE,
        WriteOffLoanPayload,
        refusals=(Invalid, StepNotPossible),
        description="登记核销逾期贷款；此后仍可登记还款。Record that an overdue loan is written off.",
    )
    async def write_off_loan(
        self, info: Info, given: Annotated[inputs.WriteOffLoanInput, INPUT]
    ) -> WriteOffLoanPayload:
        """Record that a loan is written off."""
        loan_id = _loan_id(info, given.loan_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await ending.write_off_loan(
                session, actor, loan_id=loan_id, note=given.note, now=now
            )
            return done.id

        return WriteOffLoanPayload.of(await commit_in_world(info, given, work))


def _loan_id(info: Info, text: str) -> UUID:
    return local_id(text, "Loan", info.context.actor, field="loanId")


def _kept(draft: RepaymentDraft, outcome: Outcome) -> dict[str, str | None]:
    """Return an outcome as it is kept with the idempotency key."""
    repayment, refusal = outcome.repayment, outcome.refusal
    return {
        "reference": draft.reference,
        "outcome": outcome.kind.value,
        "id": None if repayment is None else str(repayment.id),
        "code": None if refusal is None else refusal.code,
        "zh": None if refusal is None else refusal.zh_message,
        "en": None if refusal is None else refusal.en_message,
        "field": None if refusal is None else refusal.field,
    }
