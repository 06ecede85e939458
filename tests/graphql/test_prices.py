"""What operations cost: the formula, case by case, before they are executed and after."""

from pathlib import Path

import pytest
from costs import cost_of
from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_object_type,
    parse,
)

from suxin.lending.criteria import MAX_CRITERIA
from suxin_graphql.documents import prepare
from suxin_graphql.execution.records import WEIGHT
from suxin_graphql.prices import MAX_COST, Price, price_of
from suxin_graphql.schema import schema

GRAPHQL = schema._schema
OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"
REFERRALS = "{ referrals(first: %s) { %s } }"


def price(text: str, /, **variables: object) -> int:
    prepared = prepare(GRAPHQL, text)
    assert prepared.errors == ()
    found = prepared.price(None)
    assert found is not None
    return found.of(variables)


def of_page(first: object, selected: str) -> int:
    return price(REFERRALS % (first, f"edges {{ node {{ {selected} }} }}"))


def test_scalars_cost_nothing():
    assert price("{ __typename }") == 0
    assert price("{ viewer { areas permissions } }") == 1 + 1
    assert price(REFERRALS % (1, "pageInfo { hasNextPage }")) == 1 + 1


def test_a_page_costs_its_nodes_and_what_is_selected_of_them():
    assert of_page(20, "id state") == 1 + 20
    assert of_page(20, "id lead { number }") == 1 + 20 * (1 + 1)
    assert of_page(20, "lead { county { name } } product { name }") == 1 + 20 * (1 + 2 + 1)


def test_pages_within_pages_multiply():
    offers = "offers(first: 5) { edges { node { id referral { id } } } }"
    assert of_page(10, offers) == 1 + 10 * (1 + 1 + 5 * (1 + 1))
    assert of_page(100, offers.replace("5", "100")) == 1 + 100 * (1 + 1 + 100 * 2)


def test_a_total_costs_a_count():
    assert price(REFERRALS % (20, "totalCount")) == 1 + 20 + 10


def test_what_leaves_a_receipt_costs_more():
    applicant = "applicant { name %s }"
    assert of_page(3, applicant % "") == 1 + 3 * (1 + 10)
    assert of_page(3, applicant % "person { name }") == 1 + 3 * (1 + 10 + 10)
    records = "records(first: 7) { edges { node { item { name } } } }"
    assert of_page(3, applicant % records) == 1 + 3 * (1 + 10 + 10 + 7 * (1 + 1))


def test_what_lies_ready_in_a_list_counts_by_its_bound():
    products = "{ loanProducts(first: 4) { edges { node { name criteria { code } } } } }"
    assert price(products) == 1 + 4 * (1 + MAX_CRITERIA // 10)


def test_every_list_of_objects_has_a_weight():
    """But for the instalments of a preview and the findings of a report: worked out for its root field, whose weight they are."""
    found = {
        f"{kind.name}.{name}": field.extensions["strawberry-definition"].metadata.get(WEIGHT, 0)
        for kind in GRAPHQL.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name, field in kind.fields.items()
        if is_list(field.type) and is_object_type(get_named_type(field.type)) and name != "edges"
    }
    # The catalogue is a part of the program, and its root field costs what every root field does.
    catalogue = {"Query.eventTypes": 1, "EventType.fields": 0}
    # So are the templates, whose offers are in their weight.
    catalogue |= {"Query.perkScenarios": 3, "PerkScenario.offers": 0}
    stored = {"LoanProduct.criteria": 4, "Grade.reasons": 30, "FetchTiersPayload.tiers": 2}
    stored["ReportRepaymentsPayload.outcomes"] = stored["FileLoansPayload.outcomes"] = 10
    stored |= {"MaterialRequest.items": 1, "PoolClaim.gaps": 1, "ProductReplay.criteria": 9}
    # A cycle is counted by state and tier: a few rows, worked out by one grouped reading.
    stored["Query.ratingStanding"] = 1
    stored["PerkProgramme.offers"] = 1
    # A book has as many rules as a village may keep; the caps of one are in its weight.
    stored |= {"PointRuleSet.rules": 70, "PointRule.caps": 0}
    stored["ShopRedemption.lines"] = 2
    stored |= {"ServiceOrder.discounts": 3, "ServiceOrder.payments": 10}
    # What a mutation has just worked out lies ready, and is a dozen at the most.
    ready = {
        "OfferPreview.instalments": 0,
        "RequestConsentPayload.cuts": 0,
        "SandboxConformance.findings": 0,
    }
    assert found == {**stored, **ready, **catalogue}
    preview = GRAPHQL.query_type.fields["offerPreview"]
    assert preview.extensions["strawberry-definition"].metadata[WEIGHT] == 36


def is_list(kind: object) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)


def test_things_by_their_ids_cost_as_many_as_there_are():
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert price(text, ids=["a", "b", "c"]) == 1 + 3
    assert price(text, ids="a") == price(text) == 1 + 100
    assert price('{ nodes(ids: ["a", "b"]) { id } }') == 1 + 2


def test_what_may_be_of_several_types_costs_the_dearest():
    text = """query ($n: Int!) { node(id: "x") { id
      ... on Referral { lead { id } offers(first: $n) { edges { node { id } } } }
      ... on LoanProduct { criteria { code } draftOf { id } } } }"""
    assert price(text, n=1) == 1 + 1 + max(1 + 1 + 1, 4 + 1)
    assert price(text, n=50) == 1 + 1 + max(1 + 1 + 50, 4 + 1)


def test_one_key_costs_once_however_often_it_is_written():
    once = price(REFERRALS % (5, "edges { node { lead { id } } }"))
    fragments = """query { referrals(first: 5) { ...A ...B edges { node { lead { id } } } } }
      fragment A on ReferralConnection { edges { node { lead { number } } } }
      fragment B on ReferralConnection { edges { ... on ReferralEdge { node { lead { county { name } } } } } }"""
    assert price(fragments) == once + 5
    aliases = "edges { node { a: lead { id } b: lead { id } } }"
    assert price(REFERRALS % (5, aliases)) == 1 + 5 * 3


def test_conditions_count_as_if_they_held():
    text = REFERRALS % (5, "edges { node { lead @skip(if: true) { id } } }")
    assert price(text) == 1 + 5 * 2


def test_the_size_of_a_page_comes_from_a_variable_or_its_default():
    text = "query ($n: Int! = 20) { referrals(first: $n) { edges { node { id } } } }"
    assert price(text) == 1 + 20
    assert price(text, n=3) == 1 + 3
    # What is no size at all is refused elsewhere, and costs the most meanwhile.
    for wrong in (101, -1, "x", None, True):
        assert price(text, n=wrong) == 1 + 100


def test_a_mutation_costs_ten_and_what_is_read_after_it():
    accept = (OPERATIONS / "accept_referral.graphql").read_text()
    assert price(accept) == 10 + 1 + 1


def test_introspection_has_a_price():
    assert price("{ __schema { types { name } } }") == 100


def test_of_several_operations_each_has_its_own():
    prepared = prepare(GRAPHQL, "query A { viewer { areas } } query B { inboxCounts { pool } }")
    assert prepared.price("A") == Price(2)
    assert prepared.price("B") == Price(1 + 10)
    assert prepared.price(None) is prepared.price("C") is None


def test_every_document_of_ours_costs_less_than_one_may():
    for path in OPERATIONS.glob("*.graphql"):
        document = parse(path.read_text())
        found = price_of(GRAPHQL, document, document.definitions[0])
        assert 1 < found.of({"first": 100}) <= MAX_COST, path.name


async def test_an_answer_tells_what_was_asked_for_and_what_was_read(bank_a, case):
    text = REFERRALS % (50, "totalCount edges { node { lead { id } } }")
    cost = cost_of(await bank_a.post({"query": text}))
    assert (cost["requested"], cost["actual"]) == (1 + 10 + 50 * 2, 1 + 10 + 1 * 2)


async def test_a_mutation_tells_it_too(bank_a, case):
    text = (OPERATIONS / "accept_referral.graphql").read_text()
    given = {"referralId": case.referral_id, "idempotencyKey": "the-cost-of-it"}
    answer = await bank_a.post({"query": text, "variables": {"input": given}})
    assert "errors" not in answer.json()
    assert cost_of(answer) == {
        "requested": 12,
        "actual": 12,
        "available": None,
        "restoreRate": 250,
    }
    given["referralId"] = "no-such-id"
    given["idempotencyKey"] = "another-key"
    answer = await bank_a.post({"query": text, "variables": {"input": given}})
    assert cost_of(answer)["actual"] == 10


async def test_the_page_of_what_is_told_counts_what_was_told(bank_a, case):
    await case.accept()
    await case.consent()
    text = """query ($id: ID!) { referral(id: $id) { applicant {
      name person { name } records(first: 30) { totalCount edges { node { itemCode } } } } } }"""
    cost = cost_of(await bank_a.post({"query": text, "variables": {"id": case.referral_id}}))
    assert cost["requested"] == 1 + 1 + 10 + 10 + 10 + 10 + 30
    assert 42 <= cost["actual"] < cost["requested"]


@pytest.mark.parametrize("media", ["application/json", "application/graphql-response+json"])
async def test_one_operation_may_be_too_dear(bank_a, case, statements, media):
    inner = "offers(first: 100) { edges { node { id } } }"
    text = REFERRALS % (100, f"edges {{ node {{ {inner} }} }}")
    async with statements() as sent:
        answer = await bank_a.post({"query": text}, Accept=media)
    assert [one for one in sent if "referrals" in one] == []
    assert answer.status_code == (200 if media == "application/json" else 400)
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "OPERATION_TOO_DEAR"
    assert error["message"] == (
        "该操作的查询成本为 10201 点，单次操作最多 2500 点；请减小分页或减少嵌套"
    )
    assert error["extensions"]["messageEn"] == (
        "The operation may cost 10201 points; one may cost at most 2500:"
        " ask for smaller pages, or nest less"
    )
    assert cost_of(answer)["requested"] == 10_201
    assert "data" not in answer.json()
