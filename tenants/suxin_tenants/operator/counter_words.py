"""Counter words: how matters, decisions and evidence are said at the counter's desk and on a receipt."""

from collections.abc import Iterable, Mapping
from typing import Final

from suxin.consent.notice_texts import CATEGORY_ZH, in_order
from suxin.counter.jobs import DECIDED_ZH
from suxin.counter.models import Decision, EvidenceKind, Matter, ReceiptBy, VisitState
from suxin.subjects.identity import OnSiteCheck
from suxin_tenants.words import Said

VISIT_STATES: Final[Mapping[VisitState, Said]] = {
    VisitState.OPENED: ("待核验身份", "warn"),
    VisitState.PROVED: ("已核验身份", "info"),
    VisitState.READ_ALOUD: ("已宣读，待本人决定", "warn"),
    VisitState.DECIDED: ("已办理", "good"),
    VisitState.ABANDONED: ("未办结", "plain"),
}
MATTERS: Final[Mapping[Matter, str]] = {
    Matter.ANSWER: "答复授权请求",
    Matter.PAUSE: "暂停授权",
    Matter.RESUME: "恢复授权",
    Matter.REVOKE: "撤回授权",
}
MATTER_BUTTONS: Final[Mapping[Matter, str]] = {
    Matter.ANSWER: "宣读并答复",
    Matter.PAUSE: "暂停",
    Matter.RESUME: "恢复",
    Matter.REVOKE: "撤回",
}
BUTTONS: Final[Mapping[Decision, str]] = {
    Decision.ALLOW: "本人同意",
    Decision.REFUSE: "本人不同意",
    Decision.PAUSE: "本人决定暂停",
    Decision.RESUME: "本人决定恢复",
    Decision.REVOKE: "本人决定撤回",
}
DECIDED: Final[Mapping[Decision, str]] = DECIDED_ZH
KINDS: Final[Mapping[EvidenceKind, str]] = {
    EvidenceKind.SIGNATURE: "签名板手写签名",
    EvidenceKind.PAPER: "纸质签字",
}
CHECKS: Final[Mapping[OnSiteCheck, str]] = {
    OnSiteCheck.CARD: "读取身份证",
    OnSiteCheck.FACE: "人脸比对",
}
RECEIPTS: Final[Mapping[ReceiptBy, str]] = {
    ReceiptBy.PAPER: "打印纸质回执",
    ReceiptBy.SMS: "发送短信回执",
}


def category_words(categories: Iterable[str]) -> str:
    """Return what a permission covers, in the order in which people are told it."""
    return "、".join(CATEGORY_ZH.get(one, one) for one in in_order(categories))


COUNTER_ACTIONS: Final[Mapping[str, str]] = {
    "counter.visit.opened": "开始窗口接待",
    "counter.visit.proved": "窗口核验本人",
    "counter.visit.ended": "结束窗口接待",
    "counter.visit.expired": "窗口接待超时",
    "counter.notice.read_aloud": "宣读告知书",
    "counter.decision.signed": "留存签字凭据",
    "counter.phone.confirmed": "窗口核验手机号",
    "counter.receipt.sent": "发送短信回执",
    "counter.receipt.failed": "短信回执未送达",
}
