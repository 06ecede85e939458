"""How far the targets of the city's plan are that credit lending answers for: computed from what is stored, never typed in.

Plan: 《宿迁市"十四五"社会信用体系建设规划》. A target whose figure does not exist yet says so, and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from suxin.lending.league.figures import MonthFigures
from suxin.lending.terms import LabelledEnum

SCENARIOS: Final = 20
CREDIT_FEN: Final = 5_000_000_000_000
CREDIT_SHARE_BPS: Final = 3_000
FIRM_GRADE: Final = "firm_grade"
_GOALS: Final = "发展目标第 4 项"


class Unit(LabelledEnum):
    """What a target counts."""

    COUNT = "count", "个", "pieces"
    LOANS = "loans", "笔", "loans"
    MONEY = "money", "元", "fen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One target: what the plan says and where, what is counted out of what and how, as of when; or why it cannot be counted yet.

    A share is the numerator out of the denominator; a target of a size has no denominator. ``goal`` is a number of the unit, or
    basis points of a share, none where the plan names no number; it is met above it, and exactly at it where ``at_goal``.
    """

    code: str
    zh: str
    paragraph: str
    goal_zh: str
    goal: int | None
    definition_zh: str
    unit: Unit
    numerator: int
    denominator: int | None
    as_of: date
    missing_zh: str | None = None
    at_goal: bool = False

    @property
    def share_bps(self) -> int | None:
        """The share in basis points, rounded down, so that no target is met by rounding; none for a size or of nothing."""
        return self.numerator * 10_000 // self.denominator if self.denominator else None

    @property
    def measurable(self) -> bool:
        """Whether the figure says anything yet."""
        return self.missing_zh is None

    @property
    def met(self) -> bool | None:
        """Whether it is reached; none where the plan names no number or nothing can be counted yet."""
        reached = self.numerator if self.denominator is None else self.share_bps
        if self.goal is None or not self.measurable or reached is None:
            return None
        return reached > self.goal or (self.at_goal and reached == self.goal)


def scenarios(running: int, *, as_of: date) -> Target:
    """Return how many scenarios stand on the personal score."""
    return Target(
        code="scenarios",
        zh="基于“西楚分”的应用场景",
        paragraph=_GOALS,
        goal_zh=f"超过 {SCENARIOS} 个",
        goal=SCENARIOS,
        definition_zh="已上线、由入驻机构提供的守信激励场景数",
        unit=Unit.COUNT,
        numerator=running,
        denominator=None,
        as_of=as_of,
        missing_zh=None if running else "平台尚无守信激励场景上线，按现有登记数计为 0",
    )


def of_loans(months: Sequence[MonthFigures], *, today: date) -> list[Target]:
    """Return the targets of unsecured and first loans, from the city's months, the earliest first."""
    last = months[-1] if months else None
    as_of = today if last is None else last.as_of
    credit, balance = (0, 0) if last is None else (last.credit_fen or 0, last.outstanding_fen or 0)
    year = [one for one in months if one.month.year == as_of.year]
    none_yet = None if balance else "平台尚无贷款余额"
    signed = sum(one.signed for one in year)
    return [
        Target(
            code="credit_balance",
            zh="信用贷款余额",
            paragraph=_GOALS,
            goal_zh="达 500 亿元",
            goal=CREDIT_FEN,
            at_goal=True,
            definition_zh="经本平台签约、担保方式为信用的贷款余额；银行未经平台发放的贷款不在其中",
            unit=Unit.MONEY,
            numerator=credit,
            denominator=None,
            as_of=as_of,
            missing_zh=none_yet,
        ),
        Target(
            code="credit_share",
            zh="信用贷款占比",
            paragraph=_GOALS,
            goal_zh="超过 30%",
            goal=CREDIT_SHARE_BPS,
            definition_zh="信用贷款余额占经本平台签约的全部贷款余额",
            unit=Unit.MONEY,
            numerator=credit,
            denominator=balance,
            as_of=as_of,
            missing_zh=none_yet,
        ),
        Target(
            code="first_loans",
            zh="首贷规模（本年）",
            paragraph="第 24 条",
            goal_zh="扩大（规划未定数值）",
            goal=None,
            definition_zh="本年经本平台签订的首贷合同，占本年签订的全部合同",
            unit=Unit.LOANS,
            numerator=sum(one.first_loans or 0 for one in year),
            denominator=signed,
            as_of=as_of,
            missing_zh=None if signed else "本年尚无签订的合同",
        ),
    ]


def coverage(graded_subjects: int, known: int, *, as_of: date, graded: bool) -> Target:
    """Return how many of the known organisations and households have a credit archive that was graded."""
    missing = None
    if not graded:
        missing = "企业信用等级尚未运行"
    elif not known:
        missing = "全市主体数尚未统计"
    return Target(
        code="archive_coverage",
        zh="信用档案覆盖率",
        paragraph="第 8 条",
        goal_zh="提升（规划未定数值）",
        goal=None,
        definition_zh="最近一次企业信用等级评定的主体，占平台登记的全部组织与农户",
        unit=Unit.COUNT,
        numerator=graded_subjects,
        denominator=known,
        as_of=as_of,
        missing_zh=missing,
    )
