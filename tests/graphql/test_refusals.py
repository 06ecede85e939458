"""What a mutation may answer: the union names every refusal of its command, and each comes as its own type."""

import ast
import inspect
import re
import textwrap

import pytest
from observing import nothing_written
from strawberry.types.base import get_object_definition

from suxin.lending import policies
from suxin.lending.commands import offers, products, referrals
from suxin.lending.product_terms import check_draft
from suxin_graphql.fields import ALWAYS_POSSIBLE, REFUSALS
from suxin_graphql.lending_mutations import LendingMutations
from suxin_graphql.refusals import shown_type
from suxin_graphql.schema import schema

COMMANDS = {
    "accept_referral": [referrals.accept_referral],
    "claim_lead": [referrals.claim_lead],
    "record_contact": [referrals.record_contact],
    "start_due_diligence": [referrals.start_due_diligence],
    "decline_referral": [referrals.decline_referral],
    "make_offer": [offers.make_offer, offers.price],
    "withdraw_offer": [offers.withdraw_offer],
    "draft_product": [products.draft_product, check_draft],
    "edit_product": [products.edit_product, check_draft],
    "publish_product": [products.publish_product],
    "retire_product": [products.retire_product],
}
OFFER = {
    "amountFen": 40_000_000,
    "termMonths": 12,
    "rateBps": 435,
    "repaymentMethod": "EQUAL_INSTALMENT",
    "guarantee": "CREDIT",
}
TERMS = {
    "code": "HN-1",
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


def documented(command) -> set[str]:
    """The refusals that a command's docstring names."""
    lines = re.findall(r":raises ([\w, ]+):", inspect.getdoc(command) or "")
    return {name.strip() for line in lines for name in line.split(",")}


def declared() -> dict[str, tuple[type, ...]]:
    fields = get_object_definition(LendingMutations, strict=True).fields
    return {field.python_name: field.metadata[REFUSALS] for field in fields}


def test_every_mutation_is_compared_with_its_command():
    assert set(declared()) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_union_names_what_the_command_raises_and_no_more(name):
    raised = set().union(*(documented(command) for command in COMMANDS[name]))
    assert raised
    always = {refusal.__name__ for refusal in ALWAYS_POSSIBLE}
    assert {refusal.__name__ for refusal in declared()[name]} == raised | always


def test_the_unions_in_the_schema_are_those_declared():
    for name, possible in declared().items():
        result = "".join(word.title() for word in name.split("_"))
        members = {member.name for member in schema._schema.get_type(f"{result}Result").types}
        assert members == {f"{result}Payload", *(refusal.__name__ for refusal in possible)}


def test_a_refusal_has_the_fields_of_its_interface():
    found = schema._schema.get_type("StepNotPossible")
    assert set(found.fields) == {"code", "messageZh", "messageEn", "retryable", "field"}
    assert [interface.name for interface in found.interfaces] == ["Refusal"]
    assert shown_type(policies.OutsideOwnArea) is shown_type(policies.OutsideOwnArea)


def test_resolvers_decide_nothing():
    """What is allowed and what follows from it is decided in the core."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(LendingMutations)))
    assert [node for node in ast.walk(tree) if isinstance(node, ast.If)] == []


async def test_a_step_that_the_state_does_not_allow(bank_a, case, admin):
    async with nothing_written(admin):
        refused = await bank_a.write("start_due_diligence", referralId=case.referral_id)
    assert refused == {
        "code": "STEP_NOT_POSSIBLE",
        "messageZh": "对接当前状态为“待受理”，不能开始尽调",
        "messageEn": "The referral is not yet accepted; it is not possible to start due diligence",
        "retryable": False,
        "field": None,
    }


async def test_contact_and_offer_need_consent(bank_a, case, admin):
    await case.accept()
    async with nothing_written(admin):
        contact = await bank_a.write("record_contact", referralId=case.referral_id)
        offer = await bank_a.write("make_offer", referralId=case.referral_id, terms=OFFER)
    assert contact["code"] == offer["code"] == "CONSENT_REQUIRED"


OFFERS = [
    ({"amountFen": 0}, "LOAN_TERM_OUT_OF_RANGE", "amountFen"),
    ({"amountFen": -1}, "LOAN_TERM_OUT_OF_RANGE", "amountFen"),
    ({"amountFen": 2**53 - 1}, "LOAN_TERM_OUT_OF_RANGE", "amountFen"),
    ({"amountFen": 50_000_001}, "OFFER_ABOVE_REQUEST", "amountFen"),
    ({"termMonths": 0}, "LOAN_TERM_OUT_OF_RANGE", "termMonths"),
    ({"termMonths": 2**31 - 1}, "LOAN_TERM_OUT_OF_RANGE", "termMonths"),
    ({"termMonths": 37}, "OFFER_OUTSIDE_PRODUCT", "termMonths"),
    ({"rateBps": 379}, "OFFER_OUTSIDE_PRODUCT", "rateBps"),
    ({"validDays": 31}, "INVALID", "validDays"),
    ({"conditions": "长" * 501}, "INVALID", "conditions"),
]


async def test_figures_out_of_bounds(bank_a, case, admin):
    await case.accept()
    await case.consent()
    async with nothing_written(admin):
        for changes, code, field in OFFERS:
            refused = await bank_a.write(
                "make_offer", referralId=case.referral_id, terms={**OFFER, **changes}
            )
            assert (refused["code"], refused["field"]) == (code, field)


PRODUCTS = [
    ({"code": "x"}, "INVALID", "code"),
    ({"code": "P-1"}, "PRODUCT_CODE_TAKEN", "code"),
    ({"maxAmountFen": 900_000}, "INVALID", "maxAmountFen"),
    ({"minRateBps": -1}, "LOAN_TERM_OUT_OF_RANGE", "minRateBps"),
    ({"repaymentMethods": []}, "INVALID", "repaymentMethods"),
    ({"criteria": [{"criterion": "MOON_PHASE"}]}, "CRITERIA_INVALID", "criteria"),
    ({"criteria": ["MINIMUM_AGE_MONTHS"]}, "CRITERIA_INVALID", "criteria"),
    (
        {"criteria": [{"criterion": "MINIMUM_AGE_MONTHS", "months": 1}] * 41},
        "TOO_MANY_CRITERIA",
        "criteria",
    ),
]


async def test_terms_that_make_no_product(bank_a, admin):
    await bank_a.run("viewer")
    async with nothing_written(admin):
        for changes, code, field in PRODUCTS:
            refused = await bank_a.write("draft_product", terms={**TERMS, **changes})
            assert (refused["code"], refused["field"]) == (code, field)


async def test_a_published_product_is_not_edited(bank_a, admin):
    [edge] = (await bank_a.run("products", first=5))["edges"]
    async with nothing_written(admin):
        edited = await bank_a.write("edit_product", productId=edge["node"]["id"], terms=TERMS)
    assert edited["code"] == "STEP_NOT_POSSIBLE"


async def test_a_reason_that_says_nothing_needs_a_note(bank_a, case, admin):
    async with nothing_written(admin):
        refused = await bank_a.write(
            "decline_referral", referralId=case.referral_id, reason="OTHER_WITH_NOTE"
        )
    assert (refused["code"], refused["field"]) == ("INVALID", "note")


async def test_in_queries_a_refusal_is_an_error_with_its_code(bank_a):
    document = "query ($terms: OfferTermsInput!) { offerPreview(terms: $terms) { totalCostFen } }"
    body = await bank_a.answer(document, terms={**OFFER, "termMonths": 361})
    assert body["data"] is None
    [error] = body["errors"]
    assert error["path"] == ["offerPreview"]
    assert error["message"] == "贷款期限应为 1 至 360 个月"
    extensions = error["extensions"]
    assert extensions.pop("requestId")
    assert extensions == {
        "code": "LOAN_TERM_OUT_OF_RANGE",
        "messageZh": "贷款期限应为 1 至 360 个月",
        "messageEn": "The term must be 1 to 360 months",
        "retryable": False,
        "field": "termMonths",
    }
