"""Criteria that compare facts about the applicant with a bank's thresholds."""

from typing import Annotated

import msgspec
from typing_extensions import override

from suxin.lending.criterion import (
    FAILED,
    PASSED,
    UNKNOWN,
    Count,
    Criterion,
    Fen,
    Impossible,
    Label,
    Listed,
    Months,
    Outcome,
    Words,
    at_least,
    labels,
    yuan_words,
)
from suxin.lending.facts import (
    ECO_GRADES,
    TAX_GRADES,
    ApplicantFacts,
    EcoGrade,
    TaxGrade,
)
from suxin.lending.industries import (
    industry_name_en,
    industry_name_zh,
    is_section_or_division,
    parse_industry,
)
from suxin.lending.terms import ApplicantKind, RequestTerms

AreaCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}([0-9]{3})?$")]


class SubjectKindIn(Criterion, frozen=True, tag="SUBJECT_KIND_IN"):
    """The applicant is of a kind the product serves."""

    kinds: Annotated[tuple[ApplicantKind, ...], Listed]

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        return PASSED if facts.kind in self.kinds else FAILED

    @override
    def requirement(self) -> Words:
        kinds = labels(self.kinds)
        return Words(f"面向{kinds.zh}", f"for: {kinds.en}")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        return Words(f"您是{facts.kind.zh}", f"you are a {facts.kind.en}")


class AreaIn(Criterion, frozen=True, tag="AREA_IN"):
    """The applicant is in one of the counties (6 digits, covering their towns) or towns (9 digits).

    ``names`` are the areas as people call them, in the same order; without them the codes are
    shown.
    """

    codes: Annotated[tuple[AreaCode, ...], Listed]
    names: tuple[Label, ...] = ()

    def __post_init__(self) -> None:
        """Refuse names that do not go with the codes."""
        if self.names and len(self.names) != len(self.codes):
            raise Impossible(
                zh="区域名称应与区划代码一一对应，或都不填",
                en="there must be one name for each area code, or none",
            )

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        known = facts.area_code
        if known is None:
            return UNKNOWN
        if known.startswith(self.codes):
            return PASSED
        # A wanted town inside the applicant's county is an open question until his town is known.
        undecided = any(code.startswith(known) for code in self.codes)
        return UNKNOWN if undecided else FAILED

    @override
    def requirement(self) -> Words:
        places = self.names or self.codes
        return Words(f"服务区域：{'、'.join(places)}", f"area: {', '.join(places)}")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        place = facts.area_name or facts.area_code
        return Words(f"您在{place}", f"you are in {place}")


def _industry_outcome(industry: str | None, codes: tuple[str, ...]) -> Outcome:
    known = parse_industry(industry) if industry else None
    if known is None:
        return UNKNOWN
    if known.section in codes or known.division in codes:
        return PASSED
    if known.division is None:
        # Only the section is known, and one of its divisions is named.
        sections = {parsed.section for parsed in map(parse_industry, codes) if parsed}
        return UNKNOWN if known.section in sections else FAILED
    return FAILED


def _check_industries(codes: tuple[str, ...]) -> None:
    for code in codes:
        if not is_section_or_division(code):
            raise Impossible(
                zh=f"{code} 不是国民经济行业分类的门类或大类",
                en=f"{code} is no section or division of GB/T 4754",
            )


def _industry_words(facts: ApplicantFacts) -> Words:
    code = facts.industry or ""
    return Words(f"您属于{industry_name_zh(code)}", f"yours is {industry_name_en(code)}")


class IndustryIn(Criterion, frozen=True, tag="INDUSTRY_IN"):
    """The applicant's industry is one of the named sections or divisions."""

    codes: Annotated[tuple[str, ...], Listed]

    def __post_init__(self) -> None:
        """Refuse codes that are not in the standard."""
        _check_industries(self.codes)

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        return _industry_outcome(facts.industry, self.codes)

    @override
    def requirement(self) -> Words:
        zh = "、".join(map(industry_name_zh, self.codes))
        return Words(f"限行业：{zh}", f"industries: {', '.join(map(industry_name_en, self.codes))}")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        return _industry_words(facts)


class IndustryNotIn(Criterion, frozen=True, tag="INDUSTRY_NOT_IN"):
    """The applicant's industry is none of the named sections or divisions."""

    codes: Annotated[tuple[str, ...], Listed]

    def __post_init__(self) -> None:
        """Refuse codes that are not in the standard."""
        _check_industries(self.codes)

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        named = _industry_outcome(facts.industry, self.codes)
        if named is UNKNOWN:
            return UNKNOWN
        return PASSED if named is FAILED else FAILED

    @override
    def requirement(self) -> Words:
        zh = "、".join(map(industry_name_zh, self.codes))
        en = ", ".join(map(industry_name_en, self.codes))
        return Words(f"不支持行业：{zh}", f"industries not served: {en}")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        return _industry_words(facts)


class MinimumAgeMonths(Criterion, frozen=True, tag="MINIMUM_AGE_MONTHS"):
    """The business has existed for some months."""

    months: Months

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        return at_least(facts.age_months, self.months)

    @override
    def requirement(self) -> Words:
        return Words(f"成立满 {self.months} 个月", f"in business for {self.months} months")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        return Words(f"您成立 {facts.age_months} 个月", f"you have been for {facts.age_months}")


class TaxGradeAtLeast(Criterion, frozen=True, tag="TAX_GRADE_AT_LEAST"):
    """The tax credit grade (纳税信用级别) is no worse than the one named."""

    grade: TaxGrade

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        grade = facts.tax_grade
        if grade is None:
            return UNKNOWN
        return PASSED if TAX_GRADES.index(grade) <= TAX_GRADES.index(self.grade) else FAILED

    @override
    def requirement(self) -> Words:
        return Words(
            f"纳税信用{self.grade.zh}及以上", f"tax credit grade {self.grade.en} or better"
        )

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        grade = facts.tax_grade or self.grade
        return Words(f"您为{grade.zh}", f"yours is {grade.en}")


class MinimumAnnualTaxFen(Criterion, frozen=True, tag="MINIMUM_ANNUAL_TAX_FEN"):
    """The tax paid over a year reaches an amount."""

    tax_fen: Fen

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        return at_least(facts.annual_tax_fen, self.tax_fen)

    @override
    def requirement(self) -> Words:
        tax = yuan_words(self.tax_fen)
        return Words(f"年纳税额不低于 {tax.zh}", f"annual tax of at least {tax.en}")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        tax = yuan_words(facts.annual_tax_fen or 0)
        return Words(f"您为 {tax.zh}", f"yours is {tax.en}")


class SocialInsuranceAtLeast(Criterion, frozen=True, tag="SOCIAL_INSURANCE_AT_LEAST"):
    """Social insurance is paid for a number of people (社保参保人数)."""

    headcount: Count

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        return at_least(facts.social_insurance_headcount, self.headcount)

    @override
    def requirement(self) -> Words:
        people = self.headcount
        return Words(f"社保参保满 {people} 人", f"social insurance for {people} people")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        people = facts.social_insurance_headcount
        return Words(f"您为 {people} 人", f"you pay it for {people}")


class NoOpenPenaltyWithin(Criterion, frozen=True, tag="NO_OPEN_PENALTY_WITHIN"):
    """No penalty in force is younger than some months; one exactly that old no longer counts."""

    months: Months

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        if facts.open_penalties == 0:
            return PASSED
        if facts.open_penalties is None:
            return UNKNOWN
        return at_least(facts.months_since_last_penalty, self.months)

    @override
    def requirement(self) -> Words:
        months = self.months
        return Words(
            f"近 {months} 个月内无有效行政处罚",
            f"no penalty in force from the last {months} months",
        )

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        if not facts.open_penalties:
            return Words("您没有有效行政处罚", "you have none in force")
        count, months = facts.open_penalties, facts.months_since_last_penalty
        return Words(
            f"您有 {count} 项，最近一项在 {months} 个月前",
            f"you have {count}, the latest {months} months ago",
        )


class EcoGradeAtLeast(Criterion, frozen=True, tag="ECO_GRADE_AT_LEAST"):
    """The environmental credit grade (生态环境信用评价) is no worse than the one named (plan §18(2))."""

    grade: EcoGrade

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        grade = facts.eco_grade
        if grade is None:
            return UNKNOWN
        return PASSED if ECO_GRADES.index(grade) <= ECO_GRADES.index(self.grade) else FAILED

    @override
    def requirement(self) -> Words:
        return Words(
            f"生态环境信用{self.grade.zh}及以上", f"environmental grade {self.grade.en} or better"
        )

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        grade = facts.eco_grade or self.grade
        return Words(f"您为{grade.zh}", f"yours is {grade.en}")


class FirstLoanOnly(Criterion, frozen=True, tag="FIRST_LOAN_ONLY"):
    """The product is for those who never had a bank loan (首贷)."""

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        first = facts.first_loan
        if first is None:
            return UNKNOWN
        return PASSED if first else FAILED

    @override
    def requirement(self) -> Words:
        return Words("仅限首贷", "for a first loan only")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        if facts.first_loan:
            return Words("您是首贷户", "this is your first")
        return Words("您已有贷款记录", "you have had one")


class HonourAny(Criterion, frozen=True, tag="HONOUR_ANY"):
    """The applicant holds at least one of the named honours."""

    honours: Annotated[tuple[Label, ...], Listed]

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        held = facts.honours
        if held is None:
            return UNKNOWN
        return FAILED if held.isdisjoint(self.honours) else PASSED

    @override
    def requirement(self) -> Words:
        names = self.honours
        return Words(f"具有荣誉之一：{'、'.join(names)}", f"one of the honours: {', '.join(names)}")

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        held = sorted((facts.honours or frozenset()).intersection(self.honours))
        if not held:
            return Words("您没有其中任何一项", "you hold none of them")
        return Words(f"您具有{'、'.join(held)}", f"you hold {', '.join(held)}")
