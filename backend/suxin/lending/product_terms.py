"""A product's terms: as a bank drafts them, as they are stored, as a match reads them."""

import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from suxin.kernel.refusals import Invalid
from suxin.lending.criteria import criteria_to_builtins, parse_criteria
from suxin.lending.criterion import MAX_LISTED
from suxin.lending.industries import is_section_or_division
from suxin.lending.matching import ProductTerms
from suxin.lending.models import LoanProduct
from suxin.lending.repayment import Fees, check_fees
from suxin.lending.terms import (
    GuaranteeMode,
    RepaymentMethod,
    check_amount_fen,
    check_rate_bps,
    check_term_months,
)

MAX_NAME: Final = 60
MAX_SUMMARY: Final = 500
MAX_COOLING_OFF_DAYS: Final = 30

_CHARACTERS: Final = ("个字", "characters")
_ENTRIES: Final = ("项", "entries")
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_COUNTY_OR_TOWN: Final = re.compile(r"[0-9]{6}(?:[0-9]{3})?", re.ASCII)


class ProductDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a bank decides about a product. Money in fen, rates and fees in basis points, terms in months."""

    code: str
    name: str
    summary: str = ""
    min_amount_fen: int
    max_amount_fen: int
    min_term_months: int
    max_term_months: int
    min_rate_bps: int
    max_rate_bps: int
    upfront_fee_bps: int = 0
    upfront_fee_fen: int = 0
    repayment_methods: tuple[RepaymentMethod, ...]
    guarantee_modes: tuple[GuaranteeMode, ...]
    preferred_areas: tuple[str, ...] = ()
    preferred_industries: tuple[str, ...] = ()
    first_loan_friendly: bool = False
    cooling_off_days: int = 3
    criteria: tuple[dict[str, Any], ...] = ()

    def columns(self) -> dict[str, Any]:
        """Return the values as the table stores them."""
        stored = msgspec.structs.asdict(self)
        stored["code"], stored["name"] = self.code.strip(), self.name.strip()
        stored["repayment_methods"] = [method.value for method in self.repayment_methods]
        stored["guarantee_modes"] = [mode.value for mode in self.guarantee_modes]
        stored["preferred_areas"] = list(self.preferred_areas)
        stored["preferred_industries"] = list(self.preferred_industries)
        stored["criteria"] = criteria_to_builtins(parse_criteria(list(self.criteria)))
        return stored


def check_draft(draft: ProductDraft) -> ProductDraft:
    """Refuse a draft whose terms contradict themselves or leave the platform's bounds; else return it.

    Whether the preferred areas exist is for the area tree to say; here they have the form of one.

    :raises Invalid: naming the field that is empty, too long, below its lower bound, no code or
        listed twice
    :raises LoanTermOutOfRange: naming the figure that is out of bounds
    :raises CriteriaInvalid: if a criterion is of no known kind or has an impossible threshold
    :raises TooManyCriteria: if there are too many
    """
    _check_words(draft)
    _check_codes(draft)
    check_amount_fen(draft.min_amount_fen, field="minAmountFen")
    check_amount_fen(draft.max_amount_fen, field="maxAmountFen")
    check_term_months(draft.min_term_months, field="minTermMonths")
    check_term_months(draft.max_term_months, field="maxTermMonths")
    check_rate_bps(draft.min_rate_bps, field="minRateBps")
    check_rate_bps(draft.max_rate_bps, field="maxRateBps")
    check_fees(Fees(draft.upfront_fee_bps, draft.upfront_fee_fen))
    _check_order(draft.min_amount_fen, draft.max_amount_fen, field="maxAmountFen")
    _check_order(draft.min_term_months, draft.max_term_months, field="maxTermMonths")
    _check_order(draft.min_rate_bps, draft.max_rate_bps, field="maxRateBps")
    if not 0 <= draft.cooling_off_days <= MAX_COOLING_OFF_DAYS:
        raise Invalid(
            field="coolingOffDays",
            reason_zh=f"应为 0 至 {MAX_COOLING_OFF_DAYS} 天",
            reason_en=f"must be 0 to {MAX_COOLING_OFF_DAYS} days",
        )
    parse_criteria(list(draft.criteria))
    return draft


def _check_words(draft: ProductDraft) -> None:
    _check_length("code", draft.code.strip(), 2, 32, _CHARACTERS)
    _check_length("name", draft.name.strip(), 2, MAX_NAME, _CHARACTERS)
    _check_length("summary", draft.summary, 0, MAX_SUMMARY, _CHARACTERS)
    _check_length("repaymentMethods", draft.repayment_methods, 1, len(RepaymentMethod), _ENTRIES)
    _check_length("guaranteeModes", draft.guarantee_modes, 1, len(GuaranteeMode), _ENTRIES)
    _check_length("preferredAreas", draft.preferred_areas, 0, MAX_LISTED, _ENTRIES)
    _check_length("preferredIndustries", draft.preferred_industries, 0, MAX_LISTED, _ENTRIES)


def _check_length(
    field: str, value: Sequence[str], lowest: int, highest: int, unit: tuple[str, str]
) -> None:
    if not lowest <= len(value) <= highest:
        raise Invalid(
            field=field,
            reason_zh=f"应为 {lowest} 至 {highest} {unit[0]}",
            reason_en=f"must be {lowest} to {highest} {unit[1]}",
        )


def _check_codes(draft: ProductDraft) -> None:
    if not _CODE.fullmatch(draft.code.strip()):
        raise Invalid(
            field="code",
            reason_zh="应由字母、数字和 . _ - 组成，以字母或数字开头",
            reason_en="it has letters, digits and . _ -, and begins with a letter or digit",
        )
    # Matching compares beginnings, and every area begins with an empty text.
    if not all(map(_COUNTY_OR_TOWN.fullmatch, draft.preferred_areas)):
        raise Invalid(
            field="preferredAreas",
            reason_zh="每一项应为县区（6 位）或乡镇（9 位）的区划代码",
            reason_en="each must be the code of a county (6 digits) or town (9)",
        )
    if not all(map(is_section_or_division, draft.preferred_industries)):
        raise Invalid(
            field="preferredIndustries",
            reason_zh="每一项应为行业门类（字母）或大类（2 位数字）的代码",
            reason_en="each must be the code of an industry section (a letter) or division (2 digits)",
        )
    _check_once(draft.repayment_methods, field="repaymentMethods")
    _check_once(draft.guarantee_modes, field="guaranteeModes")
    _check_once(draft.preferred_areas, field="preferredAreas")
    _check_once(draft.preferred_industries, field="preferredIndustries")


def _check_once(listed: Sequence[str], *, field: str) -> None:
    if len(set(listed)) != len(listed):
        raise Invalid(field=field, reason_zh="有重复项", reason_en="something is listed twice")


def _check_order(low: int, high: int, *, field: str) -> None:
    if high < low:
        raise Invalid(
            field=field,
            reason_zh="上限不能小于下限",
            reason_en="the upper bound is below the lower",
        )


def terms_of(product: LoanProduct) -> ProductTerms:
    """Return a stored product as a match reads it."""
    return ProductTerms(
        product_id=product.id,
        tenant_id=product.tenant_id,
        min_amount_fen=product.min_amount_fen,
        max_amount_fen=product.max_amount_fen,
        min_term_months=product.min_term_months,
        max_term_months=product.max_term_months,
        min_rate_bps=product.min_rate_bps,
        max_rate_bps=product.max_rate_bps,
        repayment_methods=tuple(RepaymentMethod.coded(code) for code in product.repayment_methods),
        guarantee_modes=tuple(GuaranteeMode.coded(code) for code in product.guarantee_modes),
        fees=Fees(product.upfront_fee_bps, product.upfront_fee_fen),
        criteria=parse_criteria(product.criteria),
        preferred_industries=tuple(product.preferred_industries),
        preferred_areas=tuple(product.preferred_areas),
        first_loan_friendly=product.first_loan_friendly,
    )


def terms_of_draft(draft: ProductDraft, *, product_id: UUID, tenant_id: UUID) -> ProductTerms:
    """Return a draft as a match would read it, for the officer's preview."""
    return ProductTerms(
        product_id=product_id,
        tenant_id=tenant_id,
        min_amount_fen=draft.min_amount_fen,
        max_amount_fen=draft.max_amount_fen,
        min_term_months=draft.min_term_months,
        max_term_months=draft.max_term_months,
        min_rate_bps=draft.min_rate_bps,
        max_rate_bps=draft.max_rate_bps,
        repayment_methods=draft.repayment_methods,
        guarantee_modes=draft.guarantee_modes,
        fees=Fees(draft.upfront_fee_bps, draft.upfront_fee_fen),
        criteria=parse_criteria(list(draft.criteria)),
        preferred_industries=draft.preferred_industries,
        preferred_areas=draft.preferred_areas,
        first_loan_friendly=draft.first_loan_friendly,
    )
