"""The kinds of farm entity, and where cycles, entries, hearings, grades, statements and titles stand."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from suxin.subjects.models import SubjectKind


class RuralKind(StrEnum):
    """What is rated; each kind has a model of its own on the scoring engine."""

    HOUSEHOLD = "household"
    FAMILY_FARM = "family_farm"
    COOPERATIVE = "cooperative"
    AGRI_ENTERPRISE = "agri_enterprise"
    LARGE_GROWER = "large_grower"
    INPUT_DEALER = "input_dealer"

    @property
    def model_code(self) -> str:
        """The code of the score model of this kind."""
        return f"rural_{self.value}"

    @property
    def subject_kinds(self) -> frozenset[SubjectKind]:
        """The kinds of subject that may be one."""
        return _SUBJECTS[self]


_SUBJECTS: Final[Mapping[RuralKind, frozenset[SubjectKind]]] = {
    RuralKind.HOUSEHOLD: frozenset({SubjectKind.HOUSEHOLD}),
    RuralKind.FAMILY_FARM: frozenset({SubjectKind.FAMILY_FARM}),
    RuralKind.COOPERATIVE: frozenset({SubjectKind.COOPERATIVE}),
    RuralKind.AGRI_ENTERPRISE: frozenset({SubjectKind.AGRI_ENTERPRISE}),
    RuralKind.LARGE_GROWER: frozenset({SubjectKind.PERSON, SubjectKind.SOLE_TRADER}),
    RuralKind.INPUT_DEALER: frozenset({SubjectKind.FIRM, SubjectKind.SOLE_TRADER}),
}

KINDS_ZH: Final[Mapping[RuralKind, str]] = {
    RuralKind.HOUSEHOLD: "农户",
    RuralKind.FAMILY_FARM: "家庭农场",
    RuralKind.COOPERATIVE: "农民专业合作社",
    RuralKind.AGRI_ENTERPRISE: "农业龙头企业",
    RuralKind.LARGE_GROWER: "种养大户",
    RuralKind.INPUT_DEALER: "农资经营主体",
}


class CycleState(StrEnum):
    """Where a cycle stands. COMBINING waits for the platform, which joins votes and records."""

    OPEN = "OPEN"
    VOTING = "VOTING"
    COMBINING = "COMBINING"
    REVIEW = "REVIEW"
    NOTICED = "NOTICED"
    EFFECTIVE = "EFFECTIVE"
    CALLED_OFF = "CALLED_OFF"


CYCLES_ZH: Final[Mapping[CycleState, str]] = {
    CycleState.OPEN: "报名中",
    CycleState.VOTING: "评议中",
    CycleState.COMBINING: "汇总中",
    CycleState.REVIEW: "待复核",
    CycleState.NOTICED: "公示中",
    CycleState.EFFECTIVE: "已生效",
    CycleState.CALLED_OFF: "已取消",
}


class EntryState(StrEnum):
    """Where an entry stands.

    CONSENTED has entered himself and waits for the village's proposal and its check, which a household needs not. REOPENED is to be
    reckoned anew after an appeal that was granted.
    """

    CONSENTED = "CONSENTED"
    PROPOSED = "PROPOSED"
    NOT_ADMITTED = "NOT_ADMITTED"
    ENTERED = "ENTERED"
    RATED = "RATED"
    FROZEN = "FROZEN"
    REOPENED = "REOPENED"
    HEARING = "HEARING"
    EFFECTIVE = "EFFECTIVE"
    LEFT = "LEFT"


ENTRIES_ZH: Final[Mapping[EntryState, str]] = {
    EntryState.CONSENTED: "已授权，待推荐",
    EntryState.PROPOSED: "已推荐，待复核",
    EntryState.NOT_ADMITTED: "未予参评",
    EntryState.ENTERED: "参评中",
    EntryState.RATED: "已评定，未生效",
    EntryState.FROZEN: "申诉中，暂不生效",
    EntryState.REOPENED: "申诉获支持，重新测算",
    EntryState.HEARING: "拟降级，听取陈述",
    EntryState.EFFECTIVE: "已生效",
    EntryState.LEFT: "已退出",
}


class GradeState(StrEnum):
    """Where a grade stands; REPLACED by that of the next year, WITHDRAWN because its subject left."""

    IN_FORCE = "IN_FORCE"
    EXPIRED = "EXPIRED"
    REPLACED = "REPLACED"
    WITHDRAWN = "WITHDRAWN"


GRADES_ZH: Final[Mapping[GradeState, str]] = {
    GradeState.IN_FORCE: "有效",
    GradeState.EXPIRED: "已到期",
    GradeState.REPLACED: "已由新等级替代",
    GradeState.WITHDRAWN: "已退出评级",
}


class StatementState(StrEnum):
    """Where a fact stands that the village attests; only what another person VERIFIED is on record."""

    STATED = "STATED"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"


class TitleLevel(StrEnum):
    """What is titled: a village, a town, a county."""

    VILLAGE = "village"
    TOWN = "town"
    COUNTY = "county"


TITLES_ZH: Final[Mapping[TitleLevel, str]] = {
    TitleLevel.VILLAGE: "信用村",
    TitleLevel.TOWN: "信用乡镇",
    TitleLevel.COUNTY: "信用县（区）",
}


class TitleState(StrEnum):
    """Where a title stands."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    REVOKED = "REVOKED"


TITLE_STATES_ZH: Final[Mapping[TitleState, str]] = {
    TitleState.PROPOSED: "待审定",
    TitleState.APPROVED: "已命名",
    TitleState.REJECTED: "未通过",
    TitleState.REVOKED: "已撤销",
}
