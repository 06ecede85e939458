"""What a bank does about a warning: takes it up, says what it did, or that it was none."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.lending import policies
from suxin.lending.loans.contracts import check_note
from suxin.lending.warnings import queries
from suxin.lending.warnings.models import LoanWarning
from suxin.lending.warnings.states import FalseAlarmReason, WarningAction
from suxin.lending.warnings.telling import record_step


async def acknowledge_warning(
    session: AsyncSession, actor: Actor, *, warning_id: UUID, now: datetime
) -> LoanWarning:
    """Note that the bank has a warning in hand.

    :raises NotFound, Forbidden: if it is not the actor's
    :raises StepNotPossible: if it was taken up, answered or withdrawn before
    """
    actor.require(policies.LOAN_MANAGE)
    warning = await queries.lock_own_warning(session, actor, warning_id)
    warning.acknowledge(by=actor.staff_id, now=now)
    return _told(session, warning, now=now)


async def act_on_warning(
    session: AsyncSession,
    actor: Actor,
    *,
    warning_id: UUID,
    action: WarningAction,
    note: str,
    now: datetime,
) -> LoanWarning:
    """Note what the bank did about a warning that it has in hand.

    :raises NotFound, Forbidden: if it is not the actor's
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it was not taken up, or was answered or withdrawn before
    """
    actor.require(policies.LOAN_MANAGE)
    said = check_note(note)
    warning = await queries.lock_own_warning(session, actor, warning_id)
    warning.act(action, note=said, by=actor.staff_id, now=now)
    return _told(session, warning, now=now)


async def dismiss_warning(
    session: AsyncSession,
    actor: Actor,
    *,
    warning_id: UUID,
    reason: FalseAlarmReason,
    note: str,
    now: datetime,
) -> LoanWarning:
    """Note that a warning in hand was a false alarm, and why; the rule's false alarms are counted.

    :raises NotFound, Forbidden: if it is not the actor's
    :raises Invalid: if the note is empty or too long
    :raises StepNotPossible: if it was not taken up, or was answered or withdrawn before
    """
    actor.require(policies.LOAN_MANAGE)
    said = check_note(note)
    warning = await queries.lock_own_warning(session, actor, warning_id)
    warning.dismiss(reason, note=said, by=actor.staff_id, now=now)
    return _told(session, warning, now=now)


def _told(session: AsyncSession, warning: LoanWarning, *, now: datetime) -> LoanWarning:
    """Put a step of the bank's own on record; nobody needs to be told of it."""
    warning.told_state = warning.state.value
    record_step(session, warning, now=now)
    return warning
