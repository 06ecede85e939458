"""Words of notices of exemption: where one stands, and the acts of the audit stream."""

from collections.abc import Mapping
from typing import Final

from suxin.relief.models import NOTICES, STATES_ZH, NoticeState
from suxin_tenants.paper_words import paper_states
from suxin_tenants.words import Said

NOTICE_STATES: Final[Mapping[NoticeState, Said]] = paper_states(NOTICES.states, STATES_ZH)
RELIEF_ACTIONS: Final[Mapping[str, str]] = {
    "relief.notice.filed": "提出群体豁免公告",
    "relief.notice.withdrawn": "撤回群体豁免公告",
    "relief.notice.in_force": "群体豁免公告生效",
    "relief.notice.rejected": "群体豁免公告未通过",
    "relief.notice.end_asked": "申请终止群体豁免公告",
    "relief.notice.goes_on": "群体豁免公告不予终止",
    "relief.notice.ended": "群体豁免公告终止",
    "relief.records.exempted": "按公告豁免记录",
    "relief.records.counted_again": "公告终止后恢复记录",
}
FEW: Final = "少于 5"


def about(count: int | None) -> str:
    """Write a count that was rounded down to whole fives; nothing reads as fewer than five."""
    return FEW if count is None else f"{count:,} 余"
