"""What a bank sends: the inputs of lending's mutations."""

from typing import Any

import strawberry
from strawberry.scalars import JSON

from suxin.lending.commands.offers import OfferTerms
from suxin.lending.product_terms import ProductDraft
from suxin.lending.terms import DeclineReason, GuaranteeMode, RepaymentMethod
from suxin_graphql.payloads import idempotency_key
from suxin_graphql.scalars import Fen


@strawberry.input(description="报价条件。The terms of an offer; rates and fees in basis points.")
class OfferTermsInput:
    """The terms of an offer."""

    amount_fen: Fen
    term_months: int
    rate_bps: int
    repayment_method: RepaymentMethod
    guarantee: GuaranteeMode
    upfront_fee_bps: int = 0
    upfront_fee_fen: Fen = Fen(0)
    cooling_off_days: int = 3
    valid_days: int = 7
    conditions: str = ""

    def terms(self) -> OfferTerms:
        """Return the terms as the core takes them."""
        return OfferTerms(**vars(self))


@strawberry.input(description="产品条款。Everything a bank decides about a product.")
class ProductTermsInput:
    """Everything a bank decides about a product."""

    code: str
    name: str
    summary: str = ""
    min_amount_fen: Fen
    max_amount_fen: Fen
    min_term_months: int
    max_term_months: int
    min_rate_bps: int
    max_rate_bps: int
    upfront_fee_bps: int = 0
    upfront_fee_fen: Fen = Fen(0)
    repayment_methods: list[RepaymentMethod]
    guarantee_modes: list[GuaranteeMode]
    preferred_areas: list[str] = strawberry.field(default_factory=list)
    preferred_industries: list[str] = strawberry.field(default_factory=list)
    first_loan_friendly: bool = False
    cooling_off_days: int = 3
    criteria: list[JSON] = strawberry.field(
        default_factory=list,
        description='结构化准入条件，如 {criterion: "MINIMUM_AGE_MONTHS", months: 12}。'
        "Eligibility criteria, each an object that names its kind under `criterion`.",
    )

    def draft(self) -> ProductDraft:
        """Return the draft as the core takes it."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in vars(self).items()
        }
        return ProductDraft(**values)


@strawberry.input(description="受理。Which referral to accept.")
class AcceptReferralInput:
    """Which referral to accept."""

    referral_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="抢单。Which lead of the open pool to claim.")
class ClaimLeadInput:
    """Which lead of the open pool to claim."""

    lead_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="登记联系。Whose applicant was contacted.")
class RecordContactInput:
    """Whose applicant was contacted."""

    referral_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="开始尽调。Which application the bank now examines.")
class StartDueDiligenceInput:
    """Which application the bank now examines."""

    referral_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="不予受理。Which referral to decline, and why.")
class DeclineReferralInput:
    """Which referral to decline, and why."""

    referral_id: strawberry.ID
    reason: DeclineReason
    note: str | None = strawberry.field(
        default=None,
        description="原因说明，最多 300 字。Words for the applicant; one reason needs them.",
    )
    idempotency_key: str = idempotency_key()


@strawberry.input(description="报价。What to offer on which referral.")
class MakeOfferInput:
    """What to offer on which referral."""

    referral_id: strawberry.ID
    terms: OfferTermsInput
    idempotency_key: str = idempotency_key()


@strawberry.input(description="撤回报价。Which offer to take back.")
class WithdrawOfferInput:
    """Which offer to take back."""

    offer_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="起草产品。A new draft.")
class DraftProductInput:
    """A new draft."""

    terms: ProductTermsInput
    replaces_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="将被替换的已发布产品。The published product that it takes the place of when published.",
    )
    idempotency_key: str = idempotency_key()


@strawberry.input(description="修改草稿。Which draft to change, and into what.")
class EditProductInput:
    """Which draft to change, and into what."""

    product_id: strawberry.ID
    terms: ProductTermsInput
    idempotency_key: str = idempotency_key()


@strawberry.input(description="发布产品。Which draft to offer to applicants.")
class PublishProductInput:
    """Which draft to offer to applicants."""

    product_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="下架产品。Which product to take off.")
class RetireProductInput:
    """Which product to take off."""

    product_id: strawberry.ID
    idempotency_key: str = idempotency_key()
