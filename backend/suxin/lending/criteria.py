"""Eligibility criteria of a loan product (准入条件): structured, named, each answering with its reason.

A criterion compares one fact about the applicant, or one term of the request, with the bank's
threshold. It answers passed, failed or *unknown*: a missing fact is no failing, and can be answered
once the applicant authorises the data or declares it. Grades are compared as ordinals inside one
scheme, never across schemes.

No criterion reads 西楚分 or any other personal score: the score opens benefits, it closes no door
(plan §22).
"""

import re
from collections.abc import Sequence
from typing import Any, Final, get_args

import msgspec

from suxin.kernel.decoding import in_chinese
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.lending.applicant_criteria import (
    AreaIn,
    EcoGradeAtLeast,
    FirstLoanOnly,
    HonourAny,
    IndustryIn,
    IndustryNotIn,
    MinimumAgeMonths,
    MinimumAnnualTaxFen,
    NoOpenPenaltyWithin,
    SocialInsuranceAtLeast,
    SubjectKindIn,
    TaxGradeAtLeast,
)
from suxin.lending.criterion import UNKNOWN_WORDS, Criterion, Impossible, Outcome, Words
from suxin.lending.facts import ApplicantFacts, EcoGrade, TaxGrade
from suxin.lending.request_criteria import (
    AmountWithin,
    GuaranteeModeIn,
    PurposeIn,
    RateCeiling,
    TermWithin,
    UpfrontFeesBearable,
)
from suxin.lending.rural_criteria import RuralGradeAtLeast, VillagePointsAtLeast
from suxin.lending.terms import RequestTerms

__all__ = [
    "CRITERION_TYPES",
    "MAX_CRITERIA",
    "AmountWithin",
    "AnyCriterion",
    "ApplicantFacts",
    "AreaIn",
    "CriteriaInvalid",
    "Criterion",
    "EcoGrade",
    "EcoGradeAtLeast",
    "Finding",
    "FirstLoanOnly",
    "GuaranteeModeIn",
    "HonourAny",
    "IndustryIn",
    "IndustryNotIn",
    "MinimumAgeMonths",
    "MinimumAnnualTaxFen",
    "NoOpenPenaltyWithin",
    "Outcome",
    "PurposeIn",
    "RateCeiling",
    "RuralGradeAtLeast",
    "SocialInsuranceAtLeast",
    "SubjectKindIn",
    "TaxGrade",
    "TaxGradeAtLeast",
    "TermWithin",
    "TooManyCriteria",
    "UpfrontFeesBearable",
    "VillagePointsAtLeast",
    "Words",
    "criteria_to_builtins",
    "evaluate",
    "findings_of",
    "outcomes_of",
    "parse_criteria",
]

MAX_CRITERIA: Final = 40
"""More than a person reads through (proposed default)."""

AnyCriterion = (
    SubjectKindIn
    | AmountWithin
    | TermWithin
    | AreaIn
    | IndustryIn
    | IndustryNotIn
    | MinimumAgeMonths
    | TaxGradeAtLeast
    | MinimumAnnualTaxFen
    | SocialInsuranceAtLeast
    | NoOpenPenaltyWithin
    | EcoGradeAtLeast
    | RuralGradeAtLeast
    | VillagePointsAtLeast
    | FirstLoanOnly
    | GuaranteeModeIn
    | PurposeIn
    | HonourAny
    | RateCeiling
    | UpfrontFeesBearable
)

CRITERION_TYPES: Final[tuple[type[Criterion], ...]] = get_args(AnyCriterion)


_PLACE: Final = re.compile(r" - at `\$\[(?P<index>\d+)\]")


class CriteriaInvalid(Refusal):
    """Criteria are not of a known kind, or a threshold makes no sense."""

    code = "CRITERIA_INVALID"
    kind = RefusalKind.INVALID
    zh = "准入条件不正确：{detail_zh}"
    en = "The eligibility criteria are not valid: {detail_en}"


class TooManyCriteria(Refusal):
    """A product names more criteria than a person could read."""

    code = "TOO_MANY_CRITERIA"
    kind = RefusalKind.INVALID
    zh = "准入条件最多 {limit} 项，现有 {count} 项"
    en = "A product has at most {limit} criteria; these are {count}"


class Finding(msgspec.Struct, frozen=True, gc=False):
    """How one criterion was answered; the words are made only when someone reads them."""

    criterion: AnyCriterion
    outcome: Outcome
    request: RequestTerms
    facts: ApplicantFacts

    @property
    def code(self) -> str:
        """Return the criterion's stable code."""
        return self.criterion.code

    @property
    def passed(self) -> bool:
        """Tell whether the criterion is met."""
        return self.outcome is Outcome.PASSED

    @property
    def words(self) -> Words:
        """Return the reason with its figures: what is asked, then how the applicant stands."""
        asked = self.criterion.requirement()
        if self.outcome is Outcome.UNKNOWN:
            stands = UNKNOWN_WORDS
        else:
            stands = self.criterion.actual(self.request, self.facts)
        return Words(f"{asked.zh}，{stands.zh}", f"{asked.en}; {stands.en}")

    @property
    def zh(self) -> str:
        """Return the reason in Chinese."""
        return self.words.zh

    @property
    def about_zh(self) -> str:
        """Return the reason in Chinese as it is said about the applicant to somebody else."""
        return self.zh.replace("您", "申请人")

    @property
    def en(self) -> str:
        """Return the reason in English."""
        return self.words.en


def evaluate(
    criteria: Sequence[AnyCriterion], request: RequestTerms, facts: ApplicantFacts
) -> tuple[Finding, ...]:
    """Answer every criterion, in order; none is skipped because an earlier one failed."""
    return findings_of(criteria, outcomes_of(criteria, request, facts), request, facts)


def outcomes_of(
    criteria: Sequence[AnyCriterion], request: RequestTerms, facts: ApplicantFacts
) -> list[Outcome]:
    """Return the bare answers, for when hundreds of products are compared and few are read."""
    return [item.outcome(request, facts) for item in criteria]


def findings_of(
    criteria: Sequence[AnyCriterion],
    outcomes: Sequence[Outcome],
    request: RequestTerms,
    facts: ApplicantFacts,
) -> tuple[Finding, ...]:
    """Put answers together again with their criteria and what they were given for."""
    answered = zip(criteria, outcomes, strict=True)
    return tuple([Finding(item, outcome, request, facts) for item, outcome in answered])


def parse_criteria(data: object, *, field: str = "criteria") -> tuple[AnyCriterion, ...]:
    """Return criteria from JSON text, or from the lists and mappings JSON decodes to.

    :raises TooManyCriteria: if there are more than ``MAX_CRITERIA``
    :raises CriteriaInvalid: if one is of no known kind, lacks a threshold or has an impossible one
    """
    try:
        if isinstance(data, str | bytes):
            data = msgspec.json.decode(data)
        if isinstance(data, list | tuple) and len(data) > MAX_CRITERIA:
            raise TooManyCriteria(field=field, limit=MAX_CRITERIA, count=len(data))
        return msgspec.convert(data, tuple[AnyCriterion, ...])
    except msgspec.MsgspecError as fault:
        raise CriteriaInvalid(
            field=field, detail_zh=_fault_zh(fault), detail_en=str(fault)
        ) from fault


def _fault_zh(fault: msgspec.MsgspecError) -> str:
    """Return which criterion is at fault, and why."""
    cause = fault.__cause__
    why = cause.zh if isinstance(cause, Impossible) else in_chinese(str(fault))
    place = _PLACE.search(str(fault))
    return f"第 {int(place['index']) + 1} 项，{why}" if place else why


def criteria_to_builtins(criteria: Sequence[AnyCriterion]) -> list[dict[str, Any]]:
    """Return criteria as the lists and mappings that JSON columns and replies hold."""
    plain: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(criteria))
    return plain
