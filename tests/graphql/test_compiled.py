"""The compiled reading path and graphql-core's own give the same answers, to documents that nobody wrote by hand."""

import re
from pathlib import Path

import pytest
from filled_orders import ridden
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLUnionType,
    OperationType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
    parse,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_claims import build_claims
from small_loans import contracted, drawn
from small_orders import SUB_MCHID, WECHAT_CODE, build_service, opened
from small_parts import build_parts
from small_perks import SmallPerks
from small_settlements import one_statement
from things_of_bank import guaranteed_of_a, warned_of_a
from things_of_village import village_asked

from suxin.perks.orders.authorisations.commands import apply_authorisation
from suxin_graphql import answering
from suxin_graphql.execution.tally import COMPILED, FELL_BACK, QUERIES
from suxin_graphql.ids import to_global
from suxin_graphql.metering import Meter
from suxin_graphql.schema import schema

GRAPHQL = schema._schema
OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
MAX_DEPTH = 6
TERMS = {
    "amountFen": 40_000_000,
    "termMonths": 12,
    "rateBps": 435,
    "repaymentMethod": "EQUAL_INSTALMENT",
    "guarantee": "CREDIT",
}
TERMS_TEXT = (
    "{amountFen: 40000000, termMonths: 12, rateBps: 435, repaymentMethod: EQUAL_INSTALMENT,"
    " guarantee: CREDIT}"
)
VARIABLES = {
    "yes": "Boolean = true",
    "no": "Boolean! = false",
    "few": "Int! = 2",
    "many": "Int! = 100",
    "tooMany": "Int! = 101",
    "none": "String",
    "wrong": 'ID! = "no-such-id"',
    "referral": "ID!",
    "product": "ID!",
}


@st.composite
def selections(draw: st.DrawFn, kind: GraphQLOutputType, depth: int) -> str:
    """A selection of a type's fields, with aliases, directives and fragments here and there."""
    named = get_named_type(kind)
    if is_leaf_type(named):
        return ""
    parts = ["__typename"] if draw(st.booleans()) else []
    if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
        members = GRAPHQL.get_possible_types(named)
        some = draw(st.lists(st.sampled_from(members), max_size=3, unique=True))
        parts += [f"... on {one.name} {draw(selections(one, depth))}" for one in some]
        if isinstance(named, GraphQLInterfaceType):
            parts.append("id")
        return "{ " + " ".join(parts or ["__typename"]) + " }"
    assert isinstance(named, GraphQLObjectType)
    fields = [
        name
        for name, field in named.fields.items()
        if depth > 0 or is_leaf_type(get_named_type(field.type))
    ]
    for name in draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=5)):
        text = draw(asked(name, named.fields[name], depth))
        how = draw(st.integers(0, 9))
        if how == 0:
            text = f"... on {named.name} {{ {text} }}"
        elif how == 1:
            text = f"«{named.name}|{text}»"
        parts.append(text)
    return "{ " + " ".join(parts) + " }"


@st.composite
def asked(draw: st.DrawFn, name: str, field: GraphQLField, depth: int) -> str:
    """One field; with arguments it has an alias of its own, so that no two of them can be at odds."""
    given_ = {
        argument: draw(values(argument, described.type))
        for argument, described in field.args.items()
        if is_required_argument(described) or draw(st.integers(0, 4)) == 0
    }
    text = name
    if given_ or not is_leaf_type(get_named_type(field.type)):
        text = f"a{draw(st.integers(0, 10**9))}: {name}"
    if given_:
        text += "(" + ", ".join(f"{key}: {value}" for key, value in given_.items()) + ")"
    text += draw(
        st.sampled_from(
            ["", "", "", "", " @include(if: $yes)", " @skip(if: $no)", " @skip(if: $yes)"]
        )
    )
    return f"{text} {draw(selections(field.type, depth - 1))}"


def some_of(kind: GraphQLInputType) -> list[str]:
    """The first two values of an enumeration, if the argument takes any."""
    named = get_named_type(kind)
    return list(named.values)[:2] if isinstance(named, GraphQLEnumType) else []


def values(name: str, kind: GraphQLInputType) -> st.SearchStrategy[str]:
    """Values of an argument: mostly good ones."""
    known = {
        "first": ["1", "2", "$few", "$many", "$tooMany", "0"],
        "after": ["null", "$none", '"bm9wZQ"'],
        "id": ["$referral", "$product", "$wrong"],
        "ids": ["[$referral, $product]", "[$referral, $wrong]", "[]"],
        "terms": [TERMS_TEXT],
        "states": ["null", "[]", f"[{', '.join(some_of(kind))}]"],
        "endpointId": ["null", "$wrong"],
        "number": ['"no-such-number"'],
        "in": ['["P-1", "321302"]', "[]"],
        "gte": ["null", '"2026-11-20T09:00:00+08:00"', '"2026-11-20T09:00:00"'],
        "lt": ["null", '"2027-11-20T09:00:00Z"'],
    }
    bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(bare, GraphQLEnumType):
        return st.sampled_from(sorted(bare.values))
    if isinstance(bare, GraphQLList):
        inner = bare.of_type.of_type
        if isinstance(inner, GraphQLEnumType) and name == "in":
            some = st.lists(st.sampled_from(sorted(inner.values)), max_size=3)
            return some.map(lambda names: f"[{', '.join(names)}]")
    if isinstance(bare, GraphQLScalarType) and bare.name == "Fen":
        return st.sampled_from(["null", "1", "40000000", "9007199254740991"])
    if isinstance(bare, GraphQLInputObjectType) and name not in known:
        return filled(bare)
    if name in known or name.endswith("Id"):
        return st.sampled_from(known.get(name, ["$wrong"]))
    raise AssertionError(f"no values are known for {name}: {bare}")


@st.composite
def filled(draw: st.DrawFn, kind: GraphQLInputObjectType) -> str:
    """A filter, or a part of one, with some of its fields."""
    given_ = [
        f"{name}: {draw(values(name, field.type))}"
        for name, field in kind.fields.items()
        if is_required_input_field(field) or draw(st.booleans())
    ]
    return f"{{{', '.join(given_)}}}"


def documents() -> st.SearchStrategy[str]:
    assert GRAPHQL.query_type is not None
    return selections(GRAPHQL.query_type, MAX_DEPTH).map(with_head)


FRAGMENT = re.compile(r"«(\w+)\|([^«»]*)»")
"""A selection that is to be a fragment of its own name: its type, and what is asked of it."""


def with_head(asked_for: str) -> str:
    """Declare the variables that are used, and no others; put what is to be a named fragment at the end."""
    fragments: list[str] = []

    def named(found: re.Match[str]) -> str:
        name = f"F{len(fragments)}"
        fragments.append(f"fragment {name} on {found[1]} {{ {found[2]} }}")
        return f"...{name}"

    while FRAGMENT.search(asked_for):
        asked_for = FRAGMENT.sub(named, asked_for)
    asked_for = " ".join([asked_for, *fragments])
    used = sorted(set(re.findall(r"\$(\w+)", asked_for)))
    head = ", ".join(f"${name}: {VARIABLES[name]}" for name in used)
    return f"query Q({head}) {asked_for}" if used else f"query Q {asked_for}"


def shown(body):
    """An answer without the name of its request; a defect would be one of both ways, and is none of an answer."""
    for error in body.get("errors", []):
        assert error["extensions"]["code"] != "INTERNAL_ERROR"
        error["extensions"].pop("requestId")
    return body


@pytest.fixture
def both_ways(bank_a, monkeypatch):
    """Answers a document by the compiled path and by graphql-core alone; tells whether the first was compiled."""
    compiled, settle = answering._compiled, Meter.settle
    last = []

    def settled(meter, prepared, spent):
        overspent.append(spent - meter.requested)
        return settle(meter, prepared, spent)

    overspent = []
    monkeypatch.setattr(Meter, "settle", settled)

    async def noted(*asked_for):
        found = await compiled(*asked_for)
        last[:] = [found is not None]
        return found

    async def never(*_):
        return None

    async def ask(query, variables, caller=bank_a):
        body = {"query": query, "variables": variables}
        last[:], overspent[:] = [False], []
        monkeypatch.setattr(answering, "_compiled", noted)
        one = shown((await caller.post(body)).json())
        monkeypatch.setattr(answering, "_compiled", never)
        other = shown((await caller.post(body)).json())
        # What was spent is the same both ways, as the answers tell, and never more than what was taken.
        assert max(overspent, default=0) <= 0, query
        return one, other, last[0]

    return ask


@pytest.fixture
async def ids(bank_a, case):
    """The ids of one referral, to which the applicant has consented, and of one product."""
    await case.accept()
    await case.consent()
    products = await bank_a.data("{ loanProducts(first: 1) { edges { node { id } } } }")
    return {
        "referral": case.referral_id,
        "product": products["loanProducts"]["edges"][0]["node"]["id"],
    }


@settings(max_examples=120, deadline=None, suppress_health_check=[*HealthCheck])
@given(query=documents())
async def test_both_ways_answer_the_same(both_ways, ids, query):
    one, other, compiled = await both_ways(query, ids)
    assert one == other
    # An answer without errors was compiled.
    assert compiled is ("errors" not in other)


OF_VILLAGES = ("grids", "household", "point_", "rating_", "rural_", "shop_")
OF_OTHERS = ("sandbox_", "perk_", "service_", "village_credit", *OF_VILLAGES)


def trusted(prefix=""):
    """The queries of ours: a bank's, or those whose names begin so, which others ask."""
    for path in sorted(OPERATIONS.glob("*.graphql")):
        of_others = path.stem.startswith(OF_OTHERS)
        if of_others is not bool(prefix) or not path.stem.startswith(prefix):
            continue
        text = path.read_text()
        operation = parse(text).definitions[0]
        if operation.operation is OperationType.QUERY:
            yield pytest.param(text, id=path.stem)


async def thing_of(text, city, officer):
    """The id of what a document asks for by its id, where it is made for that document alone."""
    if " loan(id: $id)" in text:
        return to_global("Loan", (await contracted(city)).id, officer)
    if " loanWarning(id: $id)" in text:
        return await warned_of_a(city, await drawn(city), officer)
    if " guaranteeRequest(id: $id)" in text:
        return (await guaranteed_of_a(city, officer))["guarantee"]
    if " guarantorPart(id: $id)" in text:
        _, part = await (await build_parts(city)).submitted()
        return to_global("GuarantorPart", part.id, officer)
    if " poolClaim(id: $id)" in text:
        claim = await (await build_claims(city)).draft()
        return to_global("PoolClaim", claim.id, officer)
    return None


@pytest.mark.parametrize("text", [*trusted()])
async def test_no_document_of_ours_falls_back(both_ways, bank_a, small_city, ids, text):
    wanted = ids["product" if "product" in text.lower() else "referral"]
    wanted = await thing_of(text, small_city, bank_a.bank.officer) or wanted
    before = QUERIES.copy()
    one, other, compiled = await both_ways(text, {"id": wanted, "first": 5, "terms": TERMS})
    assert one == other
    assert compiled, one
    assert QUERIES - before == {COMPILED: 1}


@pytest.mark.parametrize("text", [*trusted("sandbox_")])
async def test_no_document_of_a_sandbox_falls_back(both_ways, tester, sandbox_client_id, text):
    before, given = QUERIES.copy(), {"first": 5, "clientId": sandbox_client_id}
    one, other, compiled = await both_ways(text, given, tester)
    assert one == other
    assert compiled, one
    assert QUERIES - before == {COMPILED: 1}


@pytest.mark.parametrize("text", [*trusted("perk_")])
async def test_no_document_of_a_merchant_falls_back(both_ways, shop, small_city, text):
    drafted = await shop.write(
        "draft_perk_programme",
        scenarioCode="tour.ticket",
        startsOn="2026-11-01",
        endsBefore="2027-11-01",
        funderName="某超市",
    )
    wanted = {"programmeId": drafted["programme"]["id"]}
    await shop.write("publish_perk_programme", **wanted)
    held = await shop.write("hold_perk_redemption", **wanted)
    thing = (held["redemption"] if " perkRedemption(" in text else drafted["programme"])["id"]
    if "perkSettlement" in text:
        merchant = shop.bank.officer
        statement = await one_statement(SmallPerks(city=small_city, merchant=merchant))
        thing = to_global("PerkSettlement", statement, merchant)
    one, other, compiled = await both_ways(text, {"id": thing, "first": 5}, shop)
    assert one == other
    assert compiled, one


@pytest.mark.parametrize("text", [one for name in OF_VILLAGES for one in trusted(name)])
async def test_no_document_of_a_village_falls_back(both_ways, desks, small_city, admin, text):
    boss, given = await village_asked(text, small_city, admin)
    staff = await desks.open_house(SmallPerks(city=small_city, merchant=boss))
    one, other, compiled = await both_ways(text, given, staff)
    assert one == other
    assert compiled, one


@pytest.mark.parametrize("text", [*trusted("service_")])
async def test_no_document_of_a_merchants_orders_falls_back(both_ways, shop, small_city, text):
    """Of an order that comes of a redemption, so that all it names is read."""
    merchant = shop.bank.officer
    perks = SmallPerks(city=small_city, merchant=merchant)
    await build_service(small_city, merchant)
    await build_service(small_city, merchant, code=WECHAT_CODE, sub_mchid=SUB_MCHID)
    await small_city.act(apply_authorisation, merchant, service_code=WECHAT_CODE, code="AUTH-1")
    order = await opened(small_city, merchant, redemption_id=await ridden(perks))
    wanted = {"id": to_global("ServiceOrder", order.id, merchant), "first": 5}
    one, other, compiled = await both_ways(text, wanted, shop)
    assert one == other
    assert compiled, one
    told = "'authorizationCode'" if "serviceAuthorisations" in text else "'stage'"
    assert str(one["data"]).count(told) == 1


async def test_what_a_trial_read_before_it_failed_leaves_no_receipt_of_its_own(
    bank_a, ids, receipts
):
    query = """query Q($referral: ID!, $wrong: ID!) {
      referral(id: $referral) { applicant { name } }
      other: referral(id: $wrong) { id }
    }"""
    before, counted = await receipts(), QUERIES.copy()
    body = await bank_a.answer(query, referral=ids["referral"], wrong="no-such-id")
    assert body["data"]["referral"]["applicant"]["name"]
    assert [error["extensions"]["code"] for error in body["errors"]] == ["NOT_FOUND"]
    assert QUERIES - counted == {FELL_BACK: 1}
    assert len(await receipts()) == len(before) + 1


async def test_the_schema_is_told_of_by_graphql_core(bank_a):
    counted = QUERIES.copy()
    data = await bank_a.data("{ __schema { queryType { name } } }")
    assert data == {"__schema": {"queryType": {"name": "Query"}}}
    assert QUERIES - counted == {FELL_BACK: 1}


async def test_one_document_is_compiled_for_each_value_that_decides_what_is_read(bank_a, ids):
    query = """query Q($few: Int!, $shown: Boolean!) {
      referrals(first: 5) { edges { node {
        id @include(if: $shown)
        offers(first: $few) { edges { node { id } } }
      } } }
    }"""
    shown = await bank_a.data(query, few=1, shown=True)
    hidden = await bank_a.data(query, few=1, shown=False)
    assert [edge["node"].keys() for edge in shown["referrals"]["edges"]] == [{"id", "offers"}]
    assert [edge["node"].keys() for edge in hidden["referrals"]["edges"]] == [{"offers"}]
    codes = await bank_a.codes(query, few=101, shown=True)
    assert codes == ["PAGE_SIZE_OUT_OF_RANGE"]
