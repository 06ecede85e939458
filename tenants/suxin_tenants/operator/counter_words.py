"""Counter words: how visits, buttons and receipts are said at the counter's desk and on a receipt."""

from collections.abc import Iterable, Mapping
from typing import Final

from suxin.consent.notice_texts import CATEGORY_ZH, in_order
from suxin.counter.jobs import DECIDED_ZH
from suxin.counter.models import Decision, Matter, ReceiptBy, VisitState
from suxin.subjects.identity import OnSiteCheck
from suxin_tenants.words import Said

VISIT_STATES: Final[Mapping[VisitState, Said]] = {
    VisitState.OPENED: ("待核验身份", "warn"),
    VisitState.PROVED: ("已核验身份", "info"),
    VisitState.READ_ALOUD: ("已宣读，待本人决定", "warn"),
    VisitState.DECIDED: ("已办理", "good"),
    VisitState.ABANDONED: ("未办结", "plain"),
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
