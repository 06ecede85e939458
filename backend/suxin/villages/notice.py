"""What a head of a household is told before it becomes a credit subject (PIPL art. 13, 17); a published wording is never changed."""

import hashlib
from dataclasses import dataclass
from typing import Final

from suxin.villages.refusals import NoticeNotShown


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdNotice:
    """One published wording."""

    version: str
    title: str
    body: str

    @property
    def sha256(self) -> str:
        """The hash that the audit stream keeps as evidence of what was agreed to."""
        return hashlib.sha256(self.body.encode()).hexdigest()


CURRENT: Final = HouseholdNotice(
    version="household/2026-11",
    title="农户信用档案告知书",
    body=(
        "一、建立农户信用档案，由户主本人自愿决定；不建立的，不影响任何公共服务和村民待遇。\n"
        "二、平台以“某家农户”和农村编号登记本户，不登记成员的完整姓名和证件号码；户主可代表本户查看和使用档案。\n"
        "三、未经户主另行授权，任何机构不能查看本户的信用信息；授权可以随时撤回。\n"
        "四、村户名册由村居自行保管，不与平台的信用信息比对；户主变更后，原户主不再代表本户。\n"
        "五、户主可以随时在“我的”中查阅、更正、申请删除相关信息，或者要求停止使用。"
    ),
)
"""The wording in force; demo configuration, because no rule gives one."""


def require_current(version: str) -> HouseholdNotice:
    """Return the wording in force, which must be the one that was shown.

    :raises NoticeNotShown: if another was shown
    """
    if version != CURRENT.version:
        raise NoticeNotShown(field="noticeVersion")
    return CURRENT
