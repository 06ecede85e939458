"""What everyone may read: products with their filters, areas, and the words of the API."""

from uuid import uuid4

import pytest
from small_city import product_draft

from suxin.lending.commands.products import draft_product, publish_product
from suxin.lending.terms import DeclineReason, LoanPurpose
from suxin.places.commands import load_areas
from suxin_tenants import PROFILES


@pytest.fixture
async def farm_product(small_city) -> str:
    """A product of the first bank for farms of one county, up to 200,000 yuan."""
    officer = small_city.banks[0].officer
    draft = product_draft(
        code="FARM",
        name="惠农贷",
        max_amount_fen=20_000_000,
        min_rate_bps=300,
        criteria=(
            {"criterion": "AREA_IN", "codes": ["321324"], "names": ["泗洪县"]},
            {"criterion": "INDUSTRY_IN", "codes": ["A"]},
        ),
    )
    async with small_city.database.transaction(officer, now=small_city.now) as session:
        product = await draft_product(
            session, officer, draft=draft, profiles=PROFILES, now=small_city.now
        )
        await session.flush()
        await publish_product(session, officer, product_id=product.id, now=small_city.now)
    return str(product.id)


async def test_products_are_read_cheapest_first(nobody, farm_product) -> None:
    first = await nobody.read("/products", first=1)
    rest = await nobody.read("/products", first=2, after=first["nextCursor"])

    assert [item["id"] for item in first["items"]] == [farm_product]
    assert [item["minRateBps"] for item in rest["items"]] == [380, 380]
    assert rest["nextCursor"] is None
    criteria = first["items"][0]["criteria"]
    assert [item["zh"] for item in criteria] == ["服务区域：泗洪县", "限行业：农、林、牧、渔业"]


FILTERS = {
    "of the county": ({"area": "321324"}, True),
    "of a town in it": ({"area": "321324100"}, True),
    "of another county": ({"area": "321302"}, False),
    "of the section": ({"industry": "A"}, True),
    "of a division in it": ({"industry": "A04"}, True),
    "of another industry": ({"industry": "C20"}, False),
    "within the amount": ({"amountFen": 20_000_000}, True),
    "above the amount": ({"amountFen": 20_000_001}, False),
}


async def test_a_filter_leaves_what_may_fit(nobody, farm_product, subtests) -> None:
    for name, (query, fits) in FILTERS.items():
        with subtests.test(name):
            items = (await nobody.read("/products", **query))["items"]

            assert (farm_product in [item["id"] for item in items]) is fits
            assert len(items) == 2 + fits


@pytest.mark.parametrize(
    "query",
    [
        {"area": "abc"},
        {"industry": "Z99"},
        {"amountFen": "0"},
        {"amountFen": "-5"},
        {"amountFen": "1.5"},
        {"amountFen": "true"},
    ],
)
async def test_a_filter_that_means_nothing_is_refused(nobody, query) -> None:
    refused = await nobody.get("/products", **query)

    assert (refused.status_code, refused.json()["field"]) == (422, next(iter(query)))


async def test_one_product_is_read_and_a_draft_is_not(nobody, small_city, farm_product) -> None:
    officer = small_city.banks[0].officer
    async with small_city.database.transaction(officer, now=small_city.now) as session:
        draft = await draft_product(
            session,
            officer,
            draft=product_draft(code="NEW"),
            profiles=PROFILES,
            now=small_city.now,
        )

    shown = await nobody.read(f"/products/{farm_product}")
    hidden = await nobody.get(f"/products/{draft.id}")
    unknown = await nobody.get(f"/products/{uuid4()}")

    assert (shown["name"], shown["version"], shown["bank"]["shortName"]) == ("惠农贷", 1, "一行")
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["detail"] == unknown.json()["detail"] == "找不到该产品"


async def test_areas_are_read_level_by_level(nobody, small_city) -> None:
    async with small_city.batch.transaction(small_city.operator, now=small_city.now) as session:
        await load_areas(session)

    counties = (await nobody.read("/areas", parent="321300"))["items"]
    towns = await nobody.read("/areas", parent="321302", first=5)

    names = {area["code"]: area["name"] for area in counties}
    assert (names["321302"], names["321322"]) == ("宿城区", "沭阳县")
    assert [area["parentCode"] for area in towns["items"]] == ["321302"] * 5
    assert towns["nextCursor"] is not None
    assert (await nobody.read("/areas", parent="999999"))["items"] == []


async def test_the_vocabulary_has_every_word_in_two_languages(nobody) -> None:
    words = await nobody.read("/vocabulary")

    assert [item["code"] for item in words["purposes"]] == [member.value for member in LoanPurpose]
    assert len(words["declineReasons"]) == len(DeclineReason)
    assert all(item["zh"] and item["en"] for group in words.values() for item in group)
