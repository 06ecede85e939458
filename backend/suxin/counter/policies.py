"""Who may help at a counter, and who may open what was signed there: rights of the operator's staff."""

from datetime import datetime
from typing import Final

from suxin.counter.models import CounterVisit
from suxin.kernel.actor import Actor, ActorKind, Permission
from suxin.kernel.refusals import Forbidden, Refusal

COUNTER_SERVE: Final = Permission("counter.visit.serve", "在窗口帮办")
EVIDENCE_READ: Final = Permission("counter.evidence.read", "调阅窗口凭据")


class VisitOver(Refusal):
    """The visit has ended, or its half hour is over; the person is proved anew at another."""

    code = "VISIT_OVER"
    zh = "本次接待已结束或已超时，请重新接待并核验身份"
    en = "This visit has ended or run out; open another and prove the person again"


class RecipientHelps(Refusal):
    """The helper works for the organisation that the permission is for."""

    code = "RECIPIENT_HELPS"
    zh = "该授权的接收方就是本机构，工作人员不得代办，请办事人使用手机或到其他窗口办理"
    en = "Your own organisation receives this permission, so its staff may not help to decide on it"


def require_helper(actor: Actor) -> None:
    """Refuse unless the actor is a helper of the operator: nobody who works for a recipient is one.

    :raises Forbidden: if he is not
    """
    actor.require(COUNTER_SERVE)
    if actor.kind is not ActorKind.OPERATOR or actor.staff_id is None:
        raise Forbidden(permission=COUNTER_SERVE)


def require_running(visit: CounterVisit, *, now: datetime) -> None:
    """Refuse once a visit has ended or run out.

    :raises VisitOver: if it has
    """
    if not visit.is_running(now):
        raise VisitOver
