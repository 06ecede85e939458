"""Criteria about farm entities: the rural grade that a village's rating came to, and plus points for serving the village."""

from typing import Annotated

import msgspec
from typing_extensions import override

from suxin.lending.criterion import FAILED, PASSED, UNKNOWN, Criterion, Outcome, Words, at_least
from suxin.lending.facts import POINT_MONTHS, RURAL_GRADES, ApplicantFacts, RuralGradeFact
from suxin.lending.terms import RequestTerms

PointMonths = Annotated[int, msgspec.Meta(ge=1, le=POINT_MONTHS)]


class RuralGradeAtLeast(Criterion, frozen=True, tag="RURAL_GRADE_AT_LEAST"):
    """The rural grade (涉农主体信用等级) is no worse than the one named; whoever was never rated is not known, and not refused.

    Source: plan §28, §30
    """

    grade: RuralGradeFact

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        grade = facts.rural_grade
        if grade is None:
            return UNKNOWN
        return PASSED if RURAL_GRADES.index(grade) <= RURAL_GRADES.index(self.grade) else FAILED

    @override
    def requirement(self) -> Words:
        return Words(
            f"涉农主体信用等级 {self.grade.zh}及以上", f"rural grade {self.grade.en} or better"
        )

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        grade = facts.rural_grade or self.grade
        return Words(f"您为{grade.zh}", f"yours is {grade.en}")


class VillagePointsAtLeast(Criterion, frozen=True, tag="VILLAGE_POINTS_AT_LEAST"):
    """Plus points for serving the village (治理积分加分) were gained in a number of the last ``POINT_MONTHS`` months.

    How many points stays with the village, so months are counted. Whoever has none on record is not known, and not refused:
    whether he let none be told, or did nothing, is nobody else's to learn, and no consent may be pressed out of him.

    Source: plan, 治理积分 (only plus points leave the village, with consent); PIPL art. 14, 16
    """

    months: PointMonths

    @override
    def outcome(self, request: RequestTerms, facts: ApplicantFacts) -> Outcome:
        return at_least(facts.village_point_months, self.months)

    @override
    def requirement(self) -> Words:
        return Words(
            f"近 {POINT_MONTHS} 个月内有 {self.months} 个月获村级治理积分加分",
            f"plus points of the village in {self.months} of the last {POINT_MONTHS} months",
        )

    @override
    def actual(self, request: RequestTerms, facts: ApplicantFacts) -> Words:
        months = facts.village_point_months
        return Words(f"您有 {months} 个月", f"you have them in {months}")
