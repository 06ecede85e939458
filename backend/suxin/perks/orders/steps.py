"""The steps of an order, and which of them a merchant's requests ask for."""

from typing import Final

from suxin.kernel.steps import Party
from suxin.lending.models.steps import NamedStep
from suxin.perks.orders.states import ServiceOrderRequest, ServiceOrderStage

BOTH: Final = frozenset({Party.TENANT, Party.PLATFORM})


def _step(
    zh: str, en: str, to: ServiceOrderStage, *leaves: ServiceOrderStage
) -> NamedStep[ServiceOrderStage]:
    return NamedStep(leaves=frozenset(leaves), to=to, by=BOTH, zh=zh, en=en)


CONFIRM: Final = _step(
    "确认", "confirm it", ServiceOrderStage.USER_CONFIRM, ServiceOrderStage.CREATED
)
COMPLETE: Final = _step(
    "完结", "complete it", ServiceOrderStage.USER_PAYING, ServiceOrderStage.USER_CONFIRM
)
LOWER: Final = _step(
    "改价", "lower it", ServiceOrderStage.USER_PAYING, ServiceOrderStage.USER_PAYING
)
PAY: Final = _step(
    "登记支付", "have it paid", ServiceOrderStage.USER_PAID, ServiceOrderStage.USER_PAYING
)
URGE: Final = _step(
    "催付",
    "ask for its payment again",
    ServiceOrderStage.USER_PAYING,
    ServiceOrderStage.USER_PAYING,
)
CANCEL: Final = _step(
    "取消",
    "cancel it",
    ServiceOrderStage.REVOKED,
    ServiceOrderStage.CREATED,
    ServiceOrderStage.USER_CONFIRM,
)
EXPIRE: Final = NamedStep(
    leaves=frozenset({ServiceOrderStage.CREATED}),
    to=ServiceOrderStage.EXPIRED,
    by=frozenset({Party.PLATFORM}),
    zh="失效",
    en="let it expire",
)
STEP_OF: Final = {
    ServiceOrderRequest.COMPLETE: COMPLETE,
    ServiceOrderRequest.MODIFY: LOWER,
    ServiceOrderRequest.CANCEL: CANCEL,
    ServiceOrderRequest.SYNC: PAY,
    ServiceOrderRequest.COLLECT: URGE,
    ServiceOrderRequest.REMIND: URGE,
}
"""What a merchant asks of a provider, by the step that it leads to; asking for a payment again leads nowhere by itself."""
