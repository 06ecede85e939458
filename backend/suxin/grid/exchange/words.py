"""The words of the town's app. Sorts and states are those of common grid apps (*proposed*: no national standard's list was seen)."""

from typing import Final

from suxin.lending.terms import LabelledEnum


class AppSort(LabelledEnum):
    """What an event is about."""

    DISPUTE = "dispute", "矛盾纠纷", "a dispute"
    HAZARD = "hazard", "安全隐患", "a hazard"
    ENVIRONMENT = "environment", "环境卫生", "a tidy village"
    REQUEST = "request", "民生诉求", "a request of residents"
    SECURITY = "security", "治安", "public order"
    PERSONS = "persons", "特殊人群", "special persons"
    PUBLICITY = "publicity", "政策宣传", "policies made known"
    OTHER = "other", "其他", "something else"


class AppState(LabelledEnum):
    """Where an event stands in the app."""

    REPORTED = "reported", "已上报", "reported"
    SELF_CLOSED = "self_closed", "自行办结", "settled on the spot"
    REGISTERED = "registered", "已立案", "registered"
    DISPATCHED = "dispatched", "已派遣", "dispatched"
    HANDLING = "handling", "处置中", "being handled"
    RETURNED = "returned", "已退回", "returned"
    DONE = "done", "已处置", "handled"
    VERIFIED = "verified", "已核查", "verified"
    CLOSED = "closed", "已结案", "closed"
    OVERDUE = "overdue", "已超期", "overdue"


FINISHED: Final = frozenset({AppState.SELF_CLOSED, AppState.VERIFIED, AppState.CLOSED})
"""The states in which what was done is certain."""


class AppMissing(LabelledEnum):
    """Why nothing comes of an event yet."""

    UNFINISHED = "unfinished", "事件未办结", "it is not closed"
    NO_RULE = "no_rule", "该类事件没有对应的细则", "its sort has no rule"
    NO_HOUSEHOLD = "no_household", "户号不在名册中", "the register has no such household"


TAKEN: Final[tuple[AppSort, ...]] = tuple(sort for sort in AppSort if sort is not AppSort.PERSONS)
"""The sorts that may be mapped; of special persons nothing is taken (PIPL art. 28)."""
