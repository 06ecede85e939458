"""Criteria about farm entities: the rural grade that a village's rating came to."""

from typing_extensions import override

from suxin.lending.criterion import FAILED, PASSED, UNKNOWN, Criterion, Outcome, Words
from suxin.lending.facts import RURAL_GRADES, ApplicantFacts, RuralGradeFact
from suxin.lending.terms import RequestTerms


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
