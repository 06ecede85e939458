"""Who asks for a loan in the demo city, as a newcomer is told of him."""

from dataclasses import dataclass
from typing import NamedTuple

from suxin.lending.facts import EcoGrade, TaxGrade
from suxin.lending.terms import RequestTerms
from suxin.subjects.models import SubjectKind


class Penalty(NamedTuple):
    """One administrative penalty, by how long ago it was decided."""

    months_ago: int
    severity: str
    authority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """One who asks for a loan in the phone preview, and the organisation he represents.

    ``wechat`` is the log-in code; ``proved`` tells whether he went through real-name proof already. ``ask`` are the
    terms his story is about.
    """

    wechat: str
    name: str
    resident_id: str
    phone: str
    proved: bool
    kind: SubjectKind
    name_parts: tuple[str, ...]
    uscc: str
    county_code: str
    industry: str
    age_months: int
    staff: int
    tax_grade: TaxGrade | None = None
    annual_tax_fen: int | None = None
    insured: int | None = None
    honours: tuple[str, ...] = ()
    penalties: tuple[Penalty, ...] = ()
    eco_grade: EcoGrade | None = None
    ask: RequestTerms
    story: str

    @property
    def subject_name(self) -> str:
        """The name of the organisation."""
        return "".join(self.name_parts)
