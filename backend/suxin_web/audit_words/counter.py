"""Audit words of the counter: visits, what was read aloud and signed, and receipts."""

from collections.abc import Mapping
from typing import Final

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
