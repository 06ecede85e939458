"""The six types of authorization details: what each may ask for, for which purpose, and whether it names one matter."""

import json

import pytest

from suxin.consent.oauth.authorization_details import DETAIL_TYPES, asked_consent, parse_details
from suxin.consent.oauth.refusals import DetailsRefused
from suxin_oauth.metadata import server_metadata

MATTER = "01a1f6ae-9900-71cc-b8f5-cda40479af9b"
ASKED = {
    "credit_record": ("loan.match", "tax", False),
    "score_tier": ("perk.redeem", "score_tier", False),
    "loan_request": ("loan.match", "loan_request", True),
    "perk_order": ("perk.redeem", "perk_order", True),
    "rural_rating": ("bank.credit", "rural_rating", False),
    "grid_points": ("grid.redeem", "grid_points", False),
}


def consent(kind, **changes):
    purpose, category, identified = ASKED[kind]
    detail = {"type": kind, "purpose": purpose, "datatypes": [category], **changes}
    if identified:
        detail.setdefault("identifier", MATTER)
    given = {name: value for name, value in detail.items() if value is not None}
    return asked_consent(parse_details(json.dumps([given])))


def test_there_are_six_and_the_metadata_names_them():
    assert set(DETAIL_TYPES) == set(ASKED)
    told = server_metadata("https://suxin.example")
    assert told["authorization_details_types_supported"] == sorted(ASKED)


@pytest.mark.parametrize("kind", ASKED)
def test_each_asks_for_a_consent_of_its_own_purpose(kind):
    purpose, category, identified = ASKED[kind]
    asked = consent(kind)
    assert (asked.purpose.code, [*asked.categories]) == (purpose, [category])
    assert (str(asked.context_id) == MATTER) is identified


@pytest.mark.parametrize("kind", ASKED)
def test_none_asks_beyond_its_type(kind):
    _, _, identified = ASKED[kind]
    elsewhere = "perk.redeem" if ASKED[kind][0] != "perk.redeem" else "loan.match"
    for changes in (
        {"purpose": elsewhere},
        {"datatypes": ["score"]},
        {"datatypes": ["loan_performance"]},
        {"identifier": "x" if identified else MATTER},
        {"actions": ["write"]},
        {"locations": ["https://elsewhere.example"]},
    ):
        with pytest.raises(DetailsRefused):
            consent(kind, **changes)
