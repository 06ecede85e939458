"""The product form: what it begins with, and how what was typed becomes a draft."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from suxin.lending.criteria import parse_criteria
from suxin.lending.models import LoanProduct
from suxin.lending.product_terms import ProductDraft
from suxin.lending.terms import GuaranteeMode, RepaymentMethod
from suxin_tenants.bank.criteria_form import Row, criteria_typed, rows_stored, rows_typed
from suxin_tenants.forms import Form, percent_text, wan_text, yuan_text

TEXT_FIELDS: Final = (
    "code",
    "name",
    "summary",
    "minAmount",
    "maxAmount",
    "minTermMonths",
    "maxTermMonths",
    "minRate",
    "maxRate",
    "upfrontFeeRate",
    "upfrontFee",
    "coolingOffDays",
)
LIST_FIELDS: Final = (
    "repaymentMethods",
    "guaranteeModes",
    "preferredAreas",
    "preferredIndustries",
    "firstLoanFriendly",
)
FIELDS: Final = (*TEXT_FIELDS, *LIST_FIELDS, "criteria")
FIELD_NAMES: Final[Mapping[str, str]] = {
    "minAmountFen": "minAmount",
    "maxAmountFen": "maxAmount",
    "minRateBps": "minRate",
    "maxRateBps": "maxRate",
    "upfrontFeeBps": "upfrontFeeRate",
    "upfrontFeeFen": "upfrontFee",
}
"""The form's names of the fields that the command calls otherwise."""


class ProductValues(msgspec.Struct, frozen=True):
    """What the form shows: texts, ticked choices, and the rows of criteria."""

    texts: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    rows: list[Row]


def empty_values() -> ProductValues:
    """Return what the form of a new product begins with."""
    texts = dict.fromkeys(TEXT_FIELDS, "")
    texts |= {"upfrontFeeRate": "0.00", "upfrontFee": "0", "coolingOffDays": "3"}
    lists: dict[str, tuple[str, ...]] = dict.fromkeys(LIST_FIELDS, ())
    lists |= {
        "repaymentMethods": (RepaymentMethod.EQUAL_INSTALMENT.value,),
        "guaranteeModes": (GuaranteeMode.CREDIT.value,),
    }
    return ProductValues(texts, lists, [])


def stored_values(product: LoanProduct) -> ProductValues:
    """Return the form of a stored product."""
    texts = {
        "code": product.code,
        "name": product.name,
        "summary": product.summary,
        "minAmount": wan_text(product.min_amount_fen),
        "maxAmount": wan_text(product.max_amount_fen),
        "minTermMonths": str(product.min_term_months),
        "maxTermMonths": str(product.max_term_months),
        "minRate": percent_text(product.min_rate_bps),
        "maxRate": percent_text(product.max_rate_bps),
        "upfrontFeeRate": percent_text(product.upfront_fee_bps),
        "upfrontFee": yuan_text(product.upfront_fee_fen),
        "coolingOffDays": str(product.cooling_off_days),
    }
    lists = {
        "repaymentMethods": tuple(product.repayment_methods),
        "guaranteeModes": tuple(product.guarantee_modes),
        "preferredAreas": tuple(product.preferred_areas),
        "preferredIndustries": tuple(product.preferred_industries),
        "firstLoanFriendly": ("yes",) if product.first_loan_friendly else (),
    }
    return ProductValues(texts, lists, rows_stored(parse_criteria(product.criteria)))


def typed_values(form: Form) -> ProductValues:
    """Return what was typed, to be shown again."""
    return ProductValues(
        {name: form.text(name) for name in TEXT_FIELDS},
        {name: form.texts(name) for name in LIST_FIELDS},
        rows_typed(form),
    )


def draft_typed(form: Form, counties: Mapping[str, str]) -> ProductDraft | None:
    """Return the draft that was typed; nothing, with the form's errors set, where a field cannot be read."""
    form.require("name", "code")
    for listed in ("repaymentMethods", "guaranteeModes"):
        if not form.texts(listed):
            form.fail(listed, "请至少选择一项")
    figures: dict[str, Any] = {
        "min_amount_fen": form.wan("minAmount"),
        "max_amount_fen": form.wan("maxAmount"),
        "min_term_months": form.whole("minTermMonths"),
        "max_term_months": form.whole("maxTermMonths"),
        "min_rate_bps": form.percent("minRate"),
        "max_rate_bps": form.percent("maxRate"),
        "upfront_fee_bps": form.percent("upfrontFeeRate"),
        "upfront_fee_fen": form.yuan("upfrontFee"),
        "cooling_off_days": form.whole("coolingOffDays"),
    }
    draft = ProductDraft(
        code=form.text("code"),
        name=form.text("name"),
        summary=form.text("summary"),
        repayment_methods=form.choices("repaymentMethods", RepaymentMethod),
        guarantee_modes=form.choices("guaranteeModes", GuaranteeMode),
        preferred_areas=form.texts("preferredAreas"),
        preferred_industries=form.texts("preferredIndustries"),
        first_loan_friendly=form.checked("firstLoanFriendly"),
        criteria=criteria_typed(form, counties),
        **figures,
    )
    return None if form.errors else draft
