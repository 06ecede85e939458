"""Lending in the schema: products, leads, referrals and offers, with how each is read."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import strawberry
from strawberry.scalars import JSON

from suxin.lending import models, policies
from suxin.lending.criteria import MAX_CRITERIA, parse_criteria
from suxin.lending.exchange import models as exchange_models
from suxin.lending.industries import industry_name_en, industry_name_zh
from suxin.lending.leads import ALL_INDUSTRIES, ANY_KIND, AmountBand, TermBand
from suxin.lending.models import DispatchMode, OfferState, ProductStatus, ReferralState
from suxin.lending.queries.products import own_products
from suxin.lending.queries.referrals import (
    leads_shown,
    next_due,
    offers_in_reach,
    own_offers,
    referrals_in_reach,
)
from suxin.lending.replays import models as replay_models
from suxin.lending.terms import (
    ApplicantKind,
    DeclineReason,
    GuaranteeMode,
    LoanPurpose,
    RepaymentMethod,
)
from suxin_graphql.applicants import Applicant, tell_applicant
from suxin_graphql.context import Context, Info
from suxin_graphql.exchange_types import (
    Exchange,
    MaterialRequest,
    MaterialRequestFilter,
    MaterialRequestOrder,
    tell_exchange,
)
from suxin_graphql.execution.records import (
    Source,
    Told,
    ToMany,
    column,
    read_field,
    to_many,
    to_one,
)
from suxin_graphql.lending_filters import OfferFilter
from suxin_graphql.lending_orderings import OfferOrder
from suxin_graphql.node import Node, global_id
from suxin_graphql.paging import FILTER, Connection
from suxin_graphql.places import Area
from suxin_graphql.replay_types import ProductReplay, ProductReplayFilter, ProductReplayOrder
from suxin_graphql.scalars import Fen


@strawberry.type(description="准入条件。One eligibility criterion of a product.")
class EligibilityCriterion:
    """One eligibility criterion of a product."""

    code: str
    terms: JSON = strawberry.field(description="结构化条件。The criterion as it is stored.")
    requirement_zh: str
    requirement_en: str


def _criteria(stored: Any, _: Context) -> list[EligibilityCriterion]:  # noqa: ANN401 - a JSON column
    found = []
    for plain, criterion in zip(stored, parse_criteria(stored), strict=True):
        words = criterion.requirement()
        found.append(
            EligibilityCriterion(
                code=criterion.code,
                terms=plain,
                requirement_zh=words.zh,
                requirement_en=words.en,
            )
        )
    return found


@strawberry.type(description="贷款产品。A loan product of this bank.")
class LoanProduct(Node):
    """A loan product of the caller's bank."""

    __model__: ClassVar = models.LoanProduct
    __source__: ClassVar = Source(
        lambda actor: own_products(actor).order_by(None),
        models.LoanProduct.id,
        policies.PRODUCT_READ,
    )

    id: strawberry.ID = global_id("LoanProduct")
    code: str
    version: int
    draft_of: "LoanProduct | None" = to_one(lambda: LoanProduct, "draft_of")
    status: ProductStatus
    name: str
    summary: str
    min_amount_fen: Fen
    max_amount_fen: Fen
    min_term_months: int
    max_term_months: int
    min_rate_bps: int
    max_rate_bps: int
    upfront_fee_bps: int
    upfront_fee_fen: Fen
    repayment_methods: list[RepaymentMethod]
    guarantee_modes: list[GuaranteeMode]
    preferred_areas: list[str]
    preferred_industries: list[str]
    first_loan_friendly: bool
    cooling_off_days: int
    criteria: list[EligibilityCriterion] = column(convert=_criteria, items=MAX_CRITERIA)
    updated_at: datetime
    published_at: datetime | None

    @to_many(
        ToMany(lambda: ProductReplay, "id", replay_models.ProductReplay.product_id),
        description="以上一季度申请回放该草稿的结果，新的在前。"
        "What came of replaying the draft over the last quarter's requests, newest first.",
    )
    def replays(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        where: Annotated[ProductReplayFilter | None, FILTER] = None,
        order_by: ProductReplayOrder = ProductReplayOrder.NEWEST,
    ) -> Connection[ProductReplay]:
        """Declare the page of a product's replays."""
        raise NotImplementedError


def _applicant_kind(stored: str) -> str | None:
    return None if stored == ANY_KIND else stored


def _industry_zh(section: str) -> str | None:
    return None if section == ALL_INDUSTRIES else industry_name_zh(section)


def _industry_en(section: str) -> str | None:
    return None if section == ALL_INDUSTRIES else industry_name_en(section)


@strawberry.type(
    description="匿名线索：至少五个主体符合其描述。"
    "An anonymous lead: at least five subjects of the city could be behind it."
)
class Lead(Node):
    """An anonymous lead."""

    __model__: ClassVar = models.Lead
    __source__: ClassVar = Source(leads_shown, models.Lead.id, policies.REFERRAL_READ)

    id: strawberry.ID = global_id("Lead")
    number: str
    applicant_kind: ApplicantKind | None = column(
        lambda: models.Lead.subject_kind,
        words=_applicant_kind,
        description="空表示不披露。Nothing where showing it would narrow who it may be.",
    )
    county_code: str
    county: Area | None = to_one(lambda: Area, "county_code")
    industry_section: str = strawberry.field(
        description="行业门类代码，ALL 表示不披露。The section of GB/T 4754, or ALL."
    )
    industry_zh: str | None = column(lambda: models.Lead.industry_section, words=_industry_zh)
    industry_en: str | None = column(lambda: models.Lead.industry_section, words=_industry_en)
    amount_band: AmountBand
    term_band: TermBand
    grade: str
    purpose: LoanPurpose
    guarantee: GuaranteeMode
    first_loan: bool | None
    pool_open: bool
    created_at: datetime
    closes_at: datetime


@strawberry.type(
    description="对接申请：一条线索推送给一家银行。One lead dispatched to this bank, with its clocks."
)
class Referral(Node):
    """One lead dispatched to the caller's bank."""

    __model__: ClassVar = models.Referral
    __source__: ClassVar = Source(
        referrals_in_reach,
        models.Referral.id,
        policies.REFERRAL_READ,
    )

    id: strawberry.ID = global_id("Referral")
    state: ReferralState
    mode: DispatchMode
    lead: Lead = to_one(lambda: Lead, "lead_id")
    product: LoanProduct | None = to_one(lambda: LoanProduct, "product_id")
    applicant: Applicant | None = read_field(
        Told(lambda: Applicant, tell_applicant, needs=("id",)),
        description="申请人及其授权的信息；没有有效授权或合同时为空，每次查阅都会记录并向申请人公开。"
        "Who is behind it and what he lets this bank see; nothing without a live consent or contract."
        " Each read leaves a receipt.",
    )

    @to_many(
        ToMany(lambda: Offer, "id", models.Offer.referral_id, within=own_offers),
        description="本行对该申请的报价，新的在前。This bank's offers on it, newest first.",
    )
    def offers(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        where: Annotated[OfferFilter | None, FILTER] = None,
        order_by: OfferOrder = OfferOrder.NEWEST,
    ) -> Connection["Offer"]:
        """Declare the page of a referral's offers."""
        raise NotImplementedError

    @to_many(
        ToMany(lambda: MaterialRequest, "id", exchange_models.MaterialRequest.referral_id),
        description="本行要求申请人补充的材料，新的在前。What this bank asked the applicant for besides, newest first.",
    )
    def material_requests(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        where: Annotated[MaterialRequestFilter | None, FILTER] = None,
        order_by: MaterialRequestOrder = MaterialRequestOrder.NEWEST,
    ) -> Connection[MaterialRequest]:
        """Declare the page of what the bank asked for."""
        raise NotImplementedError

    exchange: Exchange | None = read_field(
        Told(lambda: Exchange, tell_exchange, needs=("id",)),
        description="与申请人之间的材料与消息；没有有效授权或合同时为空。"
        "Files and messages; nothing without a live consent or contract.",
    )
    dispatched_at: datetime
    accept_by: datetime
    contact_by: datetime
    decide_by: datetime
    next_due_at: datetime = column(
        lambda: next_due().label("next_due_at"),
        description="当前环节的截止时间。When the present step falls due.",
    )
    deadlines_provisional: bool
    accepted_at: datetime | None
    consented_at: datetime | None
    contacted_at: datetime | None
    decided_at: datetime | None
    decline_reason: DeclineReason | None
    decline_note: str | None
    reminders: int
    escalations: int


@strawberry.type(description="报价。This bank's offer, with what it costs in full.")
class Offer(Node):
    """An offer of the caller's bank."""

    __model__: ClassVar = models.Offer
    __source__: ClassVar = Source(offers_in_reach, models.Offer.id, policies.REFERRAL_READ)

    id: strawberry.ID = global_id("Offer")
    state: OfferState
    referral: Referral = to_one(lambda: Referral, "referral_id")
    amount_fen: Fen
    term_months: int
    rate_bps: int
    upfront_fee_bps: int
    upfront_fee_fen: Fen
    repayment_method: RepaymentMethod
    guarantee: GuaranteeMode
    monthly_payment_fen: Fen
    total_interest_fen: Fen
    total_fees_fen: Fen
    total_cost_fen: Fen
    annualised_rate_bps: int
    cooling_off_days: int
    conditions: str
    made_at: datetime
    valid_until: datetime
    decided_at: datetime | None
