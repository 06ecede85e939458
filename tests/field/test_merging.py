"""Merging in three ways, and changed parts of a roster: pure."""

from typing import Any

import pytest

from suxin.grid.field.merging import fixed_fields_changed, merge
from suxin.grid.field.roster import RosterPart, changed

BASE: dict[str, Any] = {
    "household": "h",
    "member": None,
    "rule": "a",
    "times": 1,
    "day": "2026-11-01",
    "note": "",
    "place": None,
    "photos": [],
}

CASES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    # theirs, mine, what comes of it, what is open
    ({}, {}, {}, ()),
    ({}, {"note": "x"}, {"note": "x"}, ()),
    ({"note": "y"}, {}, {"note": "y"}, ()),
    ({"note": "y"}, {"times": 2}, {"note": "y", "times": 2}, ()),
    ({"note": "y"}, {"note": "y"}, {"note": "y"}, ()),
    ({"note": "y"}, {"note": "x"}, {"note": "y"}, ("note",)),
    ({"note": "y"}, {"note": "x", "times": 2}, {"note": "y", "times": 2}, ("note",)),
    ({"rule": "b", "note": "y"}, {"rule": "c", "note": "x"}, {"rule": "b", "note": "y"}, ("rule", "note")),
    # A field that the platform's side changed and this one took back to what it was, was not touched here.
    ({"note": "y"}, {"note": ""}, {"note": "y"}, ()),
]  # fmt: skip


@pytest.mark.parametrize(("theirs", "mine", "comes", "open_fields"), CASES)
def test_what_one_side_changed_is_taken_and_what_both_did_is_open(
    theirs, mine, comes, open_fields
) -> None:
    found = merge(BASE, BASE | theirs, BASE | mine)
    assert (found.content, found.open_fields) == (BASE | comes, open_fields)


def test_household_place_and_photos_are_fixed() -> None:
    for name, value in (("household", "i"), ("place", [1, 2]), ("photos", ["0"])):
        assert fixed_fields_changed(BASE, BASE | {name: value})
    assert not fixed_fields_changed(BASE, BASE | {"note": "x", "member": "m"})


def test_only_parts_that_are_different_are_sent() -> None:
    parts = [RosterPart(number=number, version=str(number), lines=()) for number in range(3)]
    assert changed(parts, ["0", "1", "2"]) == []
    assert changed(parts, ["0", "x", "2"]) == [parts[1]]
    assert changed(parts, []) == parts
