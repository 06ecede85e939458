"""Bulk exports: one list, read as its caller page by page, kept for a day, and sent to whoever holds a link."""

import hashlib
import json

import pytest
from export_runs import (
    PRODUCTS,
    REFERRALS,
    Runs,
    downloaded,
    gunzipped,
    lines,
    link_of,
    many_products,
    shown,
    started,
)
from observing import acts, nothing_written

from suxin.exports import commands, progress
from suxin.kernel.audit import Ground, Receipt, note_read
from suxin.lending.models import DispatchMode
from suxin_graphql import exporter
from suxin_graphql.trusted import OPERATIONS

PAGED = """query ($n: Int!, $c: String) { list: loanProducts(first: $n, after: $c) {
  ...Page } }
fragment Page on LoanProductConnection {
  edges { it: node { no: code } node { code name } }
  pageInfo { hasNextPage endCursor } }"""


@pytest.fixture
def runs(runtime, admin) -> Runs:
    return Runs(runtime, admin)


@pytest.fixture
async def stocked(small_city, admin):
    """The first bank has 251 products."""
    await many_products(admin, small_city.banks[0].tenant_id, 250)


async def test_a_list_is_exported_whole(bank_a, runs, stocked, client, admin):
    export_id = await started(bank_a)
    await runs.perform()
    node = await shown(bank_a)
    assert (node["state"], node["rows"], node["failureCode"]) == ("COMPLETED", 251, None)
    response = await downloaded(client, await link_of(bank_a, export_id))
    text = response.content
    assert (len(text), hashlib.sha256(text).hexdigest()) == (node["bytes"], node["sha256"])
    assert response.headers["content-type"].startswith("application/jsonl")
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["content-disposition"].startswith('attachment; filename="export-')
    assert response.headers["cache-control"] == "no-store"
    pages, after = [], None
    while after is not None or not pages:
        page = await bank_a.data(OPERATIONS["export_products.graphql"], first=100, after=after)
        pages += [edge["node"] for edge in page["loanProducts"]["edges"]]
        info = page["loanProducts"]["pageInfo"]
        after = info["endCursor"] if info["hasNextPage"] else None
    assert lines(response) == pages
    assert await acts(admin, "exports.") == [
        "exports.export.started",
        "exports.export.completed",
        "exports.link.issued",
        "exports.file.downloaded",
    ]


async def test_it_is_one_gzip_member(bank_a, runs, stocked, client):
    """Half of the world's clients stop at the end of the first."""
    export_id = await started(bank_a)
    await runs.perform()
    url = await link_of(bank_a, export_id)
    async with client.stream("GET", url) as response:
        raw = b"".join([part async for part in response.aiter_raw()])
    text = gunzipped(raw)
    assert len(raw) < len(text) / 4
    assert len(text.splitlines()) == 251


async def test_the_file_is_sealed_and_its_owners_alone(bank_a, runs, stocked):
    await started(bank_a)
    await runs.perform()
    [path] = runs.files
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    row = await runs.row()
    assert path.stat().st_size == row["position"]
    assert row["key_sealed"] is not None
    # Neither as it stands nor unpacked is any of it to be read.
    assert b"X-1" not in path.read_bytes()


@pytest.mark.parametrize("name", ["export_products", "export_referrals"])
async def test_a_trusted_document_of_exports_reads_pages_too(bank_a, case, name):
    page = await bank_a.run(name, first=5)
    assert len(page["edges"]) == 1
    assert page["pageInfo"]["hasNextPage"] is False


async def test_referrals_with_their_offers_are_exported(
    bank_a, bank_b, case, runs, client, small_city
):
    await small_city.submit(mode=DispatchMode.RECOMMENDED, actor=small_city.stranger)
    export_id = await started(bank_a, REFERRALS, states=["DISPATCHED"])
    await runs.perform()
    found = lines(await downloaded(client, await link_of(bank_a, export_id)))
    assert [row["id"] for row in found][-1] == case.referral_id
    assert len(found) == 2
    assert found[0]["offers"] == {"edges": []}
    assert found[0]["lead"]["number"].startswith("L")
    assert "name" not in json.dumps(found)


async def test_a_document_of_ones_own_goes_by_its_own_names(bank_a, runs, stocked, client):
    done = await bank_a.write("start_export", document=PAGED)
    await runs.perform()
    found = lines(await downloaded(client, await link_of(bank_a, done["export"]["id"])))
    assert len(found) == 251
    assert set(found[0]) == {"code", "name"}


async def test_what_comes_while_it_runs_is_no_line_twice(bank_a, runs, stocked, admin, client):
    """Each page is read afresh: a row stands once, and what would stand before the place is not taken in."""
    runs.slice_s = 0
    export_id = await started(bank_a)
    await runs.perform(at_most=1)
    assert (await shown(bank_a))["rows"] == 100
    await many_products(admin, bank_a.bank.tenant_id, 0)
    await admin.execute("update loan_products set name = '改名'")
    await runs.perform()
    found = lines(await downloaded(client, await link_of(bank_a, export_id)))
    assert len({row["id"] for row in found}) == len(found) == 251
    assert [row["name"] == "改名" for row in found] == [False] * 100 + [True] * 151


async def test_receipts_are_committed_before_a_page_is_written(
    bank_a, runs, stocked, small_city, admin, monkeypatch
):
    """No list that is exported today leaves receipts; one that did would, before a byte of it is in the file."""
    answer, keep = exporter._answer, progress.keep_page
    seen = []

    async def reading(known, asked, variables, context):
        data = await answer(known, asked, variables, context)
        async with context.snapshot.turn() as snapshot:
            receipt = Receipt(
                subject_id=small_city.firm_id,
                purpose="loan.match",
                categories=("TAX",),
                fields=("name",),
                row_count=1,
                ground=Ground(),
            )
            note_read(snapshot.session(), receipt)
        return data

    async def keeping(session, **given):
        receipts = "select count(*) from audit_entries where action = 'data.read'"
        seen.append((await admin.fetchval(receipts), [path.stat().st_size for path in runs.files]))
        return await keep(session, **given)

    monkeypatch.setattr(exporter, "_answer", reading)
    monkeypatch.setattr(progress, "keep_page", keeping)
    await started(bank_a)
    await runs.perform()
    assert [receipts for receipts, _ in seen] == [1, 2, 3]
    assert seen[0][1] == []
    assert (await shown(bank_a))["state"] == "COMPLETED"


UNFIT = {
    "no GraphQL": "{",
    "two lists": "query ($first: Int!, $after: String) {"
    " a: loanProducts(first: $first, after: $after) { edges { node { id } }"
    " pageInfo { hasNextPage endCursor } } viewer { permissions } }",
    "no list": "{ viewer { permissions } }",
    "a mutation": "mutation ($first: Int!, $after: String) { cancelExport("
    'input: {id: "x", idempotencyKey: "aaaaaaaa"}) { __typename } }',
    "first bound": "query ($after: String) { loanProducts(first: 5, after: $after) {"
    " edges { node { id } } pageInfo { hasNextPage endCursor } } }",
    "no after": "query ($first: Int!) { loanProducts(first: $first) {"
    " edges { node { id } } pageInfo { hasNextPage endCursor } } }",
    "no place of the next page": "query ($first: Int!, $after: String) {"
    " loanProducts(first: $first, after: $after) { edges { node { id } } } }",
    "no lines": "query ($first: Int!, $after: String) {"
    " loanProducts(first: $first, after: $after) { edges { cursor }"
    " pageInfo { hasNextPage endCursor } } }",
    "lines that may be left out": "query ($first: Int!, $after: String, $no: Boolean = false) {"
    " loanProducts(first: $first, after: $after) { edges { node @include(if: $no) { id } }"
    " pageInfo { hasNextPage endCursor } } }",
    "a count at every page": "query ($first: Int!, $after: String) {"
    " loanProducts(first: $first, after: $after) { totalCount edges { node { id } }"
    " pageInfo { hasNextPage endCursor } } }",
    "first used twice": "query ($first: Int!, $after: String) {"
    " referrals(first: $first, after: $after) { edges { node { offers(first: $first) {"
    " edges { node { id } } } } } pageInfo { hasNextPage endCursor } } }",
    "a nested page too large": "query ($first: Int!, $after: String) {"
    " referrals(first: $first, after: $after) { edges { node { offers(first: 101) {"
    " edges { node { id } } } } } pageInfo { hasNextPage endCursor } } }",
    "an applicant": "query ($first: Int!, $after: String) {"
    " referrals(first: $first, after: $after) { edges { node { ...Who } }"
    " pageInfo { hasNextPage endCursor } } } fragment Who on Referral { applicant { name } }",
    "links": "query ($first: Int!, $after: String) {"
    " exports(first: $first, after: $after) { edges { node { link { url } } }"
    " pageInfo { hasNextPage endCursor } } }",
}


@pytest.mark.parametrize("document", UNFIT.values(), ids=UNFIT)
async def test_what_is_not_one_plain_list_is_not_exported(bank_a, admin, document):
    async with nothing_written(admin):
        refused = await bank_a.write("start_export", document=document)
    assert (refused["code"], refused["field"]) == ("EXPORT_DOCUMENT_UNFIT", "document")


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"first": 10}, "EXPORT_DOCUMENT_UNFIT"),
        ({"after": None}, "EXPORT_DOCUMENT_UNFIT"),
        ({"filter": {"status": {"in": ["GONE"]}}}, "EXPORT_DOCUMENT_UNFIT"),
        ([1], "INVALID"),
    ],
)
async def test_variables_are_checked_before_anything_is_queued(bank_a, admin, variables, code):
    async with nothing_written(admin):
        refused = await bank_a.write("start_export", documentId=PRODUCTS, variables=variables)
    assert (refused["code"], refused["field"]) == (code, "variables")


async def test_a_nested_page_is_bounded_in_variables_too(bank_a, admin):
    document = (
        "query ($first: Int!, $after: String, $n: Int!) { referrals(first: $first, after: $after) {"
        " edges { node { offers(first: $n) { edges { node { id } } } } }"
        " pageInfo { hasNextPage endCursor } } }"
    )
    async with nothing_written(admin):
        refused = await bank_a.write("start_export", document=document, variables={"n": 101})
    assert (refused["code"], refused["field"]) == ("EXPORT_DOCUMENT_UNFIT", "variables")
    assert "100" in refused["messageEn"]


async def test_one_document_is_named_and_known(bank_a, admin):
    async with nothing_written(admin):
        for given in ({}, {"documentId": PRODUCTS, "document": "{ __typename }"}):
            assert (await bank_a.write("start_export", **given))["code"] == "INVALID"
        unknown = await bank_a.write("start_export", documentId="sha256:0")
    assert unknown["code"] == "DOCUMENT_UNKNOWN"


async def test_whoever_may_not_read_the_list_does_not_export_it(desks, small_city, admin):
    officer = await desks.open(small_city.banks[0], roles=["bank_admin"])
    viewer = await desks.open(small_city.banks[0], roles=["viewer"])
    async with nothing_written(admin):
        for caller in (officer, viewer):
            refused = await caller.write("start_export", documentId=REFERRALS)
            assert refused["code"] == "FORBIDDEN"


async def test_one_runs_at_a_time_and_a_key_starts_one(bank_a, bank_b, desks, runs, small_city):
    first = await bank_a.write("start_export", key="a-key-of-mine", documentId=PRODUCTS)
    again = await bank_a.write("start_export", key="a-key-of-mine", documentId=PRODUCTS)
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["export"]["id"] == again["export"]["id"]
    assert (await bank_a.write("start_export", documentId=PRODUCTS))["code"] == "EXPORT_RUNNING"
    colleague = await desks.open(small_city.banks[0])
    refused = await colleague.write("start_export", documentId=PRODUCTS)
    assert (refused["code"], refused["retryable"]) == ("EXPORT_RUNNING", True)
    assert await started(bank_b)
    await runs.perform()
    assert await started(colleague)


async def test_so_many_files_are_kept_and_no_more(bank_a, runs, admin, monkeypatch):
    monkeypatch.setattr(commands, "MAX_KEPT", 2)
    for _ in range(2):
        await started(bank_a)
        await runs.perform()
    async with nothing_written(admin):
        refused = await bank_a.write("start_export", documentId=PRODUCTS)
    assert refused["code"] == "TOO_MANY_EXPORTS"


@pytest.mark.parametrize(("name", "limit"), [("MAX_ROWS", 150), ("MAX_BYTES", 20_000)])
async def test_a_list_beyond_the_ceiling_ends_by_name(
    bank_a, runs, stocked, monkeypatch, name, limit
):
    monkeypatch.setattr(progress, name, limit)
    await started(bank_a)
    await runs.perform()
    node = await shown(bank_a)
    assert (node["state"], node["failureCode"]) == ("FAILED", "EXPORT_TOO_LARGE")
    assert runs.files == []


async def test_an_export_is_its_callers_alone(bank_a, bank_b, desks, runs, small_city, admin):
    """Another bank finds nothing, and neither does a colleague, whose rights and reach are others."""
    export_id = await started(bank_a)
    colleague = await desks.open(small_city.banks[0])
    for other in (bank_b, colleague):
        assert (await other.run("exports", first=10))["edges"] == []
        asked = "query ($id: ID!) { node(id: $id) { ... on Export { link { url } } } }"
        assert await other.codes(asked, id=export_id) == ["NOT_FOUND"]
        async with nothing_written(admin):
            assert (await other.write("cancel_export", id=export_id))["code"] == "NOT_FOUND"
    await runs.perform()
    assert (await shown(bank_a))["state"] == "COMPLETED"


async def test_a_cancelled_export_leaves_nothing(bank_a, runs, stocked):
    runs.slice_s = 0
    export_id = await started(bank_a)
    await runs.perform(at_most=1)
    assert len(runs.files) == 1
    done = await bank_a.write("cancel_export", id=export_id)
    assert done["export"]["state"] == "CANCELLED"
    await runs.perform()
    assert runs.files == []
    row = await runs.row()
    assert (row["state"], row["row_count"], row["key_sealed"]) == ("CANCELLED", 100, None)
    assert (await bank_a.run("export_link", id=export_id))["link"] is None
    assert (await bank_a.write("cancel_export", id=export_id))["code"] == "EXPORT_ENDED"
    assert await started(bank_a)
