"""Draw-downs (放款): money that a bank says it has paid out under a contract, in one sum or in parts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.kernel.money import format_yuan
from suxin.kernel.refusals import Invalid
from suxin.kernel.working_days import local_day
from suxin.lending import policies
from suxin.lending.loans import queries
from suxin.lending.loans.contracts import check_text
from suxin.lending.loans.models import Loan, LoanDrawdown
from suxin.lending.loans.plans import OutsidePlan
from suxin.lending.loans.queries import Facts
from suxin.lending.loans.reckoning import account_of, write_down
from suxin.lending.loans.refusals import DrawnAfterTerm, DrawnBeyondContract, ReferenceReused
from suxin.lending.loans.states import LoanState
from suxin.lending.loans.telling import tell_what_changed, watch_in_sandbox
from suxin.lending.models import RequestState
from suxin.lending.queries import requests as request_queries

MAX_REFERENCE: Final = 64
MAX_DRAWDOWNS: Final = 100
"""In how many parts one loan is drawn at most (proposed default)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawdownDraft:
    """What a bank says of money paid out: its own reference, how much in fen, and on which day."""

    reference: str
    amount_fen: int
    drawn_on: date


async def draw_down(
    session: AsyncSession, actor: Actor, *, loan_id: UUID, draft: DrawdownDraft, now: datetime
) -> Loan:
    """Record money that was paid out; said again with the same reference it is the same.

    The first one moves the loan and its request to DISBURSED and fixes the due days.

    :raises NotFound, Forbidden: if the loan is not the actor's
    :raises Invalid: if the reference, the amount or the day cannot be
    :raises ReferenceReused: if the reference belongs to a report that says something else
    :raises StepNotPossible: if the loan is overdue or has ended
    :raises DrawnBeyondContract: if more would be drawn than the contract allows
    :raises DrawnAfterTerm: if nothing is due after that day
    """
    actor.require(policies.LOAN_MANAGE)
    known = await queries.own_loan(session, actor, loan_id)
    _check(draft, signed_on=local_day(known.signed_at), today=local_day(now))
    async with act_for(session, subject_id=known.subject_id, reason="loan paid out"):
        request = await request_queries.lock_request(session, known.subject_id, known.request_id)
        loan = await queries.lock_own_loan(session, actor, loan_id)
        before = await queries.drawdown_with(session, actor, draft.reference)
        if before is not None:
            return _same(loan, before, draft)
        loan.require_drawable()
        if request is not None and request.state is RequestState.CONTRACTED:
            request.pay_out()
    await take_drawdown(session, loan, draft, reported_by=actor.staff_id, now=now)
    return loan


async def take_drawdown(
    session: AsyncSession,
    loan: Loan,
    draft: DrawdownDraft,
    *,
    reported_by: UUID | None,
    now: datetime,
) -> None:
    """Write a draw-down of a locked loan down, with the plan that follows from it.

    :raises DrawnBeyondContract, DrawnAfterTerm, Invalid: see ``draw_down``
    """
    if draft.amount_fen > loan.drawable_fen:
        raise DrawnBeyondContract(field="amountFen", left=format_yuan(loan.drawable_fen))
    facts = (await queries.facts_of(session, loan.tenant_id, [loan.id]))[loan.id]
    if len(facts.drawdowns) >= MAX_DRAWDOWNS:
        raise Invalid(
            field="reference",
            reason_zh=f"一笔贷款最多分 {MAX_DRAWDOWNS} 次放款",
            reason_en=f"a loan is drawn in at most {MAX_DRAWDOWNS} parts",
        )
    drawdown = LoanDrawdown(
        tenant_id=loan.tenant_id,
        id=new_id(),
        loan_id=loan.id,
        subject_id=loan.subject_id,
        reference=draft.reference,
        amount_fen=draft.amount_fen,
        drawn_on=draft.drawn_on,
        reported_at=now,
        reported_by=reported_by,
    )
    facts.drawdowns.append(drawdown)
    _reckon(loan, facts, now=now)
    session.add_all([drawdown, *facts.instalments])
    await tell_what_changed(session, loan, now=now)
    await watch_in_sandbox(session, loan, facts, now=now)


def _reckon(loan: Loan, facts: Facts, *, now: datetime) -> None:
    try:
        account = account_of(loan.terms, facts.drawdowns, facts.repayments)
    except OutsidePlan:
        raise DrawnAfterTerm(field="drawnOn") from None
    if loan.state is LoanState.SIGNED:
        loan.pay_out()
    write_down(loan, facts, account, now=now)


def _check(draft: DrawdownDraft, *, signed_on: date, today: date) -> None:
    check_text("reference", draft.reference, MAX_REFERENCE)
    if draft.amount_fen < 1:
        raise Invalid(
            field="amountFen", reason_zh="放款金额应大于零", reason_en="must be more than nothing"
        )
    if not signed_on <= draft.drawn_on <= today:
        raise Invalid(
            field="drawnOn",
            reason_zh="放款日应在签约日至今天之间",
            reason_en="must be between the signing and today",
        )


def _same(loan: Loan, before: LoanDrawdown, draft: DrawdownDraft) -> Loan:
    said = DrawdownDraft(
        reference=before.reference, amount_fen=before.amount_fen, drawn_on=before.drawn_on
    )
    if said != draft or before.loan_id != loan.id:
        raise ReferenceReused(field="reference", reference=draft.reference)
    return loan
