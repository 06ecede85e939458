"""Lifting a suspension by hand: asked for by one person with a reason, done by another."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import Refusal
from suxin.risk_pool.policies import STOP_LOSS_LIFT
from suxin.risk_pool.pools.commands import check_text
from suxin.risk_pool.pools.refusals import SecondPersonNeeded
from suxin.risk_pool.stop_loss import StopLossState
from suxin.risk_pool.stopping import queries
from suxin.risk_pool.stopping.judging import change_state, rate_of
from suxin.risk_pool.stopping.models import PoolStopLoss

MAX_REASON: Final = 300


class NotSuspended(Refusal):
    """Only a suspension is lifted; a termination is not undone, and nothing else keeps loans out."""

    code = "POOL_STOP_LOSS_NOT_SUSPENDED"
    zh = "当前状态为“{state_zh}”，只有暂停备案可以解除"
    en = "It is {state_en}; only a suspension is lifted"


class LiftNotAsked(Refusal):
    """Nobody has asked to lift it."""

    code = "POOL_LIFT_NOT_ASKED"
    zh = "尚无人申请解除"
    en = "Nobody has asked to lift it"


async def ask_lift(
    session: AsyncSession, actor: Actor, *, stop_loss_id: UUID, reason: str, now: datetime
) -> PoolStopLoss:
    """Ask to lift a suspension, for another person to do; asked again, the later asking stands.

    :raises Forbidden, NotFound: if the actor may not
    :raises Invalid: if the reason is empty or too long
    :raises NotSuspended: if it is not suspended
    """
    actor.require(STOP_LOSS_LIFT)
    said = check_text("reason", reason, MAX_REASON)
    stop_loss = await queries.lock_own_stop_loss(session, actor, stop_loss_id)
    _require_suspended(stop_loss)
    stop_loss.lift_asked_by, stop_loss.lift_asked_at = actor.own_staff, now
    stop_loss.lift_reason = said
    append_act(
        session,
        action="risk_pool.stop_loss.lift_asked",
        now=now,
        object_type="pool_stop_loss",
        object_id=stop_loss.id,
        detail={"reason": said},
    )
    return stop_loss


async def lift_stop_loss(
    session: AsyncSession, actor: Actor, *, stop_loss_id: UUID, now: datetime
) -> PoolStopLoss:
    """Lift a suspension as a second person; it holds until the rate rises above the one of now.

    :raises Forbidden, NotFound: if the actor may not
    :raises NotSuspended: if it is not suspended
    :raises LiftNotAsked: if nobody asked to
    :raises SecondPersonNeeded: if he asked himself
    """
    actor.require(STOP_LOSS_LIFT)
    stop_loss = await queries.lock_own_stop_loss(session, actor, stop_loss_id)
    _require_suspended(stop_loss)
    asked_by, reason = stop_loss.lift_asked_by, stop_loss.lift_reason
    if asked_by is None or reason is None:
        raise LiftNotAsked
    staff_id = actor.own_staff
    if staff_id == asked_by:
        raise SecondPersonNeeded
    agreement = await queries.latest_agreement(session, stop_loss)
    if agreement is None:
        raise LiftNotAsked
    rate = rate_of(stop_loss, agreement.rate_basis)
    stop_loss.lifted_compensated_fen = rate.compensated_fen
    stop_loss.lifted_balance_fen = rate.balance_fen
    # What is left of the rate without the suspension: it stays above the level of the warning.
    await change_state(
        session,
        stop_loss,
        StopLossState.WARN,
        rate,
        now=now,
        lifted=(asked_by, staff_id, reason),
    )
    return stop_loss


def _require_suspended(stop_loss: PoolStopLoss) -> None:
    if stop_loss.state is not StopLossState.SUSPENDED:
        raise NotSuspended(state_zh=stop_loss.state.zh, state_en=stop_loss.state.en)
