"""Lists within objects: narrowed and ordered as those at the root are, each object's page for itself."""

from itertools import pairwise

import pytest
from graphql import GraphQLObjectType

from suxin_graphql.execution import compiled
from suxin_graphql.execution.tally import COMPILED, QUERIES
from suxin_graphql.schema import schema

GRAPHQL = schema._schema
ROOTS = {GRAPHQL.query_type, GRAPHQL.mutation_type, GRAPHQL.subscription_type}
NESTED = {
    f"{kind.name}.{name}": field
    for kind in GRAPHQL.type_map.values()
    if isinstance(kind, GraphQLObjectType) and kind not in ROOTS
    for name, field in kind.fields.items()
    if "first" in field.args
}
# What a query of the core tells with a receipt of its own, or holds as it was handed over: the receipt, the hash and the
# count are of the whole, in its one order.
TOLD = {
    "Applicant.grades",
    "Applicant.records",
    "Exchange.attachments",
    "Exchange.messages",
    "FetchRecordsPayload.records",
}
EACH = 5
PLAIN = """query Q($few: Int!) {
  referrals(first: 10) { edges { node { id offers(first: $few) {
    totalCount edges { cursor node { id amountFen state validUntil madeAt } } pageInfo { hasNextPage endCursor }
  } } } }
}"""
NARROWED = PLAIN.replace(
    "Q($few: Int!", "Q($few: Int!, $f: OfferFilter, $o: OfferOrder! = NEWEST, $after: String"
)
NARROWED = NARROWED.replace("first: $few", "first: $few, filter: $f, orderBy: $o, after: $after")
COPY = """
insert into {table}
select (jsonb_populate_record(null::{table}, to_jsonb(like_this) || jsonb_build_object({unlike}))).*
from (select * from {table} limit 1) like_this, generate_series(1, $1::int) n
"""
OFFERS = (
    "'id', md5('offer' || n)::uuid, 'referral_id', md5('referral' || n % 3)::uuid,"
    " 'amount_fen', 10000000 + n % 4 * 1000,"
    " 'state', case when n % 2 = 0 then 'EXPIRED' else 'WITHDRAWN' end,"
    " 'valid_until', '2026-11-21 02:00+00'::timestamptz + n * interval '1 hour'"
)
REFERRALS = (
    "'id', md5('referral' || n % 3)::uuid, 'lead_id', md5('lead' || n % 3)::uuid,"
    " 'tenant_id', (select tenant_id from offers limit 1)"
)
COPIES = {
    "leads": (3, "'id', md5('lead' || n % 3)::uuid, 'number', 'N' || n, 'claimed_by', null"),
    "referrals": (3, REFERRALS),
    "offers": (3 * EACH, OFFERS),
}


@pytest.fixture
async def many(bank_a, case, admin):
    """Three more referrals, each with offers of its own."""
    await case.accept()
    await case.consent()
    terms = {
        "amountFen": 40_000_000,
        "termMonths": 12,
        "rateBps": 435,
        "repaymentMethod": "BULLET",
        "guarantee": "CREDIT",
    }
    await bank_a.write("make_offer", referralId=case.referral_id, terms=terms)
    await admin.execute("set session_replication_role = replica")
    for table, (number, unlike) in COPIES.items():
        await admin.execute(COPY.format(table=table, unlike=unlike), number)
    await admin.execute("set session_replication_role = origin")


def offers_of(data):
    """The offers of each referral, by its id."""
    return {
        edge["node"]["id"]: [one["node"] for one in edge["node"]["offers"]["edges"]]
        for edge in data["referrals"]["edges"]
    }


def test_every_list_of_stored_things_within_an_object_can_be_narrowed_and_ordered():
    able = {name for name, field in NESTED.items() if {"filter", "orderBy"} <= set(field.args)}
    assert able == set(NESTED) - TOLD
    assert able


@pytest.mark.parametrize(
    ("narrowed", "fits"),
    [
        ({"state": {"in": ["EXPIRED"]}}, lambda one: one["state"] == "EXPIRED"),
        (
            {"amountFen": {"gte": 10_001_000, "lt": 10_003_000}},
            lambda one: one["amountFen"] in {10_001_000, 10_002_000},
        ),
        ({"state": {"in": []}}, lambda _: False),
        ({"state": None, "madeAt": {}}, lambda _: True),
        (None, lambda _: True),
    ],
)
async def test_a_filter_narrows_each_objects_own_page(bank_a, many, narrowed, fits):
    everything = offers_of(await bank_a.data(PLAIN, few=100))
    assert sorted(map(len, everything.values())) == [1, EACH, EACH, EACH]
    data = await bank_a.data(NARROWED, few=100, f=narrowed)
    wanted = {key: [one for one in offers if fits(one)] for key, offers in everything.items()}
    assert offers_of(data) == wanted
    for edge in data["referrals"]["edges"]:
        assert edge["node"]["offers"]["totalCount"] == len(wanted[edge["node"]["id"]])


@pytest.mark.parametrize(
    ("order", "key"),
    [("AMOUNT", lambda one: -one["amountFen"]), ("VALID_UNTIL", lambda one: one["validUntil"])],
)
async def test_an_order_holds_within_each_objects_page_and_is_paged_on(bank_a, many, order, key):
    everything = offers_of(await bank_a.data(PLAIN, few=100))
    data = await bank_a.data(NARROWED, few=2, o=order)
    for edge in data["referrals"]["edges"]:
        page, whole = edge["node"]["offers"], everything[edge["node"]["id"]]
        shown = [one["node"] for one in page["edges"]]
        assert [key(one) for one in shown] == sorted(map(key, whole))[:2]
        assert page["pageInfo"]["hasNextPage"] == (len(whole) > 2)
        assert page["totalCount"] == len(whole)
        if page["pageInfo"]["hasNextPage"]:
            on = await bank_a.data(NARROWED, few=100, o=order, after=page["pageInfo"]["endCursor"])
            rest = offers_of(on)[edge["node"]["id"]]
            assert sorted(one["id"] for one in shown + rest) == sorted(one["id"] for one in whole)
            assert all(key(a) <= key(b) for a, b in pairwise(shown + rest))
            other = await bank_a.codes(NARROWED, few=1, after=page["pageInfo"]["endCursor"])
            assert other == ["CURSOR_INVALID"]


async def test_a_filter_written_in_the_document_says_the_same(bank_a, many):
    """Members of an enumeration, moments and amounts stand there without quotes or as texts, and variables within."""
    text = (
        "query Q($state: OfferState!, $from: DateTime) { referrals(first: 10) { edges { node { id"
        " offers(first: 100, filter: {state: {in: [$state]}, validUntil: {gte: $from,"
        ' lt: "2026-11-22T02:00:00Z"}, amountFen: {gte: 10000000}}, orderBy: AMOUNT)'
        " { edges { node { id amountFen state validUntil } } } } } } }"
    )
    counted = QUERIES.copy()
    data = await bank_a.data(text, state="EXPIRED", **{"from": "2026-11-21T02:00:00Z"})
    assert QUERIES - counted == {COMPILED: 1}
    given = {
        "state": {"in": ["EXPIRED"]},
        "validUntil": {"gte": "2026-11-21T02:00:00Z", "lt": "2026-11-22T02:00:00Z"},
        "amountFen": {"gte": 10_000_000},
    }
    wanted = offers_of(await bank_a.data(NARROWED, few=100, f=given, o="AMOUNT"))
    found = {
        key: [(one["id"], one["amountFen"]) for one in offers]
        for key, offers in offers_of(data).items()
    }
    assert found == {
        key: [(one["id"], one["amountFen"]) for one in offers] for key, offers in wanted.items()
    }
    assert any(found.values())


async def test_a_moment_without_its_zone_is_refused(bank_a, many):
    given = {"madeAt": {"gte": "2026-11-20T09:00:00"}}
    assert await bank_a.codes(NARROWED, few=1, f=given) == ["MOMENT_UNCLEAR"]


async def test_values_of_a_filter_change_no_plan_and_no_statement(bank_a, many, monkeypatch):
    """What a caller asks for anew each minute must not be planned anew each minute."""
    made = []
    compile_ = compiled.Operation._compile

    def counted(operation, *given):
        made.append(operation)
        return compile_(operation, *given)

    monkeypatch.setattr(compiled.Operation, "_compile", counted)
    document, asked = NARROWED.replace("query Q(", "query Counted("), set()
    for hour in range(10, 20):
        given = {"validUntil": {"gte": f"2026-11-21T{hour}:00:00Z"}}
        data = await bank_a.data(document, few=10, f=given)
        asked.add(len(compiled.STATEMENTS))
        shown = [one for offers in offers_of(data).values() for one in offers]
        assert all(one["validUntil"] >= f"2026-11-21T{hour}" for one in shown)
    assert (len(made), len(asked)) == (1, 1)


async def test_what_hangs_from_a_narrowed_list_comes_with_it(bank_a, many):
    everything = offers_of(await bank_a.data(PLAIN, few=100))
    back = "referral { id offers(first: 1) { edges { node { id } } } } id amountFen"
    before = QUERIES.copy()
    data = await bank_a.data(
        NARROWED.replace("id amountFen", back), few=2, f={"state": {"in": ["EXPIRED"]}}
    )
    assert QUERIES - before == {COMPILED: 1}
    found = offers_of(data)
    assert sorted(map(len, found.values())) == [0, 2, 2, 2]
    for key, offers in found.items():
        newest = {"edges": [{"node": {"id": everything[key][0]["id"]}}]}
        assert all(one["referral"] == {"id": key, "offers": newest} for one in offers)
