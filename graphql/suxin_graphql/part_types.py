"""Guarantors' parts of claims in the schema, as the bank and the guarantor see them, with what is paid between both."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

import strawberry

from suxin.risk_pool.guarantor_parts.models import GuarantorPart as PartRow
from suxin.risk_pool.guarantor_parts.models import GuarantorTransfer as TransferRow
from suxin.risk_pool.guarantor_parts.policies import PART_READ
from suxin.risk_pool.guarantor_parts.queries import parts_shown, transfers_shown
from suxin.risk_pool.guarantor_parts.states import (
    PartRefusal,
    PartState,
    TransferKind,
    TransferState,
)
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.execution.filters import Choice, Filter
from suxin_graphql.execution.records import Source
from suxin_graphql.node import Node, global_id
from suxin_graphql.scalars import Fen


@strawberry.input(description="分担的筛选条件，同时满足。Which parts; every given field must fit.")
class GuarantorPartFilter(Filter):
    """Which guarantors' parts."""

    __model__: ClassVar = PartRow

    state: Choice[PartState] | None = None


@strawberry.input(
    description="划款的筛选条件，同时满足。Which transfers; every given field must fit."
)
class GuarantorTransferFilter(Filter):
    """Which transfers between guarantor and bank."""

    __model__: ClassVar = TransferRow

    state: Choice[TransferState] | None = None


class GuarantorPartOrder(Order):
    """The order of guarantors' parts."""

    NEWEST = (
        Ordering("risk_pool.parts/1", (Key(PartRow.id, UUID),)),
        "新的在前",
        "newest first",
    )


class GuarantorTransferOrder(Order):
    """The order of transfers between guarantor and bank."""

    NEWEST = (
        Ordering("risk_pool.transfers/1", (Key(TransferRow.id, UUID),)),
        "新的在前",
        "newest first",
    )


@strawberry.type(
    description="担保机构对一次代偿申请的分担：应分担多少、如何答复。"
    "What a guarantor is asked to bear of a claim as it was submitted, and its answer."
)
class GuarantorPart(Node):
    """What a guarantor is asked to bear of a claim, and its answer."""

    __model__: ClassVar = PartRow
    __source__: ClassVar = Source(
        lambda actor: parts_shown(actor).order_by(None), PartRow.id, PART_READ
    )

    id: strawberry.ID = global_id("GuarantorPart")
    contract_number: str
    letter_number: str | None = strawberry.field(
        description="担保函（保单）编号。The letter or policy by which the guarantor is bound."
    )
    round: int = strawberry.field(description="第几次提交。Which submission of the claim it is.")
    state: PartState
    share_bps: int = strawberry.field(
        description="分担比例，基点。Which part of the loss, in basis points."
    )
    loss_fen: Fen
    amount_fen: Fen = strawberry.field(
        description="应分担金额；同意后最多付这么多。The amount asked for, and the most that an agreement binds to."
    )
    overdue_days: int
    asked_at: datetime
    answer_by: datetime = strawberry.field(
        description="答复期限，逾期后申请不再等待。Until when the claim waits for the answer."
    )
    escalated_at: datetime | None
    answered_at: datetime | None
    refusal: PartRefusal | None
    note: str | None
    ended_at: datetime | None


@strawberry.type(
    description="担保机构与银行之间的一笔划款：付款方登记，收款方确认。"
    "Money between a guarantor and a bank: whoever pays notes it, whoever receives confirms it."
)
class GuarantorTransfer(Node):
    """Money between a guarantor and a bank about one claim."""

    __model__: ClassVar = TransferRow
    __source__: ClassVar = Source(
        lambda actor: transfers_shown(actor).order_by(None), TransferRow.id, PART_READ
    )

    id: strawberry.ID = global_id("GuarantorTransfer")
    kind: TransferKind
    state: TransferState
    reference: str = strawberry.field(
        description="付款方流水号；追偿分配为追偿编号。The payer's reference; of a part of a recovery its number."
    )
    amount_fen: Fen
    paid_on: date
    noted_at: datetime
    settled_at: datetime | None
    note: str | None
