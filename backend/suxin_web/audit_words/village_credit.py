"""Audit words of whole-village credit: rounds, and the households in them."""

from collections.abc import Mapping
from typing import Final

CREDIT_ACTIONS: Final[Mapping[str, str]] = {
    "village_credit.round.proposed": "提出整村授信",
    "village_credit.round.signed": "签署整村授信（银行）",
    "village_credit.round.accepted": "接受整村授信（村居）",
    "village_credit.round.opened": "整村授信开始",
    "village_credit.round.ended": "结束整村授信",
    "village_credit.member.joined": "参加整村授信",
    "village_credit.member.left": "退出整村授信",
    "village_credit.member.decided": "决定预授信额度",
    "village_credit.member.objected": "对额度提出异议",
    "village_credit.member.answered": "复核额度异议",
    "village_credit.member.line_in_force": "额度生效",
    "village_credit.member.line_over": "额度到期",
    "village_credit.member.line_ended": "终止额度",
    "village_credit.member.line_asked": "使用额度申请贷款",
}
CREDIT_OBJECTS: Final[Mapping[str, str]] = {
    "credit_round": "整村授信",
    "credit_round_member": "参加整村授信的农户",
}
