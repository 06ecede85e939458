"""Purposes: what data may be asked for, with the limits each consent must keep.

The limits on life, range, frequency and retention are proposed defaults (demo configuration), not official figures; that
there must be limits is law (PIPL art. 6, 17, 19: smallest scope, told retention, shortest period). A purpose is declared
here and becomes grantable once an impact assessment of it is on file (``consent.assessments``).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.working_days import local_day
from suxin.subjects.models import DataCategory


class PurposeUnknown(Refusal):
    """No purpose of this code exists."""

    code = "PURPOSE_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "没有“{purpose}”这一用途"
    en = "There is no purpose {purpose}"


class CategoriesOutsidePurpose(Refusal):
    """None of the categories asked for is needed for the purpose."""

    code = "CATEGORIES_OUTSIDE_PURPOSE"
    kind = RefusalKind.INVALID
    zh = "所选数据类别均不属于该用途"
    en = "None of the categories belongs to this purpose"


class FetchUnit(StrEnum):
    """What a frequency counts by: the whole consent, a day in Shanghai, or a month there."""

    ONCE = "ONCE"
    DAY = "DAY"
    MONTH = "MONTH"


_UNIT_WORDS: Final = {
    FetchUnit.ONCE: ("共", "in all"),
    FetchUnit.DAY: ("每日", "a day"),
    FetchUnit.MONTH: ("每月", "a month"),
}


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often records may be fetched: ``times`` in each ``unit``; one-time is once in all."""

    times: int
    unit: FetchUnit

    @property
    def zh(self) -> str:
        """The frequency in Chinese, as a notice tells it."""
        return f"{_UNIT_WORDS[self.unit][0]} {self.times} 次"

    @property
    def en(self) -> str:
        """The frequency in English."""
        return f"{self.times} {_UNIT_WORDS[self.unit][1]}"

    def period_of(self, now: datetime) -> str:
        """Return the name of the period that ``now`` lies in, within which fetches are counted."""
        day = local_day(now).isoformat()
        return {FetchUnit.ONCE: "once", FetchUnit.DAY: day, FetchUnit.MONTH: day[:7]}[self.unit]

    def wider_than(self, other: "Frequency") -> bool:
        """Tell whether this allows more than the other: by the month, where a one-time consent has no second one."""
        return _a_month(self) > _a_month(other)


_DAYS_A_MONTH: Final = 31


def _a_month(frequency: Frequency) -> tuple[bool, int]:
    by_day = frequency.unit is FetchUnit.DAY
    times = frequency.times * (_DAYS_A_MONTH if by_day else 1)
    return frequency.unit is not FetchUnit.ONCE, times


ONE_TIME: Final = Frequency(1, FetchUnit.ONCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One purpose, and the widest consent it allows.

    ``required`` are the categories without which the purpose cannot be served at all; ``optional`` ones may be left
    out by the subject. ``range_months`` is how far back records may lie, ``frequency`` how often they may be fetched.
    """

    code: str
    zh: str
    en: str
    required: frozenset[DataCategory]
    optional: frozenset[DataCategory]
    max_life_days: int
    range_months: int
    frequency: Frequency
    retention_days: int

    @property
    def categories(self) -> frozenset[DataCategory]:
        """Every category the purpose may ask for."""
        return self.required | self.optional


LOAN_MATCH: Final = Purpose(
    code="loan.match",
    zh="审核贷款申请并报价",
    en="assess a loan request and make an offer",
    required=frozenset(
        {
            DataCategory.LOAN_REQUEST,
            DataCategory.IDENTITY,
            DataCategory.CONTACT,
            DataCategory.REGISTRATION,
        }
    ),
    optional=frozenset(
        {
            DataCategory.TAX,
            DataCategory.SOCIAL_INSURANCE,
            DataCategory.HONOURS,
            DataCategory.PENALTIES,
            DataCategory.ENVIRONMENT,
            # A natural person's reaches a bank through a licensed channel alone (``consent.channels``).
            DataCategory.SCORE_TIER,
        }
    ),
    max_life_days=90,
    range_months=60,
    frequency=Frequency(20, FetchUnit.DAY),
    retention_days=180,
)

LOAN_CONTRACT: Final = Purpose(
    code="loan.contract",
    zh="履行借款合同",
    en="perform a loan contract",
    required=frozenset({DataCategory.LOAN_REQUEST, DataCategory.IDENTITY, DataCategory.CONTACT}),
    optional=frozenset(),
    max_life_days=365 * 35,
    range_months=12 * 35,
    frequency=Frequency(20, FetchUnit.DAY),
    retention_days=365 * 5,
)

LOAN_WATCH: Final = Purpose(
    code="loan.watch",
    zh="贷后风险预警",
    en="be warned early about a loan that was paid out",
    # Courts, lists of the abnormal and of the dishonest are in this one.
    required=frozenset({DataCategory.PENALTIES}),
    optional=frozenset(
        {
            DataCategory.TAX,
            DataCategory.SOCIAL_INSURANCE,
            DataCategory.ENVIRONMENT,
            DataCategory.PERFORMANCE,
            DataCategory.SCORE_TIER,
        }
    ),
    max_life_days=365 * 3,
    range_months=12,
    frequency=Frequency(20, FetchUnit.DAY),
    retention_days=365,
)
"""Asked for by itself after a draw-down: what was permitted to assess a request is not used to watch a loan (PIPL art. 14)."""

GUARANTEE_ASSESS: Final = Purpose(
    code="guarantee.assess",
    zh="审查贷款担保",
    en="decide whether to guarantee a loan",
    required=frozenset(
        {DataCategory.LOAN_REQUEST, DataCategory.IDENTITY, DataCategory.REGISTRATION}
    ),
    optional=frozenset(
        {
            DataCategory.TAX,
            DataCategory.SOCIAL_INSURANCE,
            DataCategory.HONOURS,
            DataCategory.PENALTIES,
            DataCategory.ENVIRONMENT,
        }
    ),
    max_life_days=90,
    range_months=60,
    frequency=Frequency(20, FetchUnit.DAY),
    retention_days=180,
)
"""Asked for by the guarantor itself: what was permitted to a bank is not passed on to whoever guarantees for it (PIPL art. 23)."""

PERK_REDEEM: Final = Purpose(
    code="perk.redeem",
    zh="享受信易+优惠",
    en="redeem a benefit for the trustworthy",
    required=frozenset({DataCategory.SCORE_TIER}),
    optional=frozenset({DataCategory.PERK_ORDER}),
    max_life_days=30,
    range_months=12,
    frequency=ONE_TIME,
    retention_days=30,
)

RURAL_CREDIT: Final = Purpose(
    code="bank.credit",
    zh="涉农授信评议",
    en="assess rural credit",
    required=frozenset({DataCategory.RURAL_RATING, DataCategory.IDENTITY, DataCategory.CONTACT}),
    optional=frozenset({DataCategory.REGISTRATION, DataCategory.HONOURS}),
    max_life_days=365,
    range_months=36,
    frequency=Frequency(4, FetchUnit.MONTH),
    retention_days=180,
)

RURAL_RATE: Final = Purpose(
    code="rural.rating",
    zh="涉农主体信用评级",
    en="be rated as a household or farm entity",
    required=frozenset({DataCategory.RURAL_RATING}),
    optional=frozenset(),
    max_life_days=400,
    range_months=36,
    frequency=Frequency(20, FetchUnit.DAY),
    retention_days=365,
)
"""What is on record is counted by the platform; the village is told the grade alone (PIPL art. 6)."""

POINTS_REDEEM: Final = Purpose(
    code="grid.redeem",
    zh="网格积分兑换",
    en="redeem points of grid governance",
    required=frozenset({DataCategory.GRID_POINTS}),
    optional=frozenset(),
    max_life_days=365,
    range_months=12,
    frequency=Frequency(10, FetchUnit.DAY),
    retention_days=30,
)

COUNTER_ASSIST: Final = Purpose(
    code="counter.assist",
    zh="窗口帮办（本人在场）",
    en="be helped at a counter, in person",
    required=frozenset({DataCategory.IDENTITY}),
    optional=frozenset(),
    max_life_days=1,
    range_months=1,
    frequency=ONE_TIME,
    retention_days=1,
)
"""Under which a helper's look at what somebody at his counter is asked for is on record; nobody is ever asked for it."""

CASE_HANDLING: Final = Purpose(
    code="rights.case",
    zh="办理异议与申请事项",
    en="deal with what a subject asked for or contested",
    required=frozenset({DataCategory.IDENTITY}),
    optional=frozenset(),
    max_life_days=1,
    range_months=1,
    frequency=ONE_TIME,
    retention_days=1,
)
"""Under which the office's look at the documents of a case is on record; nobody is ever asked for it."""

PURPOSES: Final = {
    purpose.code: purpose
    for purpose in (
        LOAN_MATCH,
        LOAN_CONTRACT,
        LOAN_WATCH,
        GUARANTEE_ASSESS,
        PERK_REDEEM,
        RURAL_CREDIT,
        RURAL_RATE,
        POINTS_REDEEM,
        COUNTER_ASSIST,
        CASE_HANDLING,
    )
}


def purpose_named(code: str) -> Purpose:
    """Return the purpose of this code.

    :raises PurposeUnknown: if there is none
    """
    try:
        return PURPOSES[code]
    except KeyError:
        raise PurposeUnknown(field="purpose", purpose=code) from None
