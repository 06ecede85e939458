"""What a bank sees before consent: nothing that identifies, never a crowd under five."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.lending.facts import ApplicantFacts
from suxin.lending.leads import (
    MINIMUM_ANONYMITY_SET,
    AmountBand,
    LeadFacts,
    LeadKey,
    TermBand,
    amount_band,
    coarsen,
    keys_of,
    term_band,
)
from suxin.lending.terms import ApplicantKind, GuaranteeMode, LoanPurpose, RequestTerms

CITY = "321300"
REQUEST = RequestTerms(50_000_000, 12, LoanPurpose.EQUIPMENT, GuaranteeMode.CREDIT)
FIRM = ApplicantFacts(
    kind=ApplicantKind.FIRM,
    county_code="321302",
    town_code="321302001",
    area_name="幸福街道",
    industry="C1311",
    credit_grade="A",
    first_loan=True,
    annual_tax_fen=12_345_678,
    honours=frozenset({"高新技术企业"}),
)
FINE = LeadKey("firm", "C", "321302", "A", first_loan=True)


def everyone(key):
    return 1_000


def nobody(key):
    return 0


def test_a_lead_has_exactly_these_fields():
    assert LeadFacts.__struct_fields__ == (
        "kind",
        "industry_section",
        "county_code",
        "grade",
        "first_loan",
        "amount_band",
        "term_band",
    )
    assert set(LeadKey.__struct_fields__) <= set(LeadFacts.__struct_fields__)


def test_in_a_crowd_the_lead_is_fine_but_says_no_figure():
    lead = coarsen(FIRM, REQUEST, everyone, city_code=CITY)
    assert lead == LeadFacts(
        kind="firm",
        industry_section="C",
        county_code="321302",
        grade="A",
        first_loan=True,
        amount_band=AmountBand.FROM_50_WAN,
        term_band=TermBand.UP_TO_12,
    )
    text = msgspec.json.encode(lead).decode()
    for secret in ("321302001", "幸福街道", "1311", "12345678", "高新", "50000000"):
        assert secret not in text


@pytest.mark.parametrize(
    ("shared_by_five", "shown"),
    [
        (1, LeadKey("firm", "ALL", "321302", "A", first_loan=True)),
        (2, LeadKey("firm", "ALL", CITY, "A", first_loan=True)),
        (3, LeadKey("firm", "ALL", CITY, "undisclosed", first_loan=True)),
        (4, LeadKey("firm", "ALL", CITY, "undisclosed", None)),
        (5, LeadKey("any", "ALL", CITY, "undisclosed", None)),
    ],
)
def test_a_lead_is_generalised_one_step_after_another(shared_by_five, shown):
    keys = keys_of(FIRM, city_code=CITY)
    assert keys[0] == FINE
    population = dict.fromkeys(keys[:shared_by_five], 4) | dict.fromkeys(keys[shared_by_five:], 5)
    lead = coarsen(FIRM, REQUEST, population, city_code=CITY)
    assert lead.key == shown
    # As soon as one thing is generalised, the bands widen with it.
    assert (lead.amount_band, lead.term_band) == (AmountBand.UNDER_100_WAN, TermBand.SHORT)


def test_alone_in_the_city_nothing_is_shown():
    lead = coarsen(FIRM, REQUEST, nobody, city_code=CITY)
    assert lead.key == LeadKey("any", "ALL", CITY, "undisclosed", None)
    assert coarsen(FIRM, REQUEST, {}, city_code=CITY) == lead


def test_an_unrated_firm_says_so_and_a_person_shows_no_grade_at_all():
    unrated = msgspec.structs.replace(FIRM, credit_grade=None)
    assert coarsen(unrated, REQUEST, everyone, city_code=CITY).grade == "unrated"
    for kind in (ApplicantKind.PERSON, ApplicantKind.HOUSEHOLD):
        person = msgspec.structs.replace(FIRM, kind=kind)
        assert coarsen(person, REQUEST, everyone, city_code=CITY).grade == "undisclosed"


def test_what_the_statistics_do_not_count_is_never_shown():
    lead = coarsen(
        FIRM, REQUEST, everyone, city_code=CITY, withheld=frozenset({"grade", "first_loan"})
    )
    assert lead.key == LeadKey("firm", "C", "321302", "undisclosed", None)
    assert lead.amount_band is AmountBand.FROM_50_WAN


def test_missing_facts_are_shown_as_general_not_guessed():
    bare = ApplicantFacts(kind=ApplicantKind.COOPERATIVE)
    assert coarsen(bare, REQUEST, everyone, city_code=CITY).key == LeadKey(
        "cooperative", "ALL", CITY, "unrated", None
    )


@pytest.mark.parametrize(
    ("amount_fen", "narrow", "wide"),
    [
        (9_999_999, AmountBand.UNDER_10_WAN, AmountBand.UNDER_100_WAN),
        (10_000_000, AmountBand.FROM_10_WAN, AmountBand.UNDER_100_WAN),
        (99_999_999, AmountBand.FROM_50_WAN, AmountBand.UNDER_100_WAN),
        (100_000_000, AmountBand.FROM_100_WAN, AmountBand.WIDE_100_WAN),
        (300_000_000, AmountBand.FROM_300_WAN, AmountBand.WIDE_100_WAN),
        (999_999_999, AmountBand.FROM_500_WAN, AmountBand.WIDE_100_WAN),
        (1_000_000_000, AmountBand.FROM_1000_WAN, AmountBand.WIDE_100_WAN),
    ],
)
def test_amount_bands(amount_fen, narrow, wide):
    assert (amount_band(amount_fen), amount_band(amount_fen, wide=True)) == (narrow, wide)


@pytest.mark.parametrize(
    ("months", "narrow", "wide"),
    [
        (6, TermBand.UP_TO_6, TermBand.SHORT),
        (7, TermBand.UP_TO_12, TermBand.SHORT),
        (12, TermBand.UP_TO_12, TermBand.SHORT),
        (13, TermBand.UP_TO_24, TermBand.LONG),
        (36, TermBand.UP_TO_36, TermBand.LONG),
        (37, TermBand.OVER_36, TermBand.LONG),
    ],
)
def test_term_bands(months, narrow, wide):
    assert (term_band(months), term_band(months, wide=True)) == (narrow, wide)


subjects = st.builds(
    ApplicantFacts,
    kind=st.sampled_from((ApplicantKind.FIRM, ApplicantKind.FAMILY_FARM, ApplicantKind.PERSON)),
    county_code=st.sampled_from((None, "321302", "321311", "321322")),
    industry=st.sampled_from((None, "A", "01", "C13", "F")),
    credit_grade=st.sampled_from((None, "A", "B")),
    first_loan=st.sampled_from((None, True, False)),
)


def shares(subject, key):
    """Tell whether a subject could be behind a key: every property shown is his."""
    own = keys_of(subject, city_code=CITY)[0]
    hidden = {"any", "ALL", CITY, "undisclosed", None}
    return all(
        getattr(key, name) in hidden or getattr(key, name) == getattr(own, name)
        for name in LeadKey.__struct_fields__
    )


@given(st.lists(subjects, min_size=1, max_size=60), st.data())
def test_at_least_five_could_be_behind_a_lead_or_it_says_nothing(city, data):
    counted = Counter(key for subject in city for key in keys_of(subject, city_code=CITY))
    applicant = data.draw(st.sampled_from(city))
    lead = coarsen(applicant, REQUEST, counted, city_code=CITY)
    everything_hidden = LeadKey("any", "ALL", CITY, "undisclosed", None)
    assert shares(applicant, lead.key)
    crowd = sum(shares(subject, lead.key) for subject in city)
    assert crowd >= MINIMUM_ANONYMITY_SET or lead.key == everything_hidden
