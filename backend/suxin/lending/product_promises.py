"""What a published product promises, against what an offer on it would charge and ask for."""

from typing import Protocol

from suxin.kernel.money import format_wan
from suxin.lending.models import LoanProduct
from suxin.lending.repayment import Fees
from suxin.lending.terms import GuaranteeMode, RepaymentMethod


class Offered(Protocol):
    """The terms of an offer that a product bounds."""

    @property
    def amount_fen(self) -> int:
        """The principal."""

    @property
    def term_months(self) -> int:
        """The term."""

    @property
    def rate_bps(self) -> int:
        """The nominal rate a year."""

    @property
    def fees(self) -> Fees:
        """The fees charged before drawdown."""

    @property
    def repayment_method(self) -> RepaymentMethod:
        """How it is repaid."""

    @property
    def guarantee(self) -> GuaranteeMode:
        """How it is secured."""


def broken_promise(product: LoanProduct, terms: Offered) -> tuple[str, str] | None:
    """Return the first field of the terms outside what the product publishes, with the bound in words."""
    low, high = format_wan(product.min_amount_fen), format_wan(product.max_amount_fen)
    fee_fen = Fees(product.upfront_fee_bps, product.upfront_fee_fen).upfront_of(terms.amount_fen)
    promises = (
        (
            "rateBps",
            product.min_rate_bps <= terms.rate_bps <= product.max_rate_bps,
            f"{product.min_rate_bps / 100:.2f}%–{product.max_rate_bps / 100:.2f}%",
        ),
        (
            "amountFen",
            product.min_amount_fen <= terms.amount_fen <= product.max_amount_fen,
            f"{low}–{high}",
        ),
        (
            "termMonths",
            product.min_term_months <= terms.term_months <= product.max_term_months,
            f"{product.min_term_months}–{product.max_term_months} 个月",
        ),
        (
            "upfrontFeeFen",
            terms.fees.upfront_of(terms.amount_fen) <= fee_fen,
            format_wan(fee_fen),
        ),
        (
            "repaymentMethod",
            terms.repayment_method.value in product.repayment_methods,
            "、".join(RepaymentMethod.coded(code).zh for code in product.repayment_methods),
        ),
        (
            "guarantee",
            terms.guarantee.value in product.guarantee_modes,
            "、".join(GuaranteeMode.coded(code).zh for code in product.guarantee_modes),
        ),
    )
    return next(((field, bound) for field, kept, bound in promises if not kept), None)
