"""Pages: every row once, in order, by cursors of that list alone."""

import pytest

PRODUCTS = """query ($n: Int!, $after: String) {
  loanProducts(first: $n, after: $after) {
    edges { cursor node { code status } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
TERMS = {
    "name": "惠农贷",
    "minAmountFen": 1_000_000,
    "maxAmountFen": 30_000_000,
    "minTermMonths": 6,
    "maxTermMonths": 24,
    "minRateBps": 365,
    "maxRateBps": 480,
    "repaymentMethods": ["INTEREST_MONTHLY"],
    "guaranteeModes": ["CREDIT"],
}


@pytest.fixture
async def seven(bank_a):
    """Seven products in the order they are listed: newest first, the retired last."""
    for number in range(2, 8):
        made = await bank_a.write("draft_product", terms={**TERMS, "code": f"P-{number}"})
        if number in (3, 7):
            await bank_a.write("retire_product", productId=made["product"]["id"])
    return ["P-6", "P-5", "P-4", "P-2", "P-1", "P-7", "P-3"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
async def test_every_row_once_and_in_order(bank_a, seven, size):
    found, after, pages = [], None, 0
    while True:
        page = (await bank_a.data(PRODUCTS, n=size, after=after))["loanProducts"]
        codes = [edge["node"]["code"] for edge in page["edges"]]
        assert 1 <= len(codes) <= size
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        found += codes
        pages += 1
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == seven
    assert pages == -(-7 // size)


async def test_an_empty_page(bank_a):
    data = await bank_a.data(
        "{ referrals(first: 5) { edges { cursor } totalCount pageInfo { endCursor hasNextPage } } }"
    )
    assert data["referrals"] == {
        "edges": [],
        "totalCount": 0,
        "pageInfo": {"endCursor": None, "hasNextPage": False},
    }


async def test_cursors_that_are_none_of_this_list(bank_a, bank_b, seven, case):
    page = (await bank_a.data(PRODUCTS, n=2))["loanProducts"]
    good = page["pageInfo"]["endCursor"]
    of_another_list = (await bank_a.run("inbox", first=1))["referrals"]["edges"][0]["cursor"]
    flipped = good[:14] + ("A" if good[14] != "A" else "B") + good[15:]
    for cursor in ("", "x", "游标", good[:-3], good + "AAAA", flipped, of_another_list):
        assert await bank_a.codes(PRODUCTS, n=2, after=cursor) == ["CURSOR_INVALID"], cursor
    assert await bank_b.codes(PRODUCTS, n=2, after=good) == ["CURSOR_INVALID"]
    inner = "query ($c: String) { referrals(first: 1) { edges { node { offers(first: 1, after: $c) { totalCount } } } } }"
    assert await bank_a.codes(inner, c=good) == ["CURSOR_INVALID"]


async def test_offers_of_a_referral_are_paged_too(bank_a, case):
    await case.accept()
    await case.consent()
    terms = {
        "termMonths": 12,
        "rateBps": 435,
        "repaymentMethod": "BULLET",
        "guarantee": "CREDIT",
    }
    for wan in (10, 20, 30):
        made = await bank_a.write(
            "make_offer",
            referralId=case.referral_id,
            terms={**terms, "amountFen": wan * 1_000_000},
        )
        await bank_a.write("withdraw_offer", offerId=made["offer"]["id"])
    document = """query ($id: ID!, $after: String) {
      referral(id: $id) {
        offers(first: 2, after: $after) {
          totalCount
          edges { node { amountFen } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }"""
    first = (await bank_a.data(document, id=case.referral_id))["referral"]["offers"]
    assert [edge["node"]["amountFen"] for edge in first["edges"]] == [30_000_000, 20_000_000]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (3, True)
    after = first["pageInfo"]["endCursor"]
    second = (await bank_a.data(document, id=case.referral_id, after=after))["referral"]["offers"]
    assert [edge["node"]["amountFen"] for edge in second["edges"]] == [10_000_000]
    assert (second["totalCount"], second["pageInfo"]["hasNextPage"]) == (3, False)
