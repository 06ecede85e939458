"""Repayments as a bank reports them: one, a list or a file, by the same rules and each by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.money import format_yuan
from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.working_days import local_day
from suxin.lending import policies
from suxin.lending.loans import queries
from suxin.lending.loans.contracts import check_text
from suxin.lending.loans.drawing import MAX_REFERENCE
from suxin.lending.loans.models import Loan, LoanRepayment
from suxin.lending.loans.plans import OutsidePlan
from suxin.lending.loans.queries import Facts
from suxin.lending.loans.reckoning import Account, account_of, write_down
from suxin.lending.loans.refusals import (
    LoanUnknown,
    PrepaidBeyondAhead,
    ReferenceReused,
    RepaidBeforeDrawn,
    RepaidBeyondOwed,
    TooManyRepayments,
)
from suxin.lending.loans.states import RepaymentKind
from suxin.lending.loans.telling import tell_what_changed, watch_in_sandbox
from suxin.lending.repayment import MAX_PRINCIPAL_FEN
from suxin.lending.terms import LabelledEnum

MAX_REPORTS: Final = 1_000
"""How many repayments are taken at once; a longer file is sent in parts (proposed default)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepaymentDraft:
    """What a bank says of money received. Amounts in fen; where it does not split them, the plan does.

    A prepayment says how much of it is principal.
    """

    contract_number: str
    reference: str
    paid_on: date
    amount_fen: int
    principal_fen: int | None = None
    interest_fen: int | None = None
    fee_fen: int | None = None
    prepays: bool = False

    @property
    def split(self) -> tuple[int, int, int] | None:
        """Principal, interest and fees, where the bank names any; what it leaves out is nothing."""
        named = (self.principal_fen, self.interest_fen, self.fee_fen)
        if all(part is None for part in named):
            return None
        return (named[0] or 0, named[1] or 0, named[2] or 0)

    @property
    def kind(self) -> RepaymentKind:
        """What the repayment is to the plan."""
        return RepaymentKind.PREPAYMENT if self.prepays else RepaymentKind.DUE


class OutcomeKind(LabelledEnum):
    """What came of one report, in a word."""

    TAKEN = "TAKEN", "登记成功", "it was taken"
    KNOWN = "KNOWN", "此前已登记", "it had been reported before"
    REJECTED = "REJECTED", "未予登记", "it was not taken, and the code says why"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one report: the repayment, and whether it was known before; or why it was not taken."""

    repayment: LoanRepayment | None
    known: bool = False
    refusal: Refusal | None = None

    @property
    def kind(self) -> OutcomeKind:
        """What that is in a word."""
        if self.repayment is None:
            return OutcomeKind.REJECTED
        return OutcomeKind.KNOWN if self.known else OutcomeKind.TAKEN


@dataclass(slots=True)
class _Open:
    """A locked loan while reports on it are taken."""

    loan: Loan
    facts: Facts
    account: Account | None = None


async def report_repayments(
    session: AsyncSession,
    actor: Actor,
    *,
    drafts: Sequence[RepaymentDraft],
    now: datetime,
    file_id: UUID | None = None,
) -> list[Outcome]:
    """Take what a bank says it has received, in the order given; say of each what came of it.

    One that is not taken leaves the others alone. The same reference with the same content is known; with another it is refused.

    :raises Forbidden: if the actor may not report repayments
    :raises TooManyRepayments: if there are more than ``MAX_REPORTS``
    """
    actor.require(policies.REPAYMENT_REPORT)
    if len(drafts) > MAX_REPORTS:
        raise TooManyRepayments(limit=MAX_REPORTS)
    loans = await queries.lock_numbered_loans(
        session, actor, [draft.contract_number for draft in drafts]
    )
    known = await queries.repayments_with(session, actor, [draft.reference for draft in drafts])
    facts = await queries.facts_of(session, actor.own_tenant, [loan.id for loan in loans.values()])
    opened = {number: _Open(loan, facts[loan.id]) for number, loan in loans.items()}
    outcomes = []
    for draft in drafts:
        try:
            outcome = _take(session, actor, draft, opened, known, file_id=file_id, now=now)
        except Refusal as refusal:
            outcome = Outcome(None, refusal=refusal)
        outcomes.append(outcome)
    for one in opened.values():
        if one.account is not None:
            write_down(one.loan, one.facts, one.account, now=now)
            await tell_what_changed(session, one.loan, now=now)
            await watch_in_sandbox(session, one.loan, one.facts, now=now)
    await session.flush()
    return outcomes


async def report_repayment(
    session: AsyncSession, actor: Actor, *, draft: RepaymentDraft, now: datetime
) -> LoanRepayment:
    """Take one repayment, or say why not.

    :raises Refusal: whatever ``report_repayments`` says of it
    """
    outcome = (await report_repayments(session, actor, drafts=[draft], now=now))[0]
    if outcome.repayment is None:
        raise outcome.refusal or LoanUnknown(number=draft.contract_number)
    return outcome.repayment


def _take(
    session: AsyncSession,
    actor: Actor,
    draft: RepaymentDraft,
    opened: dict[str, _Open],
    known: dict[str, LoanRepayment],
    *,
    file_id: UUID | None,
    now: datetime,
) -> Outcome:
    one = opened.get(draft.contract_number)
    if one is None:
        raise LoanUnknown(field="contractNumber", number=draft.contract_number)
    check_repayment(draft)
    before = known.get(draft.reference)
    if before is not None:
        return Outcome(_same(one.loan, before, draft), known=True)
    one.loan.require_reportable()
    _check_day(one.facts, draft, today=local_day(now))
    repayment = _repayment(one.loan, draft, actor, file_id=file_id, now=now)
    one.account = _account_with(one, repayment)
    one.facts.repayments.append(repayment)
    known[draft.reference] = repayment
    session.add(repayment)
    append_act(
        session,
        action="lending.loan.repaid",
        now=now,
        tenant_id=one.loan.tenant_id,
        subject_id=one.loan.subject_id,
        object_type="loan",
        object_id=one.loan.id,
        detail={"amount_fen": repayment.amount_fen, "kind": repayment.kind.value},
    )
    return Outcome(repayment)


def _account_with(one: _Open, repayment: LoanRepayment) -> Account:
    """Return the loan's account with a repayment more.

    :raises PrepaidBeyondAhead, RepaidBeyondOwed: if it does not fit
    """
    try:
        account = account_of(
            one.loan.terms, one.facts.drawdowns, [*one.facts.repayments, repayment]
        )
    except OutsidePlan:
        raise PrepaidBeyondAhead(field="principalFen") from None
    if account.position.beyond_fen:
        beyond = format_yuan(account.position.beyond_fen)
        raise RepaidBeyondOwed(field="amountFen", beyond=beyond)
    return account


def check_repayment(draft: RepaymentDraft) -> None:
    """Accept only what a repayment can be.

    :raises Invalid: naming the field at fault
    """
    check_text("reference", draft.reference, MAX_REFERENCE)
    if not 1 <= draft.amount_fen <= MAX_PRINCIPAL_FEN:
        raise Invalid(
            field="amountFen", reason_zh="还款金额应大于零", reason_en="must be more than nothing"
        )
    split = draft.split
    if split is not None and (min(split) < 0 or sum(split) != draft.amount_fen):
        raise Invalid(
            field="amountFen",
            reason_zh="本金、利息与费用之和应等于还款金额",
            reason_en="principal, interest and fees must sum to the amount",
        )
    if draft.prepays and not (split and split[0]):
        raise Invalid(
            field="principalFen",
            reason_zh="提前还款须注明本金",
            reason_en="a prepayment says how much of it is principal",
        )


def _check_day(facts: Facts, draft: RepaymentDraft, *, today: date) -> None:
    first = min((one.drawn_on for one in facts.drawdowns), default=None)
    if first is not None and draft.paid_on < first:
        raise RepaidBeforeDrawn(field="paidOn", first=first.isoformat())
    if draft.paid_on > today:
        raise Invalid(
            field="paidOn", reason_zh="还款日不能晚于今天", reason_en="must not be after today"
        )


def _repayment(
    loan: Loan, draft: RepaymentDraft, actor: Actor, *, file_id: UUID | None, now: datetime
) -> LoanRepayment:
    principal_fen, interest_fen, fee_fen = draft.split or (None, None, None)
    return LoanRepayment(
        tenant_id=loan.tenant_id,
        id=new_id(),
        loan_id=loan.id,
        subject_id=loan.subject_id,
        reference=draft.reference,
        kind=draft.kind,
        paid_on=draft.paid_on,
        amount_fen=draft.amount_fen,
        principal_fen=principal_fen,
        interest_fen=interest_fen,
        fee_fen=fee_fen,
        file_id=file_id,
        reported_at=now,
        reported_by=actor.staff_id,
    )


def _same(loan: Loan, before: LoanRepayment, draft: RepaymentDraft) -> LoanRepayment:
    parts = (before.principal_fen, before.interest_fen, before.fee_fen)
    said = (before.loan_id, before.kind, before.paid_on, before.amount_fen, *parts)
    split = draft.split or (None, None, None)
    if said != (loan.id, draft.kind, draft.paid_on, draft.amount_fen, *split):
        raise ReferenceReused(field="reference", reference=draft.reference)
    return before
