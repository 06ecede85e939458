"""The filters of lending's lists: which columns a bank's system may narrow them by."""

from typing import ClassVar

import strawberry

from suxin.lending import models
from suxin.lending.models import OfferState, ProductStatus, ReferralState
from suxin_graphql.execution.filters import Choice, CodeChoice, DateTimeRange, FenRange, Filter


@strawberry.input(
    description="对接申请的筛选条件，同时满足。Which referrals; every given field must fit."
)
class ReferralFilter(Filter):
    """Which referrals."""

    __model__: ClassVar = models.Referral

    state: Choice[ReferralState] | None = None
    dispatched_at: DateTimeRange | None = None
    decide_by: DateTimeRange | None = None


@strawberry.input(
    description="公开线索的筛选条件，同时满足。Which leads of the pool; every given field must fit."
)
class LeadFilter(Filter):
    """Which leads of the open pool."""

    __model__: ClassVar = models.Lead

    county_code: CodeChoice | None = None
    industry_section: CodeChoice | None = None
    closes_at: DateTimeRange | None = None


@strawberry.input(description="报价的筛选条件，同时满足。Which offers; every given field must fit.")
class OfferFilter(Filter):
    """Which offers."""

    __model__: ClassVar = models.Offer

    state: Choice[OfferState] | None = None
    made_at: DateTimeRange | None = None
    valid_until: DateTimeRange | None = None
    amount_fen: FenRange | None = None


@strawberry.input(
    description="贷款产品的筛选条件，同时满足。Which products; every given field must fit."
)
class LoanProductFilter(Filter):
    """Which products."""

    __model__: ClassVar = models.LoanProduct

    status: Choice[ProductStatus] | None = None
    code: CodeChoice | None = None
