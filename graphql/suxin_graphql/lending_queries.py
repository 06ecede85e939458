"""What a bank reads: its counts, inbox, pool and products, and what an offer would cost."""

from datetime import date
from typing import Annotated, Final

import strawberry

from suxin.lending import policies
from suxin.lending.commands.offers import price
from suxin.lending.models import ReferralState
from suxin.lending.queries.products import own_products
from suxin.lending.queries.referrals import (
    inbox,
    inbox_counts,
    offers_in_reach,
    pool_leads,
    referrals_in_reach,
)
from suxin.lending.repayment import schedule
from suxin.lending.terms import MAX_TERM_MONTHS
from suxin_graphql.context import Info
from suxin_graphql.deprecations import deprecated
from suxin_graphql.execution.readings import Answer, OneOf, Page
from suxin_graphql.execution.statements import NOW, Statement
from suxin_graphql.execution.weights import COUNTED, of_items
from suxin_graphql.fields import query
from suxin_graphql.lending_filters import (
    LeadFilter,
    LoanProductFilter,
    OfferFilter,
    ReferralFilter,
)
from suxin_graphql.lending_inputs import OfferTermsInput
from suxin_graphql.lending_orderings import (
    LeadOrder,
    LoanProductOrder,
    OfferOrder,
    ReferralOrder,
)
from suxin_graphql.lending_types import Lead, LoanProduct, Offer, Referral
from suxin_graphql.node import own
from suxin_graphql.paging import FILTER, Connection
from suxin_graphql.scalars import Fen

_STATES: Final = strawberry.argument(
    deprecation_reason=deprecated(
        since=date(2026, 11, 29),
        until=date(2027, 12, 31),
        zh="改用 filter: {state: {in: [...]}}",
        en="use filter: {state: {in: [...]}}",
    )
)


@strawberry.type(description="待办数量。The numbers at the top of the inbox.")
class InboxCounts:
    """The numbers at the top of the inbox."""

    dispatched: int
    in_progress: int
    offered: int
    due_soon: int
    overdue: int
    pool: int


@strawberry.type(description="一期还款。What is due at the end of one month.")
class Instalment:
    """What is due at the end of one month."""

    number: int
    principal_fen: Fen
    interest_fen: Fen
    fee_fen: Fen
    total_fen: Fen


@strawberry.type(description="报价测算。What an offer would cost its borrower, annualised by IRR.")
class OfferPreview:
    """What an offer would cost its borrower."""

    monthly_payment_fen: Fen
    last_payment_fen: Fen
    total_interest_fen: Fen
    total_fees_fen: Fen
    total_cost_fen: Fen
    annualised_rate_bps: int
    effective_rate_bps: int
    instalments: list[Instalment]


@strawberry.type
class LendingQueries:
    """Queries of lending."""

    @query(
        policies.REFERRAL_READ,
        InboxCounts,
        weight=COUNTED,
        description="待办数量。The numbers of the inbox.",
    )
    def inbox_counts(self, info: Info) -> Answer:
        """Return the numbers of the inbox."""
        context = info.context
        return Answer(lambda session: inbox_counts(session, context.actor, now=context.world_now))

    @query(
        policies.REFERRAL_READ,
        Connection[Lead],
        description="公开线索池中可抢的线索。The leads of the open pool that may be claimed.",
    )
    def leads(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[LeadFilter | None, FILTER] = None,
        order_by: LeadOrder = LeadOrder.NEWEST,
    ) -> Page:
        """Return the leads that may be claimed."""
        statement = Statement(pool_leads, info.context.actor, now=NOW)
        return Page(
            type=Lead,
            statement=statement.where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        policies.REFERRAL_READ,
        Connection[Referral],
        description="本行的对接申请。This bank's referrals within the caller's reach.",
    )
    def referrals(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[ReferralFilter | None, FILTER] = None,
        order_by: ReferralOrder = ReferralOrder.NEWEST,
        states: Annotated[list[ReferralState] | None, _STATES] = None,
    ) -> Page:
        """Return the bank's referrals."""
        actor, waiting = info.context.actor, tuple(states or ())
        # Every referral has its lead, and whoever has the one sees the other: no lead is ever deleted.
        bare = None if waiting else Statement(referrals_in_reach, actor).where(where)
        return Page(
            type=Referral,
            statement=Statement(inbox, actor, states=waiting).where(where),
            bare=bare,
            ordering=order_by.ordering,
            first=first,
            after=after,
            joined=frozenset({"lead"}),
        )

    @query(
        policies.REFERRAL_READ,
        Connection[Offer],
        description="本行的报价。This bank's offers on the referrals within the caller's reach.",
    )
    def offers(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[OfferFilter | None, FILTER] = None,
        order_by: OfferOrder = OfferOrder.NEWEST,
    ) -> Page:
        """Return the bank's offers."""
        return Page(
            type=Offer,
            statement=Statement(offers_in_reach, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        policies.PRODUCT_READ,
        Connection[LoanProduct],
        description="本行的产品和草稿。This bank's products and drafts.",
    )
    def loan_products(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[LoanProductFilter | None, FILTER] = None,
        order_by: LoanProductOrder = LoanProductOrder.CURRENT,
    ) -> Page:
        """Return the bank's products."""
        return Page(
            type=LoanProduct,
            statement=Statement(own_products, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )

    @query(
        policies.PRODUCT_READ,
        LoanProduct | None,
        description="本行的一个产品。One product of this bank.",
    )
    def loan_product(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one product."""
        return own(LoanProduct, id, info.context, field="id")

    @query(
        policies.REFERRAL_READ,
        Referral | None,
        description="本行的一笔对接申请。One referral of this bank.",
    )
    def referral(self, info: Info, id: strawberry.ID) -> OneOf:  # noqa: A002 - as in node(id)
        """Return one referral."""
        return own(Referral, id, info.context, field="id")

    @query(
        policies.OFFER_MAKE,
        OfferPreview,
        weight=of_items(MAX_TERM_MONTHS),
        description="报价测算，不保存。What an offer on these terms would cost; nothing is stored.",
    )
    def offer_preview(self, terms: OfferTermsInput) -> OfferPreview:
        """Return what an offer would cost."""
        asked = terms.terms()
        cost = price(asked)
        plan = schedule(
            asked.amount_fen, asked.rate_bps, asked.term_months, asked.repayment_method, asked.fees
        )
        return OfferPreview(
            monthly_payment_fen=Fen(cost.monthly_payment_fen),
            last_payment_fen=Fen(cost.last_payment_fen),
            total_interest_fen=Fen(cost.total_interest_fen),
            total_fees_fen=Fen(cost.total_fees_fen),
            total_cost_fen=Fen(cost.total_cost_fen),
            annualised_rate_bps=cost.annualised_rate_bps,
            effective_rate_bps=cost.effective_rate_bps,
            instalments=[
                Instalment(
                    number=part.number,
                    principal_fen=Fen(part.principal_fen),
                    interest_fen=Fen(part.interest_fen),
                    fee_fen=Fen(part.fee_fen),
                    total_fen=Fen(part.total_fen),
                )
                for part in plan.instalments
            ],
        )
