"""Who is told of a warning: the bank's people and systems, and the borrower each time that something is told about him.

Telling is the platform's, some at a time, and goes on where a worker died. What is told was read for the bank, so that each telling
leaves a receipt with the consent that it rests on (PIPL art. 44, 45; 征信业管理条例 art. 22).
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.purposes import LOAN_WATCH
from suxin.events.feed import record_event
from suxin.kernel import notices, outbox
from suxin.kernel.audit import Ground, Receipt, append_act, note_read
from suxin.lending.loans.models import Loan
from suxin.lending.policies import LOAN_MANAGE
from suxin.lending.warnings import queries
from suxin.lending.warnings.event_types import WARNING_STEPS
from suxin.lending.warnings.models import LoanWarning
from suxin.lending.warnings.states import WarningState
from suxin.tenancy.models import Tenant

DUE_TOPIC: Final = "lending.warning.due"
REMIND_TOPIC: Final = "lending.warning.remind"
REMIND_BEFORE: Final = timedelta(hours=24)
"""How long before its time is over the bank is reminded of a warning (proposed default)."""

TOLD_AT_ONCE: Final = 200


async def tell_of_warnings(
    session: AsyncSession, *, now: datetime, limit: int = TOLD_AT_ONCE
) -> int:
    """Tell of warnings that were raised or withdrawn and of which nobody was told; return of how many.

    A duty of the platform.
    """
    untold = await queries.untold_warnings(session, limit=limit)
    for warning, loan, bank in untold:
        if warning.state is WarningState.RAISED:
            await _tell_raised(session, warning, loan, bank, now=now)
        record_step(session, warning, now=now)
        warning.told_state = warning.state.value
    await session.flush()
    return len(untold)


async def remind(
    session: AsyncSession, *, tenant_id: UUID, warning_id: UUID, now: datetime
) -> None:
    """Remind the bank of a warning that it has not answered. A duty of the platform."""
    warning = await queries.lock_warning(session, tenant_id, warning_id)
    if warning is None or not _runs_out(warning) or warning.due_at <= now:
        return
    await _notify_bank(
        session, warning, title="风险预警即将到期", template="warning_reminder", now=now
    )


async def lapse(session: AsyncSession, *, tenant_id: UUID, warning_id: UUID, now: datetime) -> None:
    """Let a warning lapse that the bank has not answered in time. A duty of the platform."""
    warning = await queries.lock_warning(session, tenant_id, warning_id)
    if warning is None or not _runs_out(warning) or warning.due_at > now:
        return
    warning.lapse(now=now)
    warning.told_state = warning.state.value
    record_step(session, warning, now=now)
    await _notify_bank(
        session, warning, title="风险预警逾期未处理", template="warning_lapsed", now=now
    )
    await session.flush()


def record_step(session: AsyncSession, warning: LoanWarning, *, now: datetime) -> None:
    """Put on record where a warning has come to stand, and tell the bank's systems of what they did not do themselves."""
    append_act(
        session,
        action=f"lending.warning.{warning.state.value.lower()}",
        now=now,
        tenant_id=warning.tenant_id,
        subject_id=warning.subject_id,
        object_type="loan_warning",
        object_id=warning.id,
        detail={"rule": warning.rule_code, "severity": warning.severity.value},
    )
    kind = WARNING_STEPS.get(warning.state)
    if kind is not None:
        record_event(
            session,
            kind,
            tenant_id=warning.tenant_id,
            object_id=warning.id,
            now=now,
            loan=warning.loan_id,
            rule=warning.rule_code,
            severity=warning.severity.value,
            dueAt=warning.due_at,
        )


async def _tell_raised(
    session: AsyncSession, warning: LoanWarning, loan: Loan, bank: Tenant, *, now: datetime
) -> None:
    note_read(
        session,
        Receipt(
            subject_id=warning.subject_id,
            purpose=LOAN_WATCH.code,
            categories=(warning.category,),
            fields=queries.TOLD_FIELDS,
            row_count=1,
            object_type="loan_warning",
            object_id=warning.id,
            ground=Ground(consent_id=warning.ground_id),
            for_tenant=warning.tenant_id,
        ),
    )
    await _notify_bank(session, warning, title="新的风险预警", template="warning_raised", now=now)
    await notices.notify_person(
        session,
        person_id=loan.person_id,
        template="loan_warned",
        title="已向贷款银行提示风险",
        body=f"按您的授权，平台已就合同 {loan.contract_number} 向{bank.name}提示“{warning.rule_name}”。"
        "该提示不自动作出影响您的决定；认为记录有误的，可在“我的信用”申请异议核查，也可随时撤回授权。",
        link=f"/pages/request?id={loan.request_id}",
        facts={"number": loan.contract_number, "rule": warning.rule_name},
        now=now,
    )
    named = {"tenant_id": warning.tenant_id, "warning_id": warning.id}
    for topic, at in (
        (REMIND_TOPIC, max(warning.due_at - REMIND_BEFORE, now)),
        (DUE_TOPIC, warning.due_at),
    ):
        await outbox.post(
            session, topic, named, now=now, tenant_id=warning.tenant_id, not_before=at
        )


async def _notify_bank(
    session: AsyncSession, warning: LoanWarning, *, title: str, template: str, now: datetime
) -> None:
    await notices.notify_tenant(
        session,
        tenant_id=warning.tenant_id,
        permission=LOAN_MANAGE,
        template=template,
        title=title,
        body=f"{warning.rule_name}（{warning.severity.zh}）。请签收并登记处置。",
        link=f"/desk/warnings/{warning.id}",
        now=now,
    )


def _runs_out(warning: LoanWarning) -> bool:
    return warning.state in (WarningState.RAISED, WarningState.ACKNOWLEDGED)
