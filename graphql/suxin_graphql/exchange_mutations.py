"""What a bank does besides on a referral, and with a draft: ask for material, write, mark as read, replay."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.lending import policies
from suxin.lending.commands.referrals import ConsentRequired
from suxin.lending.exchange import asking, talking
from suxin.lending.exchange.models import AttachmentKind
from suxin.lending.exchange.standing import ReferralEnded
from suxin.lending.models import StepNotPossible
from suxin.lending.policies import OutsideOwnArea
from suxin.lending.replays import commands as replays
from suxin_graphql.context import Info
from suxin_graphql.exchange_types import MaterialRequest
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import commit_in_world, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.lending_mutations import ReferralPayload
from suxin_graphql.limits import check_list
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_graphql.replay_types import ProductReplay


@strawberry.input(description="要求补充的一项材料。One thing that is asked for.")
class MaterialItemInput:
    """One thing that is asked for."""

    kind: AttachmentKind
    note: str = ""


@strawberry.input(description="要求补充材料。What is asked of which applicant.")
class RequestMaterialInput:
    """What is asked of which applicant."""

    referral_id: strawberry.ID
    items: list[MaterialItemInput]
    note: str = ""
    idempotency_key: str = idempotency_key()


@strawberry.input(description="发送消息。What is written to which applicant.")
class SendMessageInput:
    """What is written to which applicant."""

    referral_id: strawberry.ID
    text: str = strawberry.field(description="1 至 500 字。1 to 500 characters.")
    idempotency_key: str = idempotency_key()


@strawberry.input(description="标为已读。Which conversation was read.")
class MarkMessagesReadInput:
    """Which conversation was read."""

    referral_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="回放产品草稿。Which draft is replayed.")
class ReplayProductInput:
    """Which draft is replayed."""

    product_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.type(description="补充材料要求。What was asked for.")
class RequestMaterialPayload(Payload):
    """What was asked for."""

    material_request: MaterialRequest = to_one(lambda: MaterialRequest, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="发送了消息的对接申请。The referral on which a message was sent.")
class SendMessagePayload(ReferralPayload):
    """The referral on which a message was sent."""


@strawberry.type(description="已读的对接申请。The referral whose messages were read.")
class MarkMessagesReadPayload(ReferralPayload):
    """The referral whose messages were read."""


@strawberry.type(description="回放任务。The replay, whose figures follow.")
class ReplayProductPayload(Payload):
    """The replay, whose figures follow."""

    replay: ProductReplay = to_one(lambda: ProductReplay, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type
class ExchangeMutations:
    """Mutations of what is exchanged on a referral, and of replays."""

    @mutation(
        policies.REFERRAL_WORK,
        RequestMaterialPayload,
        refusals=(
            OutsideOwnArea,
            ConsentRequired,
            Invalid,
            ReferralEnded,
            asking.MaterialAsked,
            asking.AskedTooOften,
            StepNotPossible,
        ),
        description="要求申请人补充材料，答复时限顺延。Ask the applicant for more; the bank's time to decide stands still.",
    )
    async def request_material(
        self, info: Info, given: Annotated[RequestMaterialInput, INPUT]
    ) -> RequestMaterialPayload:
        """Ask the applicant for more."""
        check_list("items", given.items)
        referral_id = _referral_id(info, given.referral_id)
        items = [asking.ItemAsked(item.kind, item.note) for item in given.items]

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            asked = await asking.ask_for_material(
                session, actor, referral_id=referral_id, items=items, note=given.note, now=now
            )
            return asked.id

        return RequestMaterialPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.REFERRAL_WORK,
        SendMessagePayload,
        refusals=(OutsideOwnArea, ConsentRequired, Invalid, ReferralEnded, talking.TooManyMessages),
        description="给申请人发送消息，须有有效授权或合同。Write to the applicant; needs his live consent, or a contract.",
    )
    async def send_message(
        self, info: Info, given: Annotated[SendMessageInput, INPUT]
    ) -> SendMessagePayload:
        """Write to the applicant."""
        referral_id = _referral_id(info, given.referral_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            await talking.send_message(
                session, actor, referral_id=referral_id, text=given.text, now=now
            )
            return referral_id

        return SendMessagePayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.REFERRAL_WORK,
        MarkMessagesReadPayload,
        refusals=(OutsideOwnArea,),
        description="把申请人的消息标为已读。Mark what the applicant wrote as read.",
    )
    async def mark_messages_read(
        self, info: Info, given: Annotated[MarkMessagesReadInput, INPUT]
    ) -> MarkMessagesReadPayload:
        """Mark what the applicant wrote as read."""
        referral_id = _referral_id(info, given.referral_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            await talking.mark_conversation_read(session, actor, referral_id=referral_id, now=now)
            return referral_id

        return MarkMessagesReadPayload.of(await commit_in_world(info, given, work))

    @mutation(
        policies.PRODUCT_EDIT,
        ReplayProductPayload,
        refusals=(replays.TooManyReplays, StepNotPossible),
        description="以上一季度的申请回放产品草稿。Replay a draft over the requests of the last quarter.",
    )
    async def replay_product(
        self, info: Info, given: Annotated[ReplayProductInput, INPUT]
    ) -> ReplayProductPayload:
        """Replay a draft."""
        product_id = local_id(
            given.product_id, "LoanProduct", info.context.actor, field="productId"
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            return (await replays.ask_replay(session, actor, product_id=product_id, now=now)).id

        return ReplayProductPayload.of(await commit_in_world(info, given, work))


def _referral_id(info: Info, text: str) -> UUID:
    return local_id(text, "Referral", info.context.actor, field="referralId")
