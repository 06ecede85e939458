"""What a bank does: work on referrals and offers, and keep its products.

Each mutation runs one command of the core in one committed transaction and then reads its payload from a fresh snapshot.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.lending import policies
from suxin.lending.commands import offers, products, referrals
from suxin.lending.criteria import CriteriaInvalid, TooManyCriteria
from suxin.lending.models import StepNotPossible
from suxin.lending.policies import OutsideOwnArea
from suxin.lending.terms import LoanTermOutOfRange
from suxin.tenancy.quotas import QuotaExhausted
from suxin_graphql import lending_inputs as inputs
from suxin_graphql.context import Info
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import commit_in_world, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.lending_types import LoanProduct, Offer, Referral
from suxin_graphql.payloads import INPUT, REPLAYED, Payload

_TERMS = (Invalid, LoanTermOutOfRange, CriteriaInvalid, TooManyCriteria)


@strawberry.type
class ReferralPayload(Payload):
    """A referral that was worked on."""

    referral: Referral = to_one(lambda: Referral, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type
class OfferPayload(Payload):
    """An offer that was made or taken back."""

    offer: Offer = to_one(lambda: Offer, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type
class ProductPayload(Payload):
    """A product that was written."""

    product: LoanProduct = to_one(lambda: LoanProduct, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已受理的对接申请。The referral that was accepted.")
class AcceptReferralPayload(ReferralPayload):
    """The referral that was accepted."""


@strawberry.type(description="抢单生成的对接申请。The referral that the claim made.")
class ClaimLeadPayload(ReferralPayload):
    """The referral that the claim made."""


@strawberry.type(description="已登记联系的对接申请。The referral whose applicant was contacted.")
class RecordContactPayload(ReferralPayload):
    """The referral whose applicant was contacted."""


@strawberry.type(description="尽调中的对接申请。The referral under examination.")
class StartDueDiligencePayload(ReferralPayload):
    """The referral under examination."""


@strawberry.type(description="未予受理的对接申请。The referral that was declined.")
class DeclineReferralPayload(ReferralPayload):
    """The referral that was declined."""


@strawberry.type(description="已作出的报价。The offer that was made.")
class MakeOfferPayload(OfferPayload):
    """The offer that was made."""


@strawberry.type(description="已撤回的报价。The offer that was taken back.")
class WithdrawOfferPayload(OfferPayload):
    """The offer that was taken back."""


@strawberry.type(description="新的草稿。The new draft.")
class DraftProductPayload(ProductPayload):
    """The new draft."""


@strawberry.type(description="修改后的草稿。The changed draft.")
class EditProductPayload(ProductPayload):
    """The changed draft."""


@strawberry.type(description="已发布的产品。The product that is now offered.")
class PublishProductPayload(ProductPayload):
    """The product that is now offered."""


@strawberry.type(description="已下架的产品。The product that was taken off.")
class RetireProductPayload(ProductPayload):
    """The product that was taken off."""


@strawberry.type
class LendingMutations:
    """Mutations of lending."""

    @mutation(
        policies.REFERRAL_WORK,
        AcceptReferralPayload,
        refusals=(OutsideOwnArea, StepNotPossible),
        description="受理，仍为匿名。Take a referral up, still blind; the applicant is asked for his consent.",
    )
    async def accept_referral(
        self, info: Info, given: Annotated[inputs.AcceptReferralInput, INPUT]
    ) -> AcceptReferralPayload:
        """Accept a referral."""
        referral_id = local_id(
            given.referral_id, "Referral", info.context.actor, field="referralId"
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await referrals.accept_referral(session, actor, referral_id=referral_id, now=now)
            return done.id

        return AcceptReferralPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.REFERRAL_WORK,
        ClaimLeadPayload,
        refusals=(OutsideOwnArea, referrals.LeadNotClaimable, QuotaExhausted),
        description="抢单。Claim a lead of the open pool; the first bank holds it until it must have made contact.",
    )
    async def claim_lead(
        self, info: Info, given: Annotated[inputs.ClaimLeadInput, INPUT]
    ) -> ClaimLeadPayload:
        """Claim a lead."""
        lead_id = local_id(given.lead_id, "Lead", info.context.actor, field="leadId")
        profiles = info.context.runtime.profiles

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await referrals.claim_lead(
                session, actor, lead_id=lead_id, profiles=profiles, now=now
            )
            return done.id

        return ClaimLeadPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.REFERRAL_WORK,
        RecordContactPayload,
        refusals=(OutsideOwnArea, referrals.ConsentRequired, StepNotPossible),
        description="登记已联系申请人，须有有效授权。Record that the applicant was contacted; needs his live consent.",
    )
    async def record_contact(
        self, info: Info, given: Annotated[inputs.RecordContactInput, INPUT]
    ) -> RecordContactPayload:
        """Record that the applicant was contacted."""
        referral_id = local_id(
            given.referral_id, "Referral", info.context.actor, field="referralId"
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await referrals.record_contact(session, actor, referral_id=referral_id, now=now)
            return done.id

        return RecordContactPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.REFERRAL_WORK,
        StartDueDiligencePayload,
        refusals=(OutsideOwnArea, StepNotPossible),
        description="登记开始尽调。Record that the bank examines the application.",
    )
    async def start_due_diligence(
        self, info: Info, given: Annotated[inputs.StartDueDiligenceInput, INPUT]
    ) -> StartDueDiligencePayload:
        """Record that the bank examines the application."""
        referral_id = local_id(
            given.referral_id, "Referral", info.context.actor, field="referralId"
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await referrals.start_due_diligence(
                session, actor, referral_id=referral_id, now=now
            )
            return done.id

        return StartDueDiligencePayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.REFERRAL_WORK,
        DeclineReferralPayload,
        refusals=(OutsideOwnArea, Invalid, StepNotPossible),
        description="不予受理，原因会告知申请人。Decline with a reason, which the applicant is told.",
    )
    async def decline_referral(
        self, info: Info, given: Annotated[inputs.DeclineReferralInput, INPUT]
    ) -> DeclineReferralPayload:
        """Decline a referral."""
        referral_id = local_id(
            given.referral_id, "Referral", info.context.actor, field="referralId"
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await referrals.decline_referral(
                session,
                actor,
                referral_id=referral_id,
                reason=given.reason,
                note=given.note,
                now=now,
            )
            return done.id

        return DeclineReferralPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.OFFER_MAKE,
        MakeOfferPayload,
        refusals=(
            OutsideOwnArea,
            referrals.ConsentRequired,
            Invalid,
            LoanTermOutOfRange,
            offers.OfferAboveRequest,
            offers.OfferOutsideProduct,
            StepNotPossible,
        ),
        description="报价，须有有效授权。Offer terms on a referral; needs the applicant's live consent.",
    )
    async def make_offer(
        self, info: Info, given: Annotated[inputs.MakeOfferInput, INPUT]
    ) -> MakeOfferPayload:
        """Make an offer."""
        referral_id = local_id(
            given.referral_id, "Referral", info.context.actor, field="referralId"
        )
        terms = given.terms.terms()

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await offers.make_offer(
                session, actor, referral_id=referral_id, terms=terms, now=now
            )
            return done.id

        return MakeOfferPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.OFFER_MAKE,
        WithdrawOfferPayload,
        refusals=(OutsideOwnArea, StepNotPossible),
        description="在申请人选择前撤回报价。Take an offer back before the applicant chose.",
    )
    async def withdraw_offer(
        self, info: Info, given: Annotated[inputs.WithdrawOfferInput, INPUT]
    ) -> WithdrawOfferPayload:
        """Take an offer back."""
        offer_id = local_id(given.offer_id, "Offer", info.context.actor, field="offerId")

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await offers.withdraw_offer(session, actor, offer_id=offer_id, now=now)
            return done.id

        return WithdrawOfferPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.PRODUCT_EDIT,
        DraftProductPayload,
        refusals=(
            *_TERMS,
            StepNotPossible,
            products.NextVersionDrafted,
            products.ProductCodeTaken,
            QuotaExhausted,
        ),
        description="起草产品，或起草已发布产品的新版本。Write a new draft, perhaps of a published product's next version.",
    )
    async def draft_product(
        self, info: Info, given: Annotated[inputs.DraftProductInput, INPUT]
    ) -> DraftProductPayload:
        """Write a new draft."""
        replaces = _optional(info, given.replaces_id)
        draft, profiles = given.terms.draft(), info.context.runtime.profiles

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await products.draft_product(
                session, actor, draft=draft, replaces=replaces, profiles=profiles, now=now
            )
            return done.id

        return DraftProductPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.PRODUCT_EDIT,
        EditProductPayload,
        refusals=(*_TERMS, StepNotPossible, products.ProductCodeTaken),
        description="修改草稿。Change a draft.",
    )
    async def edit_product(
        self, info: Info, given: Annotated[inputs.EditProductInput, INPUT]
    ) -> EditProductPayload:
        """Change a draft."""
        product_id = local_id(
            given.product_id, "LoanProduct", info.context.actor, field="productId"
        )
        draft = given.terms.draft()

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await products.edit_product(
                session, actor, product_id=product_id, draft=draft, now=now
            )
            return done.id

        return EditProductPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.PRODUCT_PUBLISH,
        PublishProductPayload,
        refusals=(StepNotPossible,),
        description="发布草稿；其替换的产品同时下架。Offer a draft to applicants; what it replaces is retired.",
    )
    async def publish_product(
        self, info: Info, given: Annotated[inputs.PublishProductInput, INPUT]
    ) -> PublishProductPayload:
        """Offer a draft to applicants."""
        product_id = local_id(
            given.product_id, "LoanProduct", info.context.actor, field="productId"
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await products.publish_product(session, actor, product_id=product_id, now=now)
            return done.id

        return PublishProductPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.PRODUCT_PUBLISH,
        RetireProductPayload,
        refusals=(StepNotPossible,),
        description="下架产品；进行中的申请不受影响。Take a product off; running requests keep what they matched.",
    )
    async def retire_product(
        self, info: Info, given: Annotated[inputs.RetireProductInput, INPUT]
    ) -> RetireProductPayload:
        """Take a product off."""
        product_id = local_id(
            given.product_id, "LoanProduct", info.context.actor, field="productId"
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await products.retire_product(session, actor, product_id=product_id, now=now)
            return done.id

        return RetireProductPayload.of(await commit_in_world(info, given, work))


def _optional(info: Info, product_id: str | None) -> UUID | None:
    if product_id is None:
        return None
    return local_id(product_id, "LoanProduct", info.context.actor, field="replacesId")
