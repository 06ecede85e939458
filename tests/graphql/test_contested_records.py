"""What became of a record since it was loaded, as a bank is told it: contested with the word for it, repaired or over not at all."""

from datetime import date

import pytest

from suxin_graphql.ids import to_global

ROWS = """query ($id: ID!) {
  referral(id: $id) { applicant { records(first: 9) { totalCount edges { node { itemCode status } } } } }
}"""
CHANGE = "update credit_records set status = $1 where item_code = 'TAX-GRADE'"
OVER = (
    "update credit_records set polarity = 'negative', occurred_on = $1, published_until = $2,"
    " valid_until = null where item_code = 'TAX-GRADE'"
)
OTHERS = [("SI-HEADCOUNT", "ACTIVE"), ("TAX-PAID", "ACTIVE")]


@pytest.fixture
def told(bank_a, case, admin):
    """Return a way to read the applicant's records, and to fetch them, once one has a status."""

    async def told(status="active", **over):
        await case.accept()
        consent_id = await case.consent()
        await admin.execute(CHANGE, status)
        if over:
            await admin.execute(OVER, over["occurred_on"], over["published_until"])
        shown = await bank_a.data(ROWS, id=case.referral_id)
        chosen = {
            "consentId": to_global("Consent", consent_id, bank_a.bank.officer),
            "idempotencyKey": "fetch-key-1",
        }
        fetched = await bank_a.run("fetch_records", input=chosen, first=9)
        return [_rows(shown["referral"]["applicant"]["records"]), _rows(fetched["records"])]

    return told


def _rows(page):
    found = [(edge["node"]["itemCode"], edge["node"]["status"]) for edge in page["edges"]]
    assert page["totalCount"] == len(found)
    return found


@pytest.mark.parametrize("status", ["disputed", "exempted"])
async def test_a_contested_record_is_told_with_its_state(told, status):
    """征信业管理条例 art. 25: a record in dispute is marked as such, for whoever reads it."""
    for rows in await told(status):
        assert rows == [*OTHERS, ("TAX-GRADE", status.upper())]


@pytest.mark.parametrize("status", ["repaired", "withdrawn"])
async def test_what_is_repaired_or_withdrawn_is_shared_no_more(told, receipts, status):
    """信用修复管理办法 art. 3: sharing and using end with the repair, not only that it counts."""
    for rows in await told(status):
        assert rows == OTHERS
    # Who it is, and each of the two readings with what was told.
    assert [read["row_count"] for read in await receipts()] == [1, 2, 2]


@pytest.mark.parametrize(
    ("occurred_on", "published_until", "shared"),
    [
        (date(2026, 1, 5), date(2026, 11, 21), True),
        (date(2026, 1, 5), date(2026, 11, 20), False),
        (date(2021, 11, 21), None, True),
        (date(2021, 11, 20), None, False),
    ],
)
async def test_what_is_published_no_more_or_five_years_old_is_shared_no_more(
    told, admin, occurred_on, published_until, shared
):
    """征信业管理条例 art. 16; the last day of publication is the one before ``published_until``, as a score counts it."""
    wanted = [*OTHERS, ("TAX-GRADE", "ACTIVE")] if shared else OTHERS
    # So far back as the bases of the small city reach.
    for rows in await told(occurred_on=occurred_on, published_until=published_until):
        assert rows == wanted
