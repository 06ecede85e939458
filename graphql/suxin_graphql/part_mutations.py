"""What guarantors and banks do about guarantors' parts by their systems; to agree takes a person at the desk, with a code of his own."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.money import AmountOutOfRange
from suxin.kernel.refusals import Invalid
from suxin.lending.models import StepNotPossible
from suxin.risk_pool.claims.refusals import EndingAsked
from suxin.risk_pool.guarantor_parts import answering, confirming, noting, refusals
from suxin.risk_pool.guarantor_parts.policies import PART_ANSWER, PART_CONFIRM, PART_PAY
from suxin.risk_pool.guarantor_parts.states import PartRefusal
from suxin_graphql.context import Info
from suxin_graphql.execution.records import to_one
from suxin_graphql.fields import commit_in_world, mutation
from suxin_graphql.ids import local_id
from suxin_graphql.part_types import GuarantorPart, GuarantorTransfer
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key
from suxin_graphql.scalars import Fen


@strawberry.input(description="不同意分担。Which part is refused, and why.")
class RefuseGuarantorPartInput:
    """Which part is refused, and why."""

    part_id: strawberry.ID
    refusal: PartRefusal
    note: str
    idempotency_key: str = idempotency_key()


@strawberry.input(description="登记担保机构代偿款。What the guarantor has paid the bank.")
class NoteGuarantorPaymentInput:
    """What the guarantor has paid the bank."""

    part_id: strawberry.ID
    reference: str
    amount_fen: Fen
    paid_on: date
    idempotency_key: str = idempotency_key()


@strawberry.input(description="确认划款到账。Which transfer has come, and how much.")
class ConfirmGuarantorTransferInput:
    """Which transfer has come, and how much."""

    transfer_id: strawberry.ID
    amount_fen: Fen = strawberry.field(
        description="到账金额，须与登记一致。What was received, which must be what was noted."
    )
    idempotency_key: str = idempotency_key()


@strawberry.input(description="划款未到账。Which transfer has not come.")
class DenyGuarantorTransferInput:
    """Which transfer has not come."""

    transfer_id: strawberry.ID
    note: str
    idempotency_key: str = idempotency_key()


@strawberry.type(description="不同意分担的答复。The part that was refused.")
class RefuseGuarantorPartPayload(Payload):
    """The part that was refused."""

    part: GuarantorPart = to_one(lambda: GuarantorPart, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type
class TransferPayload(Payload):
    """A transfer of which a step was taken."""

    transfer: GuarantorTransfer = to_one(lambda: GuarantorTransfer, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已登记的划款。The transfer that was noted.")
class NoteGuarantorPaymentPayload(TransferPayload):
    """The transfer that was noted."""


@strawberry.type(description="已确认的划款。The transfer that was confirmed.")
class ConfirmGuarantorTransferPayload(TransferPayload):
    """The transfer that was confirmed."""


@strawberry.type(description="未到账的划款。The transfer that has not come.")
class DenyGuarantorTransferPayload(TransferPayload):
    """The transfer that has not come."""


@strawberry.type
class PartMutations:
    """Mutations of guarantors' parts."""

    @mutation(
        PART_ANSWER,
        RefuseGuarantorPartPayload,
        refusals=(Invalid, StepNotPossible),
        description="答复不同意分担并说明原因，银行和运营机构随即收到通知。"
        "Refuse a part of a claim with a reason; bank and operator are told.",
    )
    async def refuse_guarantor_part(
        self, info: Info, given: Annotated[RefuseGuarantorPartInput, INPUT]
    ) -> RefuseGuarantorPartPayload:
        """Refuse a part."""
        part_id = _part_id(info, given.part_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await answering.refuse_part(
                session, actor, part_id=part_id, refusal=given.refusal, note=given.note, now=now
            )
            return done.id

        return RefuseGuarantorPartPayload.of(await commit_in_world(info, given, work))

    @mutation(
        PART_PAY,
        NoteGuarantorPaymentPayload,
        refusals=(
            Invalid,
            AmountOutOfRange,
            StepNotPossible,
            EndingAsked,
            refusals.TransferReferenceTaken,
            refusals.TransferOpen,
            refusals.TransferAboveOwed,
        ),
        description="登记已付给银行的代偿款，由银行确认到账。"
        "Note what the guarantor has paid of its part; the bank confirms what it received.",
    )
    async def note_guarantor_payment(
        self, info: Info, given: Annotated[NoteGuarantorPaymentInput, INPUT]
    ) -> NoteGuarantorPaymentPayload:
        """Note a payment."""
        part_id = _part_id(info, given.part_id)
        note = noting.PaymentNote(
            reference=given.reference, amount_fen=given.amount_fen, paid_on=given.paid_on
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await noting.note_payment(session, actor, part_id=part_id, draft=note, now=now)
            return done.id

        return NoteGuarantorPaymentPayload.of(await commit_in_world(info, given, work))

    @mutation(
        PART_CONFIRM,
        ConfirmGuarantorTransferPayload,
        refusals=(StepNotPossible, EndingAsked, refusals.TransferDiffers),
        description="确认收到的划款：代偿款由银行确认，追偿分配由担保机构确认。"
        "Confirm what was received: a payment of the guarantor's as the bank, a part of a recovery as the guarantor.",
    )
    async def confirm_guarantor_transfer(
        self, info: Info, given: Annotated[ConfirmGuarantorTransferInput, INPUT]
    ) -> ConfirmGuarantorTransferPayload:
        """Confirm a transfer."""
        transfer_id = _transfer_id(info, given.transfer_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await confirming.confirm_transfer(
                session, actor, transfer_id=transfer_id, amount_fen=given.amount_fen, now=now
            )
            return done.id

        return ConfirmGuarantorTransferPayload.of(await commit_in_world(info, given, work))

    @mutation(
        PART_CONFIRM,
        DenyGuarantorTransferPayload,
        refusals=(Invalid, StepNotPossible),
        description="答复担保机构的代偿款未到账，由其重新登记。"
        "Say that a guarantor's payment has not come to the bank; it notes it anew.",
    )
    async def deny_guarantor_transfer(
        self, info: Info, given: Annotated[DenyGuarantorTransferInput, INPUT]
    ) -> DenyGuarantorTransferPayload:
        """Deny a transfer."""
        transfer_id = _transfer_id(info, given.transfer_id)

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await confirming.deny_transfer(
                session, actor, transfer_id=transfer_id, note=given.note, now=now
            )
            return done.id

        return DenyGuarantorTransferPayload.of(await commit_in_world(info, given, work))


def _part_id(info: Info, text: str) -> UUID:
    return local_id(text, "GuarantorPart", info.context.actor, field="partId")


def _transfer_id(info: Info, text: str) -> UUID:
    return local_id(text, "GuarantorTransfer", info.context.actor, field="transferId")
