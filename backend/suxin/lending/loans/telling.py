"""Who is told where a loan stands: the bank's systems at each step, and the borrower once when it falls overdue."""

from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.kernel import notices, outbox
from suxin.kernel.audit import append_act
from suxin.kernel.database import actor_of
from suxin.kernel.working_days import SHANGHAI, local_day
from suxin.lending.loans.event_types import LOAN_STEPS
from suxin.lending.loans.models import Loan
from suxin.lending.loans.queries import Facts
from suxin.lending.loans.states import LoanState

JUDGE_TOPIC: Final = "lending.loan.judge"


async def tell_of_step(session: AsyncSession, loan: Loan, *, now: datetime) -> None:
    """Put on record where a loan has come to stand, tell the bank's systems, and the borrower where it is overdue."""
    loan.told_state = loan.state.value
    append_act(
        session,
        action=f"lending.loan.{loan.state.value.lower()}",
        now=now,
        tenant_id=loan.tenant_id,
        subject_id=loan.subject_id,
        object_type="loan",
        object_id=loan.id,
        detail={"outstanding_fen": loan.outstanding_fen, "overdue_days": loan.overdue_days},
    )
    record_event(
        session,
        LOAN_STEPS[loan.state],
        tenant_id=loan.tenant_id,
        object_id=loan.id,
        now=now,
        referral=loan.referral_id,
        overdueDays=loan.overdue_days,
    )
    if loan.state is LoanState.OVERDUE and loan.overdue_since is not None:
        await notices.notify_person(
            session,
            person_id=loan.person_id,
            template="loan_overdue",
            title="贷款已逾期",
            body=f"合同 {loan.contract_number} 于 {loan.overdue_since:%Y年%m月%d日} 到期的还款尚未还清。"
            "如已还款，请以银行记录为准；如有异议，请联系贷款银行。",
            link=f"/pages/request?id={loan.request_id}",
            facts={"number": loan.contract_number, "days": str(loan.overdue_days)},
            now=now,
        )


async def tell_what_changed(session: AsyncSession, loan: Loan, *, now: datetime) -> None:
    """Tell where a loan stands, if that is another place than was last told."""
    if loan.state.value != loan.told_state:
        await tell_of_step(session, loan, now=now)


async def watch_in_sandbox(
    session: AsyncSession, loan: Loan, facts: Facts, *, now: datetime
) -> None:
    """Let a sandbox's loan be judged when its clock has passed the next due day; the city's are judged all together each night."""
    today = local_day(now)
    ahead = [one.due_on for one in facts.instalments if one.due_on >= today]
    if actor_of(session).sandbox_id is None or not ahead:
        return
    late_from = datetime.combine(min(ahead) + timedelta(days=1), time(), SHANGHAI)
    await outbox.post(
        session,
        JUDGE_TOPIC,
        {"tenant_id": loan.tenant_id, "loan_id": loan.id},
        now=now,
        tenant_id=loan.tenant_id,
        not_before=late_from,
    )
