"""Limits on the phone: the notice of one, what one has all the same, and an objection that freezes it."""

import pytest
from small_covers import build_cover
from small_limits import defaulted, noticed, proposed
from small_perks import build_perks


@pytest.fixture
def phone(applicant):
    """The phone of the person, who acts for himself."""
    applicant.subject = None
    return applicant


async def test_who_is_limited_is_told_and_objects_once(phone, stranger, small_city) -> None:
    small = await build_cover(await build_perks(small_city))
    limit = await noticed(small, await proposed(small, await defaulted(small)))
    (shown,) = (await phone.read("/perk-limits"))["items"]
    assert (shown["state"]["code"], shown["mayObject"]) == ("NOTICED", True)
    assert (shown["owedFen"], shown["months"]) == (18_000, 3)
    assert shown["still"]["label"] == small.programme.fallback_read.label
    assert (await stranger.read("/perk-limits"))["items"] == []
    place, said = f"/perk-limits/{limit.id}/objection", {"reason": "已当面付清"}
    assert (await stranger.post(place, said)).status_code == 404
    case = await phone.write(place, said)
    assert (case["kind"]["code"], case["item"].endswith("（限制 BIKE-1）")) == (
        "limit_objection",
        True,
    )
    (frozen,) = (await phone.read("/perk-limits"))["items"]
    assert (frozen["state"]["code"], frozen["mayObject"]) == ("CONTESTED", False)
    again = await phone.post(place, said)
    assert again.json()["code"] == "PERK_LIMIT_OBJECTION_OVER"
