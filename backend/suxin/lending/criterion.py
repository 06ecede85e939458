"""What every eligibility criterion is: a named condition, its answer, and its words."""

from typing import Annotated, Final, NamedTuple

import msgspec

from suxin.kernel.money import format_wan, format_yuan
from suxin.lending.facts import ApplicantFacts
from suxin.lending.terms import (
    MAX_AMOUNT_FEN,
    MAX_RATE_BPS,
    MAX_TERM_MONTHS,
    LabelledEnum,
    RequestTerms,
)

MAX_LISTED: Final = 200

Months = Annotated[int, msgspec.Meta(ge=0, le=1_200)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Fen = Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT_FEN)]
TermMonths = Annotated[int, msgspec.Meta(ge=1, le=MAX_TERM_MONTHS)]
RateBps = Annotated[int, msgspec.Meta(ge=0, le=MAX_RATE_BPS)]
Listed = msgspec.Meta(min_length=1, max_length=MAX_LISTED)
Label = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class Outcome(LabelledEnum):
    """How a criterion was answered."""

    PASSED = "passed", "符合", "passed"
    FAILED = "failed", "不符合", "failed"
    UNKNOWN = "unknown", "数据缺失", "unknown"


PASSED: Final = Outcome.PASSED
FAILED: Final = Outcome.FAILED
UNKNOWN: Final = Outcome.UNKNOWN


class Words(NamedTuple):
    """The same sentence in Chinese and in English."""

    zh: str
    en: str


UNKNOWN_WORDS: Final = Words(
    "数据缺失，授权或自行申报后可重新匹配",
    "unknown: authorise the data or declare it, then match again",
)


class Criterion(msgspec.Struct, frozen=True, tag_field="criterion", forbid_unknown_fields=True):
    """One named condition; the tag is its stable code."""

    @property
    def code(self) -> str:
        """Return the stable code."""
        return str(self.__struct_config__.tag)

    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        """Answer for one request of one applicant."""
        raise NotImplementedError

    def requirement(self) -> Words:
        """Say what the bank asks for."""
        raise NotImplementedError

    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        """Say how the applicant stands to it; asked only where the fact is known."""
        raise NotImplementedError


def at_least(value: int | None, minimum: int) -> Outcome:
    """Return the answer of a threshold, unknown where there is no figure."""
    if value is None:
        return UNKNOWN
    return PASSED if value >= minimum else FAILED


class Impossible(ValueError):
    """A threshold that makes no sense, in both languages; the parser turns it into a refusal."""

    def __init__(self, *, zh: str, en: str) -> None:
        self.zh = zh
        super().__init__(en)


def check_range(minimum: int, maximum: int) -> None:
    """Refuse a range that holds nothing; the parser turns the fault into a refusal.

    :raises Impossible: if the lower bound is above the upper
    """
    if minimum > maximum:
        raise Impossible(
            zh=f"下限 {minimum} 高于上限 {maximum}",
            en=f"the lower bound {minimum} is above the upper bound {maximum}",
        )


def yuan_words(fen: int) -> Words:
    """Return an amount as people say it."""
    return Words(format_wan(fen), f"{format_yuan(fen).removesuffix('.00')} yuan")


def percent(bps: int) -> str:
    """Return basis points as a percentage with two decimals, as rates are quoted."""
    return f"{bps // 100}.{bps % 100:02d}%"


def labels(members: tuple[LabelledEnum, ...]) -> Words:
    """Return the labels of several members in one phrase."""
    return Words("、".join(m.zh for m in members), ", ".join(m.en for m in members))
