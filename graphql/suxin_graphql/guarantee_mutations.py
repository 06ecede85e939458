"""What banks and guarantors do about guarantees by their systems; to approve takes a person at the desk, with a code of his own."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.lending.guarantees import asking, deciding, refusals
from suxin.lending.guarantees.policies import GUARANTEE_ASK, GUARANTEE_UNDERWRITE
from suxin.lending.guarantees.states import GuaranteeDecline
from suxin.lending.loans.refusals import OfferNotAccepted
from suxin.lending.models import StepNotPossible
from suxin.lending.policies import OutsideOwnArea
from suxin_graphql.context import Info
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import commit_in_world, mutation
from suxin_graphql.guarantee_types import GuaranteeRequest
from suxin_graphql.ids import local_id
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key


@strawberry.input(description="担保申请。Which guarantor is asked for which part of a loan.")
class RequestGuaranteeInput:
    """Which guarantor is asked for which part of a loan."""

    offer_id: strawberry.ID
    guarantor_id: strawberry.ID
    share_bps: int = strawberry.field(
        description="担保比例，占本金，最高 8000 基点。Which part of the principal, in basis points, 8000 at the most."
    )
    idempotency_key: str = idempotency_key()


@strawberry.input(description="撤回担保申请。Which request is taken back, and why.")
class WithdrawGuaranteeInput:
    """Which request is taken back, and why."""

    request_id: strawberry.ID
    note: str
    idempotency_key: str = idempotency_key()


@strawberry.input(description="不予担保。Which request is declined, and why.")
class DeclineGuaranteeInput:
    """Which request is declined, and why."""

    request_id: strawberry.ID
    reason: GuaranteeDecline
    note: str
    idempotency_key: str = idempotency_key()


@strawberry.type
class GuaranteePayload(Payload):
    """A request of which a step was taken."""

    request: GuaranteeRequest = to_one(lambda: GuaranteeRequest, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已提出的担保申请。The request that was made.")
class RequestGuaranteePayload(GuaranteePayload):
    """The request that was made."""


@strawberry.type(description="已撤回的担保申请。The request that was taken back.")
class WithdrawGuaranteePayload(GuaranteePayload):
    """The request that was taken back."""


@strawberry.type(description="不予担保的申请。The request that was declined.")
class DeclineGuaranteePayload(GuaranteePayload):
    """The request that was declined."""


@strawberry.type
class GuaranteeMutations:
    """Mutations of guarantees."""

    @mutation(
        GUARANTEE_ASK,
        RequestGuaranteePayload,
        refusals=(
            OutsideOwnArea,
            Invalid,
            OfferNotAccepted,
            refusals.GuaranteeAsked,
            refusals.GuaranteeInUse,
        ),
        description="就已接受的报价请担保机构担保；申请人随即收到通知。"
        "Ask a guarantor about an accepted offer; the applicant is told.",
    )
    async def request_guarantee(
        self, info: Info, given: Annotated[RequestGuaranteeInput, INPUT]
    ) -> RequestGuaranteePayload:
        """Ask a guarantor about an accepted offer."""
        caller = info.context.actor
        offer_id = local_id(given.offer_id, "Offer", caller, field="offerId")
        guarantor_id = local_id(given.guarantor_id, "Guarantor", caller, field="guarantorId")

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await asking.ask_guarantor(
                session,
                actor,
                offer_id=offer_id,
                guarantor_id=guarantor_id,
                share_bps=given.share_bps,
                now=now,
            )
            return done.id

        return RequestGuaranteePayload.of(await commit_in_world(info, given, work))

    @mutation(
        GUARANTEE_ASK,
        WithdrawGuaranteePayload,
        refusals=(Invalid, refusals.GuaranteeInUse, StepNotPossible),
        description="签约前撤回担保申请，已作出的承诺随之解除。"
        "Take a request back before the contract; what was committed is given back.",
    )
    async def withdraw_guarantee(
        self, info: Info, given: Annotated[WithdrawGuaranteeInput, INPUT]
    ) -> WithdrawGuaranteePayload:
        """Take a request back."""
        request_id = _request_id(info, given.request_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await asking.withdraw_guarantee(
                session, actor, request_id=request_id, note=given.note, now=now
            )
            return done.id

        return WithdrawGuaranteePayload.of(await commit_in_world(info, given, work))

    @mutation(
        GUARANTEE_UNDERWRITE,
        DeclineGuaranteePayload,
        refusals=(Invalid, StepNotPossible),
        description="答复不予担保并说明原因，银行随即收到通知。Decline a request with a reason; the bank is told.",
    )
    async def decline_guarantee(
        self, info: Info, given: Annotated[DeclineGuaranteeInput, INPUT]
    ) -> DeclineGuaranteePayload:
        """Decline a request."""
        request_id = _request_id(info, given.request_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await deciding.decline_guarantee(
                session,
                actor,
                request_id=request_id,
                reason=given.reason,
                note=given.note,
                now=now,
            )
            return done.id

        return DeclineGuaranteePayload.of(await commit_in_world(info, given, work))


def _request_id(info: Info, text: str) -> UUID:
    return local_id(text, "GuaranteeRequest", info.context.actor, field="requestId")
