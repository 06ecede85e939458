"""Which benefit applies, and what makes offers and drafts coherent: pure, one refusal a case."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_perks import programme_draft

from suxin.kernel.refusals import Invalid, Refusal
from suxin.perks.benefits import UNKNOWN, Benefit, Gate, Offer, Standing, best_for, passes
from suxin.perks.drafts import check_draft, from_template
from suxin.perks.refusals import (
    FallbackWorse,
    FunderMissing,
    GateOpen,
    LimitsIncoherent,
    OffersOutOfOrder,
    OfferWorse,
    PeriodOver,
    RecordNotLawful,
    ScenarioUnknown,
)
from suxin.perks.scenarios import SCENARIOS
from suxin.perks.states import BenefitKind, Eligible, FunderKind, RecordRule, Sector

TODAY = date(2026, 11, 20)


def off(bps: int) -> Benefit:
    return Benefit(kind=BenefitKind.DISCOUNT, label=f"减 {bps}", figure=bps)


def offer(place: int, bps: int) -> Offer:
    return Offer(gate=Gate(model_code="xichu", place=place), benefit=off(bps))


LADDER = (offer(0, 3_000), offer(2, 2_000))
places = st.none() | st.integers(0, 7)


@given(place=places, other=places)
def test_a_better_tier_never_gets_less_and_nobody_less_than_the_fallback(
    place: int | None, other: int | None
) -> None:
    def figure(one: int | None) -> int:
        known = UNKNOWN if one is None else Standing(places={"xichu": one})
        return best_for(LADDER, off(500), known).figure

    assert figure(place) >= figure(None) == 500
    if place is not None and other is not None and place <= other:
        assert figure(place) >= figure(other)


def test_a_gate_opens_by_tier_of_its_model_and_by_what_somebody_is() -> None:
    known = Standing(eligible=Eligible.ORGANISATION, places={"firm_grade": 2})
    assert passes(Gate(model_code="firm_grade", place=2), known)
    assert not passes(Gate(model_code="firm_grade", place=1), known)
    assert not passes(Gate(model_code="xichu", place=7), known)
    assert passes(Gate(eligible=Eligible.ORGANISATION), known)
    assert not passes(Gate(eligible=Eligible.PERSON), known)
    assert not passes(Gate(eligible=Eligible.PERSON), UNKNOWN)


def test_there_are_twenty_templates_and_each_is_coherent_as_it_stands() -> None:
    assert len(SCENARIOS) >= 20
    assert {one.sector for one in SCENARIOS.values()} == set(Sector)
    for scenario in SCENARIOS.values():
        draft = from_template(
            scenario.code,
            funder_name="某超市",
            starts_on=TODAY,
            ends_before=date(2027, 11, 20),
        )
        assert check_draft(draft, today=TODAY) is draft
        assert scenario.en


def test_no_template_of_medical_care_or_schooling_becomes_a_record() -> None:
    for scenario in SCENARIOS.values():
        if scenario.sector in (Sector.MEDICAL, Sector.SCHOOL):
            assert scenario.record_rule is RecordRule.NEVER
            with pytest.raises(RecordNotLawful):
                check_draft(
                    programme_draft(scenario.code, record_rule=RecordRule.KEPT), today=TODAY
                )


NEGATIVE = Benefit(kind=BenefitKind.DISCOUNT, label="加价", figure=-1)
ORDINARY = Benefit(kind=BenefitKind.ORDINARY, label="普通服务")


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"scenario_code": "x"}, ScenarioUnknown, "scenarioCode"),
        ({"fallback": NEGATIVE}, FallbackWorse, "fallback"),
        ({"offers": (Offer(gate=Gate(), benefit=off(9)),)}, GateOpen, "offers.0.gate"),
        ({"offers": (offer(0, 400),), "fallback": off(500)}, OfferWorse, "offers.0.benefit"),
        (
            {"offers": (Offer(gate=Gate(model_code="xichu", place=1), benefit=ORDINARY),)},
            OfferWorse,
            "offers.0.benefit",
        ),
        ({"offers": (offer(2, 2_000), offer(0, 3_000))}, OffersOutOfOrder, "offers"),
        ({"offers": (offer(2, 3_000), offer(1, 2_000))}, OffersOutOfOrder, "offers"),
        ({"offers": (Offer(gate=Gate(place=1), benefit=off(9)),)}, Invalid, "offers.0.gate.place"),
        ({"offers": (offer(1, 10_001),)}, Invalid, "offers.0.benefit.figure"),
        ({"offers": tuple(offer(n, 9_000 - n) for n in range(6))}, Invalid, "offers"),
        ({"name": "x"}, Invalid, "name"),
        ({"ends_before": TODAY}, PeriodOver, "endsBefore"),
        ({"ends_before": date(2040, 1, 1)}, Invalid, "endsBefore"),
        ({"opens_minute": 600}, Invalid, "closesMinute"),
        ({"opens_minute": 600, "closes_minute": 600}, Invalid, "closesMinute"),
        ({"daily": 0}, Invalid, "daily"),
        ({"person_daily": 3, "person_total": 2}, LimitsIncoherent, "personTotal"),
        ({"person_daily": 3, "party_limit": 2, "daily": 2}, LimitsIncoherent, "daily"),
        ({"person_daily": 3, "party_limit": 4}, LimitsIncoherent, "partyLimit"),
        ({"scenario_monthly": 3, "party_limit": 4}, LimitsIncoherent, "scenarioMonthly"),
        ({"funder_name": ""}, FunderMissing, "funderName"),
        ({"funder": FunderKind.CITY}, FunderMissing, "budgetFen"),
    ],
)
def test_an_incoherent_draft_is_refused_by_name(
    changes: dict[str, Any], refusal: type[Refusal], field: str
) -> None:
    base = {"offers": LADDER, "fallback": off(500), "name": "某权益"}
    draft = programme_draft("tour.ticket", **(base | changes))
    with pytest.raises(refusal) as refused:
        check_draft(draft, today=TODAY)
    assert (type(refused.value), refused.value.field) == (refusal, field)
