"""From credit records to facts: what counts, what never counts against anyone, and whole months."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from suxin.lending.applicants import facts_of
from suxin.lending.facts import POINT_MONTHS, ApplicantFacts, EcoGrade, TaxGrade
from suxin.lending.terms import ApplicantKind
from suxin.subjects.models import CreditRecord, Polarity, RecordStatus, Subject, SubjectKind
from suxin.subjects.standing import counts

TODAY = date(2026, 11, 20)
YESTERDAY, TOMORROW = date(2026, 11, 19), date(2026, 11, 21)
NOT_COUNTING = [status for status in RecordStatus if status is not RecordStatus.ACTIVE]


def record(item_code: str = "PENALTY", **given: Any) -> CreditRecord:
    values: dict[str, Any] = {
        "id": uuid4(),
        "item_code": item_code,
        "occurred_on": date(2026, 5, 20),
        "published_until": None,
        "valid_until": None,
        "polarity": Polarity.NEGATIVE if item_code == "PENALTY" else Polarity.NEUTRAL,
        "status": RecordStatus.ACTIVE,
        "amount_fen": None,
        "content": {},
        **given,
    }
    return CreditRecord(**values)


def facts(*records: CreditRecord, registered_on: date | None = None) -> ApplicantFacts:
    subject = Subject(
        id=uuid4(),
        kind=SubjectKind.FIRM,
        county_code="321302",
        town_code="321302150",
        industry="C20",
        registered_on=registered_on,
    )
    return facts_of(subject, records, first_loan=True, area_name="宿城区", today=TODAY)


def test_every_fact_comes_from_its_record() -> None:
    found = facts(
        record("TAX-GRADE", content={"grade": "A"}),
        record("TAX-PAID", amount_fen=30_000_000),
        record("SI-HEADCOUNT", content={"headcount": 25}),
        record("HONOUR", content={"title": "守合同重信用"}),
        record("HONOUR", content={"title": "专精特新"}),
        record("ECO-GRADE", content={"grade": next(iter(EcoGrade)).value}),
        record(),
        registered_on=date(2020, 5, 1),
    )
    assert found == ApplicantFacts(
        kind=ApplicantKind.FIRM,
        county_code="321302",
        town_code="321302150",
        area_name="宿城区",
        industry="C20",
        age_months=78,
        tax_grade=TaxGrade.A,
        annual_tax_fen=30_000_000,
        social_insurance_headcount=25,
        open_penalties=1,
        months_since_last_penalty=6,
        eco_grade=next(iter(EcoGrade)),
        honours=frozenset({"守合同重信用", "专精特新"}),
        first_loan=True,
    )


def test_what_is_not_on_record_is_unknown_and_not_assumed() -> None:
    found = facts()
    assert (found.age_months, found.tax_grade, found.annual_tax_fen) == (None, None, None)
    assert (found.social_insurance_headcount, found.eco_grade, found.honours) == (
        None,
        None,
        frozenset(),
    )
    assert (found.open_penalties, found.months_since_last_penalty) == (0, None)


@pytest.mark.parametrize("status", NOT_COUNTING)
def test_a_record_that_is_not_active_never_counts(status: RecordStatus) -> None:
    """Disputed, exempted, repaired, withdrawn: the facts are those of someone without the record."""
    assert len(NOT_COUNTING) == 4
    for item in ("PENALTY", "TAX-GRADE", "TAX-PAID", "SI-HEADCOUNT", "HONOUR", "ECO-GRADE"):
        held = record(item, status=status, amount_fen=1, content={"grade": "D", "headcount": 0})
        assert not counts(held, today=TODAY)
        assert facts(held) == facts()


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ({"valid_until": TODAY}, False),
        ({"valid_until": YESTERDAY}, False),
        ({"valid_until": TOMORROW}, True),
        ({"published_until": TODAY}, False),
        ({"published_until": TOMORROW}, True),
        ({"published_until": TOMORROW, "valid_until": TODAY}, False),
        # The end of publication (公示期) shields only what speaks against someone.
        ({"published_until": YESTERDAY, "polarity": Polarity.POSITIVE}, True),
        ({"published_until": YESTERDAY, "polarity": Polarity.NEUTRAL}, True),
    ],
    ids=str,
)
def test_a_record_counts_until_the_day_its_period_ends(
    given: dict[str, Any], *, counted: bool
) -> None:
    penalty = record(**given)
    assert counts(penalty, today=TODAY) is counted
    assert facts(penalty).open_penalties == int(counted)


def test_the_latest_counting_record_holds_whatever_the_order() -> None:
    old = record("TAX-GRADE", content={"grade": "B"}, occurred_on=date(2024, 4, 1))
    new = record("TAX-GRADE", content={"grade": "A"}, occurred_on=date(2026, 4, 1))
    disputed = record(
        "TAX-GRADE",
        content={"grade": "D"},
        occurred_on=date(2026, 10, 1),
        status=RecordStatus.DISPUTED,
    )
    assert facts(disputed, new, old).tax_grade is TaxGrade.A
    assert facts(old, new, disputed).tax_grade is TaxGrade.A


def test_the_months_since_a_penalty_are_those_of_the_last_that_counts() -> None:
    first = record(occurred_on=date(2025, 11, 20))
    last = record(occurred_on=date(2026, 8, 21))
    repaired = record(occurred_on=date(2026, 11, 1), status=RecordStatus.REPAIRED)
    found = facts(last, repaired, first)
    assert (found.open_penalties, found.months_since_last_penalty) == (2, 2)


@pytest.mark.parametrize(
    ("since", "months"),
    [
        (date(2026, 11, 20), 0),
        (date(2026, 10, 21), 0),
        (date(2026, 10, 20), 1),
        (date(2025, 11, 21), 11),
        (date(2025, 11, 20), 12),
        (date(2025, 12, 31), 10),
        (date(2020, 2, 29), 80),
        # Registered in the future (a wrong registry entry): no age, and never a negative one.
        (date(2026, 12, 1), 0),
        (date(2027, 1, 1), 0),
    ],
)
def test_months_are_whole_and_full(since: date, months: int) -> None:
    assert facts(registered_on=since).age_months == months


@pytest.mark.parametrize(
    ("item", "content"),
    [
        ("TAX-GRADE", {"grade": "Z"}),
        ("TAX-GRADE", {"grade": None}),
        ("TAX-GRADE", {}),
        ("SI-HEADCOUNT", {"headcount": "25"}),
        ("SI-HEADCOUNT", {"headcount": True}),
        ("SI-HEADCOUNT", {"headcount": 2.5}),
    ],
    ids=str,
)
def test_content_of_another_shape_is_unknown(item: str, content: dict[str, Any]) -> None:
    assert facts(record(item, content=content)) == facts()


def served(on: date, **given: Any) -> CreditRecord:
    return record("GRID-SERVICE", occurred_on=on, self_declared=False, **given)


def test_plus_points_of_a_village_count_by_the_month_within_twelve() -> None:
    """Two records of one month are one month; the window is half open; what somebody says of himself is none."""
    known = [served(date(2026, 10, 3)), served(date(2026, 10, 30)), served(date(2025, 11, 21))]
    old = served(date(2025, 11, 20))
    told = record("GRID-SERVICE", occurred_on=date(2026, 9, 1), self_declared=True)
    withdrawn = served(date(2026, 8, 1), status=RecordStatus.WITHDRAWN)
    assert facts(*known, old, told, withdrawn).village_point_months == 2
    assert facts(old, told, withdrawn).village_point_months is None
    months = [served(date(2025, 11, 25)), *(served(date(2026, one, 2)) for one in range(1, 12))]
    assert facts(*months, served(date(2025, 12, 2))).village_point_months == POINT_MONTHS
