"""Every number that a caller may send has a named maximum: one more is refused by name, and a new number needs a row."""

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
)

from suxin.grid.rules import MAX_TIMES
from suxin.kernel.money import MAX_AMOUNT_FEN as MAX_MONEY_FEN
from suxin.lending.commands.offers import MAX_VALID_DAYS
from suxin.lending.guarantees.asking import MAX_SHARE_BPS
from suxin.lending.product_terms import MAX_COOLING_OFF_DAYS
from suxin.lending.repayment import MAX_PRINCIPAL_FEN, MAX_UPFRONT_FEE_BPS, MAX_UPFRONT_FEE_FEN
from suxin.lending.terms import MAX_AMOUNT_FEN, MAX_RATE_BPS, MAX_TERM_MONTHS
from suxin.perks.drafts import MAX_LIMIT, MAX_PARTY, MAX_STOCK
from suxin.perks.orders.rules import MAX_COUNT
from suxin.tenancy.providers.models import MAX_AGE_MINUTES
from suxin_graphql.paging import MAX_PAGE
from suxin_graphql.schema import schema

GRAPHQL = schema._schema
NUMBERS = {"Int", "Fen"}
LARGEST = {False: 2**31 - 1, True: 2**53 - 1}
OFFER = {
    "amountFen": MAX_AMOUNT_FEN,
    "termMonths": MAX_TERM_MONTHS,
    "rateBps": MAX_RATE_BPS,
    "upfrontFeeBps": MAX_UPFRONT_FEE_BPS,
    "upfrontFeeFen": MAX_UPFRONT_FEE_FEN,
    "coolingOffDays": MAX_COOLING_OFF_DAYS,
    "validDays": MAX_VALID_DAYS,
}
PRODUCT = {
    "minAmountFen": MAX_AMOUNT_FEN,
    "maxAmountFen": MAX_AMOUNT_FEN,
    "minTermMonths": MAX_TERM_MONTHS,
    "maxTermMonths": MAX_TERM_MONTHS,
    "minRateBps": MAX_RATE_BPS,
    "maxRateBps": MAX_RATE_BPS,
    "upfrontFeeBps": MAX_UPFRONT_FEE_BPS,
    "upfrontFeeFen": MAX_UPFRONT_FEE_FEN,
    "coolingOffDays": MAX_COOLING_OFF_DAYS,
}
# ``test_loans`` sends more.
LOANS = {
    "DrawDownInput.amountFen": MAX_AMOUNT_FEN,
    "RenewLoanInput.rateBps": MAX_RATE_BPS,
    "RenewLoanInput.termMonths": MAX_TERM_MONTHS,
    **{
        f"RepaymentInput.{name}Fen": MAX_PRINCIPAL_FEN
        for name in ("amount", "principal", "interest", "fee")
    },
}
# ``test_claims`` sends more.
CLAIMS = {
    "DraftClaimInput.depositFen": MAX_MONEY_FEN,
    "ReportRecoveryInput.receivedFen": MAX_MONEY_FEN,
    "ReportRecoveryInput.costFen": MAX_MONEY_FEN,
}
# ``test_guarantees`` and ``test_guarantor_parts`` send more.
GUARANTEES = {
    "RequestGuaranteeInput.shareBps": MAX_SHARE_BPS,
    "NoteGuarantorPaymentInput.amountFen": MAX_MONEY_FEN,
    "ConfirmGuarantorTransferInput.amountFen": MAX_MONEY_FEN,
}
PROGRAMME = {
    "personDaily": MAX_LIMIT,
    "personTotal": MAX_LIMIT,
    "daily": MAX_LIMIT,
    "stock": MAX_STOCK,
    "budgetFen": MAX_MONEY_FEN,
}
# A programme bounds them, and what was granted.
REDEEMED = {
    "HoldPerkRedemptionInput.persons": MAX_PARTY,
    "HoldPerkRedemptionByCodeInput.persons": MAX_PARTY,
    "CompletePerkRedemptionInput.uses": MAX_PARTY * MAX_LIMIT,
}
# ``tests/perks/test_order_rules`` sends more: an amount is bounded by the order's own ceiling.
ORDERS = {
    "CreateServiceOrderInput.riskFundFen": MAX_MONEY_FEN,
    "RefundServiceOrderInput.amountFen": MAX_MONEY_FEN,
    "ServiceOrderLineInput.amountFen": MAX_MONEY_FEN,
    "ServiceOrderLineInput.count": MAX_COUNT,
}
# ``test_perks`` sends more.
PERKS = {
    "DraftPerkProgrammeInput.personDaily": MAX_LIMIT,
    "DraftPerkProgrammeInput.personTotal": MAX_LIMIT,
    "DraftPerkProgrammeInput.daily": MAX_LIMIT,
    "DraftPerkProgrammeInput.stock": MAX_STOCK,
    "DraftPerkProgrammeInput.budgetFen": MAX_MONEY_FEN,
    "HoldPerkRedemptionInput.persons": MAX_PARTY,
    "CompletePerkRedemptionInput.uses": MAX_LIMIT,
}
# ``test_points`` sends more.
POINTS = {"RecordPointClaimInput.times": MAX_TIMES}
MAXIMA = {
    **POINTS,
    **GUARANTEES,
    **{f"OfferTermsInput.{name}": most for name, most in OFFER.items()},
    **{f"ProductTermsInput.{name}": most for name, most in PRODUCT.items()},
    "SetIdentityProviderInput.maxAgeMinutes": MAX_AGE_MINUTES,
    **LOANS,
    **CLAIMS,
    **{f"DraftPerkProgrammeInput.{name}": most for name, most in PROGRAMME.items()},
    **REDEEMED,
    **ORDERS,
    **PERKS,
}
NARROWED = {
    f"RequestConsentInput.{name}" for name in ("lifeDays", "rangeMonths", "retentionDays")
} | {"FrequencyInput.times"}
"""Numbers that are cut to a purpose's limits, which the answer says: ``test_consent_requests`` sends the largest."""

COMPARED = {"FenRange.gte", "FenRange.lt"}
"""Numbers that are only compared with what is stored: as large as their type takes them, and they cost nothing."""

TERMS = {
    "amountFen": 40_000_000,
    "termMonths": 12,
    "rateBps": 435,
    "repaymentMethod": "EQUAL_INSTALMENT",
    "guarantee": "CREDIT",
}
DRAFT = {
    "code": "HN-1",
    "name": "惠农贷",
    "minAmountFen": 1_000_000,
    "maxAmountFen": 2_000_000,
    "minTermMonths": 6,
    "maxTermMonths": 24,
    "minRateBps": 365,
    "maxRateBps": 480,
    "repaymentMethods": ["BULLET"],
    "guaranteeModes": ["CREDIT"],
}
PREVIEW = "query ($terms: OfferTermsInput!) { offerPreview(terms: $terms) { totalCostFen } }"
DRAFTED = """mutation ($input: DraftProductInput!) { draftProduct(input: $input) {
  __typename ... on Refusal { code field } } }"""


def test_every_number_has_a_row():
    found = {
        f"{kind.name}.{name}"
        for kind in GRAPHQL.type_map.values()
        if isinstance(kind, GraphQLInputObjectType)
        for name, field in kind.fields.items()
        if get_named_type(field.type).name in NUMBERS
    }
    assert found == {*MAXIMA, *NARROWED, *COMPARED}


def test_every_other_number_is_the_size_of_a_page():
    """Which is checked before anything is executed: ``test_limits``."""
    found = {
        argument
        for kind in GRAPHQL.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for field in kind.fields.values()
        for argument, described in field.args.items()
        if get_named_type(described.type).name in NUMBERS
    }
    assert found == {"first"}
    assert MAX_PAGE == 100


@pytest.mark.parametrize("name", OFFER)
async def test_the_terms_of_an_offer(bank_a, name):
    for value in (OFFER[name] + 1, LARGEST[name.endswith("Fen")], -1):
        body = await bank_a.answer(PREVIEW, terms={**TERMS, name: value})
        assert body["data"] is None
        (error,) = body["errors"]
        assert error["extensions"]["code"] in {"LOAN_TERM_OUT_OF_RANGE", "INVALID"}
        assert error["extensions"]["field"] == name


@pytest.mark.parametrize("name", PRODUCT)
async def test_the_terms_of_a_product(bank_a, name):
    for number, value in enumerate((PRODUCT[name] + 1, LARGEST[name.endswith("Fen")], -1)):
        given = {"terms": {**DRAFT, name: value}, "idempotencyKey": f"number-{name}-{number}"}
        done = (await bank_a.data(DRAFTED, input=given))["draftProduct"]
        assert done["code"] in {"LOAN_TERM_OUT_OF_RANGE", "INVALID"}
        assert done["field"] == name


async def test_the_numbers_of_a_programme(shop):
    given = {
        "scenarioCode": "tour.ticket",
        "startsOn": "2026-11-20",
        "endsBefore": "2027-11-20",
        "funderName": "某超市",
    }
    for name, most in PROGRAMME.items():
        for value in (most + 1, LARGEST[name in {"stock", "budgetFen"}], -1):
            done = await shop.write("draft_perk_programme", **{**given, name: value})
            assert (done["code"], done["field"]) == ("INVALID", name), value


async def test_the_numbers_of_a_redemption(shop):
    programme = (
        await shop.write(
            "draft_perk_programme",
            scenarioCode="tour.ticket",
            startsOn="2026-11-20",
            endsBefore="2027-11-20",
            funderName="某超市",
        )
    )["programme"]["id"]
    await shop.write("publish_perk_programme", programmeId=programme)
    for persons in (LARGEST[False], -1, 0):
        empty = await shop.write("hold_perk_redemption", programmeId=programme, persons=persons)
        assert empty["code"] == "PERK_GROUP_TOO_LARGE"
    held = (await shop.write("hold_perk_redemption", programmeId=programme))["redemption"]["id"]
    await shop.write("grant_perk_redemption", redemptionId=held)
    for uses in (LARGEST[False], -1):
        done = await shop.write("complete_perk_redemption", redemptionId=held, uses=uses)
        assert done["code"] == "PERK_USES_EXCEEDED"
