"""Where rule sets and claims stand, who sits on a claim, and the words of a rule."""

from typing import Final

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class RuleSetState(LabelledState):
    """Where a village's rule set stands; it is in force from its day on, until the next one's."""

    DRAFT = "DRAFT", "草稿", "a draft"
    ADOPTED = "ADOPTED", "已表决，待确认", "adopted and to be confirmed"
    CONFIRMED = "CONFIRMED", "已确认", "confirmed"
    DROPPED = "DROPPED", "已作废", "dropped"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "积分细则", "rule set"


class ClaimState(LabelledState):
    """Where a claim stands."""

    SUBMITTED = "SUBMITTED", "待初审", "waiting for its first check"
    CHECKED = "CHECKED", "待评议", "waiting for the committee"
    APPROVED = "APPROVED", "待公示", "waiting for a notice"
    NOTICED = "NOTICED", "公示中", "on notice"
    REFUSED = "REFUSED", "未通过，可申诉", "refused, open to appeal"
    APPEALED = "APPEALED", "异议待村监委决定", "frozen, before the supervisors"
    ANSWERED = "ANSWERED", "村监委已决定", "decided by the supervisors"
    AT_TOWN = "AT_TOWN", "待乡镇决定", "frozen, before the town"
    POSTED = "POSTED", "已入账", "posted"
    REJECTED = "REJECTED", "未通过", "rejected"
    WITHDRAWN = "WITHDRAWN", "已撤回", "withdrawn"
    REVERSED = "REVERSED", "已冲正", "reversed"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "积分申报", "claim"


LIVE: Final = tuple(
    one
    for one in ClaimState
    if one not in (ClaimState.REJECTED, ClaimState.WITHDRAWN, ClaimState.REVERSED)
)
"""The states in which a claim counts against a cap."""


class Body(LabelledEnum):
    """Who sits on a claim."""

    CHECKER = "checker", "初审人", "whoever checks first"
    COMMITTEE = "committee", "评议小组", "the committee"
    SUPERVISORS = "supervisors", "村务监督委员会", "the supervisors"
    TOWN = "town", "乡镇", "the town"


class Verdict(LabelledEnum):
    """What somebody who sits on a claim says."""

    FOR = "for", "同意", "for it"
    AGAINST = "against", "不同意", "against it"


class Period(LabelledEnum):
    """In what time a cap counts, by the day on which something was done in Shanghai."""

    DAY = "day", "每日", "a day"
    WEEK = "week", "每周", "a week"
    MONTH = "month", "每月", "a month"
    QUARTER = "quarter", "每季度", "a quarter"
    YEAR = "year", "每年", "a year"


class CapScope(LabelledEnum):
    """For whom a cap counts."""

    PERSON = "person", "每人", "a person"
    HOUSEHOLD = "household", "每户", "a household"


class Evidence(LabelledEnum):
    """Whether a claim needs a photo."""

    NONE = "none", "不需要照片", "no photo"
    OPTIONAL = "optional", "可附照片", "a photo if there is one"
    REQUIRED = "required", "必须附照片", "a photo"


class Claimant(LabelledEnum):
    """Who may claim by a rule."""

    RESIDENT = "resident", "村民本人", "a resident"
    WORKER = "worker", "网格员", "a grid worker"


class RuleTopic(LabelledEnum):
    """What part of village life a rule is about."""

    ENVIRONMENT = "environment", "人居环境", "a tidy village"
    COURTESY = "courtesy", "乡风文明", "good manners"
    VOLUNTEER = "volunteer", "志愿服务", "volunteering"
    ORDER = "order", "平安法治", "safety and order"
    AFFAIRS = "affairs", "参与村务", "village affairs"
    HONOUR = "honour", "荣誉表彰", "honours"


class AgreedTo(LabelledEnum):
    """What somebody agreed to, each by itself."""

    SHOW_NAME = "show_name", "公示时显示我的姓名（部分隐去）", "his name, masked, on notices"
    RECORD = "record", "将我的加分记入信用记录", "records of his plus points"


class Meeting(LabelledEnum):
    """Who met to adopt a village's rules; see ``rule_sets.check_minutes`` for how many must have come."""

    VILLAGERS = "villagers", "村民会议（18 周岁以上村民）", "all grown villagers"
    HOUSEHOLDS = "households", "村民会议（户代表）", "one of each household"
    REPRESENTATIVES = "representatives", "村民代表会议", "the villagers' representatives"
