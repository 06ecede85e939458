"""What is known about an applicant when a request is matched (申请主体事实).

Only these facts enter a match. A fact that is not known is ``None``; it is never guessed. Neither
西楚分 nor any other personal score is among them (plan §22: the score opens benefits; it closes no
door).
"""

from typing import Final

import msgspec

from suxin.lending.terms import ApplicantKind, LabelledEnum


class TaxGrade(LabelledEnum):
    """The tax credit grade (纳税信用级别), best first: A > B > M > C > D within this scheme alone."""

    A = "A", "A级", "A"
    B = "B", "B级", "B"
    M = "M", "M级", "M"
    C = "C", "C级", "C"
    D = "D", "D级", "D"


class EcoGrade(LabelledEnum):
    """The ecological and environmental credit grade (生态环境信用评价), best first (plan §18(2))."""

    GREEN = "green", "绿色", "green"
    BLUE = "blue", "蓝色", "blue"
    YELLOW = "yellow", "黄色", "yellow"
    RED = "red", "红色", "red"
    BLACK = "black", "黑色", "black"


class RuralGradeFact(LabelledEnum):
    """The grade of a farm entity (涉农主体信用等级), best first, as a village's rating came to."""

    AAA = "AAA", "AAA级", "AAA"
    AA = "AA", "AA级", "AA"
    A = "A", "A级", "A"
    B = "B", "B级", "B"
    C = "C", "C级", "C"


RURAL_GRADES: Final = tuple(RuralGradeFact)
TAX_GRADES: Final = tuple(TaxGrade)
ECO_GRADES: Final = tuple(EcoGrade)
POINT_MONTHS: Final = 12
"""How far back plus points of a village are looked for: as long as such a record is valid."""


class ApplicantFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a criterion may read about the applicant.

    ``industry`` is a GB/T 4754 code as fine as known. ``open_penalties`` counts penalties in force
    only: what is exempted, disputed, repaired or past its publication period counts against nobody;
    ``months_since_last_penalty`` is the age of the newest of them. ``first_loan`` is true when no
    bank loan was ever on record (首贷户). ``credit_grade`` is the public grade of an organisation in
    the city's scheme; no criterion reads it. ``village_point_months`` is in how many of the last ``POINT_MONTHS`` months
    a record tells of plus points of a village, and ``None`` where there is no record.
    """

    kind: ApplicantKind
    county_code: str | None = None
    town_code: str | None = None
    area_name: str | None = None
    industry: str | None = None
    age_months: int | None = None
    tax_grade: TaxGrade | None = None
    annual_tax_fen: int | None = None
    social_insurance_headcount: int | None = None
    open_penalties: int | None = None
    months_since_last_penalty: int | None = None
    eco_grade: EcoGrade | None = None
    honours: frozenset[str] | None = None
    first_loan: bool | None = None
    credit_grade: str | None = None
    rural_grade: RuralGradeFact | None = None
    village_point_months: int | None = None

    @property
    def area_code(self) -> str | None:
        """Return the finest area known: the town, else the county."""
        return self.town_code or self.county_code
