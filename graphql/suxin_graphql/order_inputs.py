"""What a merchant sends of its service orders: the inputs of their mutations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import strawberry

from suxin.kernel.actor import Actor
from suxin.perks.orders.rules import Completion, OrderDraft, OrderLine
from suxin.perks.states import RiskFundName
from suxin_graphql.ids import local_id
from suxin_graphql.payloads import idempotency_key
from suxin_graphql.scalars import Fen

_NUMBER: Final = (
    "商户单号，1 至 32 位字母、数字或 _ - | *；相同单号且内容相同为同一订单。"
    "The merchant's own number: the same with the same content is the same order."
)
_PAYMENTS: Final = "付费项目，最多 100 项。Up to 100 payments."
_DISCOUNTS: Final = "优惠项目，最多 30 项。Up to 30 discounts."


@strawberry.input(description="一项付费或优惠。One payment or discount.")
class ServiceOrderLineInput:
    """One payment or discount."""

    name: str
    amount_fen: Fen = strawberry.field(
        description="该项合计，单位为分。The line's amount, all pieces together."
    )
    description: str = ""
    count: int = 1


@strawberry.input(description="新建服务订单。An order to be opened.")
class CreateServiceOrderInput:
    """An order to be opened."""

    service_id: str = strawberry.field(
        description="支付分服务编号。The provider's number of the service."
    )
    out_order_no: str = strawberry.field(description=_NUMBER)
    introduction: str
    risk_fund_name: RiskFundName
    risk_fund_fen: Fen
    starts_at: datetime | None = strawberry.field(
        default=None,
        description="不填为用户确认时开始（OnAccept）。Without it the service begins when its user accepts.",
    )
    ends_at: datetime | None = None
    need_user_confirm: bool = True
    authorization_code: str | None = strawberry.field(
        default=None,
        description="免确认订单的授权协议号。The user's authorisation, where he need not confirm.",
    )
    attach: str = ""
    payments: list[ServiceOrderLineInput] = strawberry.field(
        default_factory=list, description=_PAYMENTS
    )
    discounts: list[ServiceOrderLineInput] = strawberry.field(
        default_factory=list, description=_DISCOUNTS
    )
    start_device_id: str | None = None
    redemption_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="由哪一次核销产生（免押或先享后付、使用中）。The redemption it comes of: in use, deposit-free or pay-later.",
    )
    idempotency_key: str = idempotency_key()

    def draft(self, actor: Actor) -> OrderDraft:
        """Return the order as the core takes it.

        :raises NotFound: if the redemption is none of the actor's tenant
        """
        redemption = self.redemption_id
        return OrderDraft(
            service_code=self.service_id,
            number=self.out_order_no,
            introduction=self.introduction,
            fund_name=self.risk_fund_name,
            fund_fen=self.risk_fund_fen,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            need_confirm=self.need_user_confirm,
            authorisation_code=self.authorization_code,
            attach=self.attach,
            payments=lines(self.payments),
            discounts=lines(self.discounts),
            device=self.start_device_id,
            redemption_id=None
            if redemption is None
            else local_id(redemption, "PerkRedemption", actor, field="redemptionId"),
        )


@strawberry.input(description="现场确认。Which order its user has confirmed on the spot.")
class ConfirmServiceOrderInput:
    """Which order its user has confirmed on the spot."""

    order_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="完结。What is asked of an order's user.")
class CompleteServiceOrderInput:
    """What is asked of an order's user."""

    order_id: strawberry.ID
    payments: list[ServiceOrderLineInput] = strawberry.field(description=_PAYMENTS)
    discounts: list[ServiceOrderLineInput] = strawberry.field(
        default_factory=list, description=_DISCOUNTS
    )
    idempotency_key: str = idempotency_key()

    def completion(self) -> Completion:
        """Return what is asked as the core takes it."""
        return Completion(payments=lines(self.payments), discounts=lines(self.discounts))


@strawberry.input(description="改价，只能调低。What less is asked of an order's user, and why.")
class ModifyServiceOrderInput:
    """What less is asked of an order's user, and why."""

    order_id: strawberry.ID
    payments: list[ServiceOrderLineInput] = strawberry.field(description=_PAYMENTS)
    discounts: list[ServiceOrderLineInput] = strawberry.field(
        default_factory=list, description=_DISCOUNTS
    )
    reason: str
    idempotency_key: str = idempotency_key()

    def completion(self) -> Completion:
        """Return what is asked as the core takes it."""
        return Completion(payments=lines(self.payments), discounts=lines(self.discounts))


@strawberry.input(description="取消。Which order to cancel, and why.")
class CancelServiceOrderInput:
    """Which order to cancel, and why."""

    order_id: strawberry.ID
    reason: str
    idempotency_key: str = idempotency_key()


@strawberry.input(description="同步为已支付（Order_Paid）。When an order was paid elsewhere.")
class SyncServiceOrderInput:
    """When an order was paid elsewhere."""

    order_id: strawberry.ID
    paid_at: datetime
    idempotency_key: str = idempotency_key()


@strawberry.input(description="发起扣款。Which order to have collected.")
class CollectServiceOrderInput:
    """Which order to have collected."""

    order_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="催付提醒。Of which order's payment to remind its user.")
class RemindServiceOrderInput:
    """Of which order's payment to remind its user."""

    order_id: strawberry.ID
    idempotency_key: str = idempotency_key()


@strawberry.input(description="按支付单号退款。What to give back of a payment.")
class RefundServiceOrderInput:
    """What to give back of a payment."""

    transaction_id: str
    out_refund_no: str
    amount_fen: Fen
    reason: str
    idempotency_key: str = idempotency_key()


def lines(given: Sequence[ServiceOrderLineInput]) -> tuple[OrderLine, ...]:
    """Return lines as the core takes them."""
    return tuple(OrderLine(**vars(line)) for line in given)
