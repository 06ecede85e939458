"""From credit records to the facts a match reads.

Only records that count enter: what is disputed, exempted, repaired, withdrawn or past its period never counts against
anyone. Record contents follow the conventions of ``suxin.subjects.catalogue``.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, TypeVar

from suxin.lending.facts import POINT_MONTHS, ApplicantFacts, EcoGrade, RuralGradeFact, TaxGrade
from suxin.lending.terms import ApplicantKind
from suxin.subjects.contents import months_later
from suxin.subjects.models import CreditRecord, Subject
from suxin.subjects.standing import counts

Grade = TypeVar("Grade", TaxGrade, EcoGrade, RuralGradeFact)
_MONTHS: Final = 12
TAX_GRADE_ITEM: Final = "TAX-GRADE"
TAX_PAID_ITEM: Final = "TAX-PAID"
HEADCOUNT_ITEM: Final = "SI-HEADCOUNT"
HONOUR_ITEM: Final = "HONOUR"
PENALTY_ITEM: Final = "PENALTY"
ECO_GRADE_ITEM: Final = "ECO-GRADE"
RURAL_GRADE_ITEM: Final = "RURAL-GRADE"
VILLAGE_SERVICE_ITEM: Final = "GRID-SERVICE"


def facts_of(
    subject: Subject,
    records: Iterable[CreditRecord],
    *,
    first_loan: bool,
    area_name: str | None,
    today: date,
) -> ApplicantFacts:
    """Return what is known about an applicant on ``today`` (the Shanghai calendar day).

    ``first_loan`` is the applicant's own statement, already corrected by what the platform itself knows.
    """
    latest: dict[str, CreditRecord] = {}
    honours: set[str] = set()
    penalties: list[CreditRecord] = []
    counting = [record for record in records if counts(record, today=today)]
    for record in sorted(counting, key=lambda item: item.occurred_on):
        if record.item_code == HONOUR_ITEM:
            honours.add(str(record.content.get("title", "")))
        elif record.item_code == PENALTY_ITEM:
            penalties.append(record)
        else:
            latest[record.item_code] = record
    return ApplicantFacts(
        kind=ApplicantKind.coded(subject.kind.value),
        county_code=subject.county_code,
        town_code=subject.town_code,
        area_name=area_name,
        industry=subject.industry,
        age_months=_months(subject.registered_on, today),
        tax_grade=_grade(TaxGrade, _content(latest, TAX_GRADE_ITEM, "grade")),
        annual_tax_fen=latest[TAX_PAID_ITEM].amount_fen if TAX_PAID_ITEM in latest else None,
        social_insurance_headcount=_whole(_content(latest, HEADCOUNT_ITEM, "headcount")),
        open_penalties=len(penalties),
        months_since_last_penalty=_months(penalties[-1].occurred_on if penalties else None, today),
        eco_grade=_grade(EcoGrade, _content(latest, ECO_GRADE_ITEM, "grade")),
        rural_grade=_grade(RuralGradeFact, _content(latest, RURAL_GRADE_ITEM, "grade")),
        village_point_months=_point_months(counting, today),
        honours=frozenset(honours),
        first_loan=first_loan,
    )


def _content(latest: dict[str, CreditRecord], item: str, name: str) -> Any:  # noqa: ANN401 - JSON
    return latest[item].content.get(name) if item in latest else None


def _point_months(counting: Iterable[CreditRecord], today: date) -> int | None:
    """Return in how many months somebody served his village; what he says of himself is no record of it."""
    months = {
        (record.occurred_on.year, record.occurred_on.month)
        for record in counting
        if record.item_code == VILLAGE_SERVICE_ITEM
        and not record.self_declared
        and months_later(record.occurred_on, POINT_MONTHS) > today
    }
    # A window of twelve months that begins in the middle of one touches thirteen.
    return min(len(months), POINT_MONTHS) or None


def _grade(kind: type[Grade], value: object) -> Grade | None:
    return next((grade for grade in kind if grade.value == value), None)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _months(since: date | None, today: date) -> int | None:
    if since is None:
        return None
    months = (today.year - since.year) * _MONTHS + today.month - since.month
    return max(0, months - (today.day < since.day))
