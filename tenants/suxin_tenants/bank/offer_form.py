"""The offer form: what it begins with, and how what was typed becomes an offer's terms."""

from collections.abc import Mapping
from typing import Final

from suxin.lending.commands.offers import OfferTerms
from suxin.lending.models import LoanProduct, LoanRequest
from suxin.lending.terms import GuaranteeMode, RepaymentMethod
from suxin_tenants.forms import Form, percent_text, wan_text, yuan_text

FIELDS: Final = (
    "amount",
    "termMonths",
    "rate",
    "repaymentMethod",
    "guarantee",
    "upfrontFeeRate",
    "upfrontFee",
    "coolingOffDays",
    "validDays",
    "conditions",
)
FIELD_NAMES: Final[Mapping[str, str]] = {
    "amountFen": "amount",
    "principalFen": "amount",
    "rateBps": "rate",
    "upfrontFeeBps": "upfrontFeeRate",
    "upfrontFeeFen": "upfrontFee",
}
"""The form's names of the fields that the command calls otherwise."""

DEFAULT_VALID_DAYS: Final = 7


def first_values(request: LoanRequest, product: LoanProduct | None) -> dict[str, str]:
    """Return what the form begins with: the request as asked, within the referred product's terms.

    The rate is the product's highest, which is also what the match reckoned with.
    """
    values = {
        "amount": wan_text(request.amount_fen),
        "termMonths": str(request.term_months),
        "rate": "",
        "repaymentMethod": request.repayment_method.value,
        "guarantee": request.guarantee.value,
        "upfrontFeeRate": "0.00",
        "upfrontFee": "0",
        "coolingOffDays": "3",
        "validDays": str(DEFAULT_VALID_DAYS),
        "conditions": "",
    }
    if product is None:
        return values
    if values["repaymentMethod"] not in product.repayment_methods:
        values["repaymentMethod"] = product.repayment_methods[0]
    return values | {
        "amount": wan_text(min(request.amount_fen, product.max_amount_fen)),
        "termMonths": str(min(request.term_months, product.max_term_months)),
        "rate": percent_text(product.max_rate_bps),
        "upfrontFeeRate": percent_text(product.upfront_fee_bps),
        "upfrontFee": yuan_text(product.upfront_fee_fen),
        "coolingOffDays": str(product.cooling_off_days),
    }


def typed_values(form: Form) -> dict[str, str]:
    """Return what was typed, to be shown again."""
    return {name: form.text(name) for name in FIELDS}


def terms_typed(form: Form) -> OfferTerms | None:
    """Return the terms that were typed; nothing, with the form's errors set, where a field cannot be read."""
    method = form.choice("repaymentMethod", RepaymentMethod)
    guarantee = form.choice("guarantee", GuaranteeMode)
    amount_fen, term_months = form.wan("amount"), form.whole("termMonths")
    rate_bps = form.percent("rate")
    fee_bps, fee_fen = form.percent("upfrontFeeRate"), form.yuan("upfrontFee")
    cooling_off_days, valid_days = form.whole("coolingOffDays"), form.whole("validDays")
    if form.errors or method is None or guarantee is None:
        return None
    return OfferTerms(
        amount_fen=amount_fen,
        term_months=term_months,
        rate_bps=rate_bps,
        repayment_method=method,
        guarantee=guarantee,
        upfront_fee_bps=fee_bps,
        upfront_fee_fen=fee_fen,
        cooling_off_days=cooling_off_days,
        valid_days=valid_days,
        conditions=form.text("conditions"),
    )
