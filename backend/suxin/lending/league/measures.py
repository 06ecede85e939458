"""What a league table measures, how each figure is defined, and which way is better.

Definitions have a version, which each table keeps: a table of an older one stays what it was.
"""

from typing import Final, Self

from suxin.lending.terms import LabelledEnum

DEFINITION: Final = 1
"""The version of the definitions below; a changed one is the next."""

MIN_CASES: Final = 5
"""Whoever had fewer cases in the quarter has figures and no place: one case more or less would turn them over."""

REPORTED_WITHIN_DAYS: Final = 20
"""So many days after a quarter's end its facts are counted: every deadline of its last day has passed, the longest holidays
included, and banks have reported."""

DAY_HUNDREDTHS: Final = 100


class Measure(LabelledEnum):
    """One figure of a bank in a quarter."""

    PICK_UP = "pick_up", "按时受理率", "picked up in time"
    ON_TIME_CONTACT = "on_time_contact", "按时联系率", "contacted in time"
    DECISION_DAYS = "decision_days", "办理天数（中位数）", "working days to a decision (median)"
    FIRST_LOAN = "first_loan", "首贷占比", "share of first loans"
    CREDIT_LOAN = "credit_loan", "信用贷款占比", "share of unsecured loans"
    RATE = "rate", "加权平均利率", "weighted rate"
    OVERDUE = "overdue", "逾期率", "overdue rate"

    @property
    def counted(self) -> "Counted":
        """What is counted, out of what, of which cases."""
        return _COUNTED[self]

    @property
    def more_is_better(self) -> bool:
        """Whether the higher figure has the better place."""
        return self not in _LESS_IS_BETTER

    @property
    def in_days(self) -> bool:
        """Whether its value is in hundredths of a working day; every other is in basis points."""
        return self is Measure.DECISION_DAYS

    @property
    def is_share(self) -> bool:
        """Whether its numerator is a part of its denominator."""
        return self not in (Measure.DECISION_DAYS, Measure.RATE)

    @property
    def of_money(self) -> bool:
        """Whether what is counted is fen, and not cases."""
        return self in _OF_MONEY


class Counted(LabelledEnum):
    """How a measure is counted: one member for each, whose labels say numerator, denominator and what a case is."""

    PICK_UP = (
        Measure.PICK_UP.value,
        "分子：在受理时限内受理的线索；分母：季度内下发且受理时限已过的线索，抢单与时限前申请人已结束的除外",
        "accepted by the deadline, of those dispatched in the quarter; claimed ones, and those ended by the applicant before, left out",
    )
    ON_TIME_CONTACT = (
        Measure.ON_TIME_CONTACT.value,
        "分子：在联系时限内已联系或已报价的线索；分母：季度内下发、已受理且申请人在时限前同意的线索，时限前已结束的除外",
        "contacted or offered by the deadline, of those accepted with the applicant's consent before it",
    )
    DECISION_DAYS = (
        Measure.DECISION_DAYS.value,
        "从下发到首次报价或婉拒的工作日；名次按中位数，另列平均数（分子：工作日合计；分母：已办结线索）",
        "working days from dispatch to the first offer or refusal: median, and the mean as numerator over denominator",
    )
    FIRST_LOAN = (
        Measure.FIRST_LOAN.value,
        "分子：首贷合同；分母：季度内签订且未撤销的合同，续贷除外",
        "contracts of first-time borrowers, of those signed in the quarter and not cancelled, renewals left out",
    )
    CREDIT_LOAN = (
        Measure.CREDIT_LOAN.value,
        "分子：信用方式的合同金额；分母：季度内签订且未撤销的合同金额",
        "principal of unsecured contracts, of all signed in the quarter and not cancelled",
    )
    RATE = (
        Measure.RATE.value,
        "按合同金额加权的年利率（分子：金额×基点合计；分母：金额合计）",
        "the annual rate weighted by principal: the sum of principal times basis points, over the sum of principal",
    )
    OVERDUE = (
        Measure.OVERDUE.value,
        "分子：逾期贷款余额；分母：贷款余额，均取季末月报",
        "outstanding principal of overdue loans, of all outstanding, by the last month's figures",
    )

    @classmethod
    def of(cls, measure: Measure) -> Self:
        """Return how a measure is counted."""
        return cls.coded(measure.value)


_COUNTED: Final = {measure: Counted.of(measure) for measure in Measure}
_LESS_IS_BETTER: Final = frozenset({Measure.DECISION_DAYS, Measure.RATE, Measure.OVERDUE})
_OF_MONEY: Final = frozenset({Measure.CREDIT_LOAN, Measure.RATE, Measure.OVERDUE})
