"""Audit words of notices of exemption."""

from collections.abc import Mapping
from typing import Final

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
