"""Where an order stands: one stage for each row of the provider's table, which all three of its fields tell together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class ServiceOrderStage(LabelledState):
    """Where an order stands. The order of the members is the way it goes forward, up to the three ends."""

    CREATED = "CREATED", "待用户确认", "created and not confirmed"
    USER_CONFIRM = "USER_CONFIRM", "服务中", "confirmed by its user"
    USER_PAYING = "USER_PAYING", "已完结，待支付", "completed and not paid"
    USER_PAID = "USER_PAID", "已支付", "paid"
    REVOKED = "REVOKED", "已取消", "cancelled"
    EXPIRED = "EXPIRED", "未确认失效", "expired unconfirmed"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "服务订单", "service order"


class ServiceOrderState(LabelledEnum):
    """The first field of the provider's table."""

    CREATED = "CREATED", "已创建", "created"
    DOING = "DOING", "进行中", "under way"
    DONE = "DONE", "已完成", "done"
    REVOKED = "REVOKED", "已取消", "cancelled"
    EXPIRED = "EXPIRED", "已失效", "expired"


class ServiceOrderStateDescription(LabelledEnum):
    """The second field, of an order under way."""

    USER_CONFIRM = "USER_CONFIRM", "用户已确认", "confirmed by the user"
    MCH_COMPLETE = "MCH_COMPLETE", "商户已完结", "completed by the merchant"


class ServiceOrderCollectionState(LabelledEnum):
    """The third field, of an order with something to pay."""

    USER_PAYING = "USER_PAYING", "待支付", "to be paid"
    USER_PAID = "USER_PAID", "已支付", "paid"


class ServiceOrderMode(LabelledEnum):
    """What trust saves the user: the deposit, or paying before."""

    DEPOSIT_FREE = "DEPOSIT_FREE", "先免", "the deposit is waived; who does not pass pays it"
    PAY_LATER = "PAY_LATER", "先享", "used first and paid later; who does not pass is refused"


class OrderChannel(LabelledEnum):
    """Who carries an order."""

    LOCAL = "LOCAL", "线下收款", "the merchant's own statement; collects no money"
    WECHAT_PAYSCORE = "WECHAT_PAYSCORE", "微信支付分", "WeChat Pay Score"


class ServiceOrderRequest(LabelledEnum):
    """What a provider was asked about an order and has not answered."""

    CREATE = "CREATE", "创建", "create"
    COMPLETE = "COMPLETE", "完结", "complete"
    MODIFY = "MODIFY", "改价", "lower"
    CANCEL = "CANCEL", "取消", "cancel"
    SYNC = "SYNC", "同步支付", "say that it was paid elsewhere"
    COLLECT = "COLLECT", "发起扣款", "collect what is asked for"
    REMIND = "REMIND", "催付提醒", "remind its user of the payment"


class ServiceOrderRefundState(LabelledEnum):
    """Where a refund stands, by the provider's words."""

    PROCESSING = "PROCESSING", "退款中", "on its way"
    SUCCESS = "SUCCESS", "已退款", "given back"
    CLOSED = "CLOSED", "已关闭", "closed without a payment"
    ABNORMAL = (
        "ABNORMAL",
        "退款异常",
        "could not be paid; the merchant settles it with the provider",
    )


class OutcomeKind(LabelledEnum):
    """How an order ended for its user."""

    KEPT = "KEPT", "守约", "paid what was asked"
    DEFAULTED = "DEFAULTED", "逾期未付", "did not pay in time"


@dataclass(frozen=True, slots=True)
class ThreeFields:
    """What a provider tells of an order's state."""

    state: ServiceOrderState
    description: ServiceOrderStateDescription | None = None
    collection: ServiceOrderCollectionState | None = None


FIELDS: Final[Mapping[ServiceOrderStage, ThreeFields]] = {
    ServiceOrderStage.CREATED: ThreeFields(ServiceOrderState.CREATED),
    ServiceOrderStage.USER_CONFIRM: ThreeFields(
        ServiceOrderState.DOING, ServiceOrderStateDescription.USER_CONFIRM
    ),
    ServiceOrderStage.USER_PAYING: ThreeFields(
        ServiceOrderState.DOING,
        ServiceOrderStateDescription.MCH_COMPLETE,
        ServiceOrderCollectionState.USER_PAYING,
    ),
    ServiceOrderStage.USER_PAID: ThreeFields(
        ServiceOrderState.DONE, None, ServiceOrderCollectionState.USER_PAID
    ),
    ServiceOrderStage.REVOKED: ThreeFields(ServiceOrderState.REVOKED),
    ServiceOrderStage.EXPIRED: ThreeFields(ServiceOrderState.EXPIRED),
}
"""The provider's table, row by row (docs/api/service-orders.md)."""

_STAGES: Final = {fields: stage for stage, fields in FIELDS.items()}
_FORWARD: Final = (
    ServiceOrderStage.CREATED,
    ServiceOrderStage.USER_CONFIRM,
    ServiceOrderStage.USER_PAYING,
    ServiceOrderStage.USER_PAID,
)
ENDED: Final = frozenset(
    {ServiceOrderStage.USER_PAID, ServiceOrderStage.REVOKED, ServiceOrderStage.EXPIRED}
)
CAME_TO_NOTHING: Final = frozenset({ServiceOrderStage.REVOKED, ServiceOrderStage.EXPIRED})
"""What makes room for another order of the same redemption."""

_ENDS_FROM: Final = {
    ServiceOrderStage.REVOKED: frozenset(
        {ServiceOrderStage.CREATED, ServiceOrderStage.USER_CONFIRM}
    ),
    ServiceOrderStage.EXPIRED: frozenset({ServiceOrderStage.CREATED}),
}


def stage_of(
    state: str, description: str | None = None, collection: str | None = None
) -> ServiceOrderStage | None:
    """Return the stage that three fields tell together; nothing where no row of the table has all three."""
    try:
        fields = ThreeFields(
            ServiceOrderState.coded(state),
            ServiceOrderStateDescription.coded(description) if description else None,
            ServiceOrderCollectionState.coded(collection) if collection else None,
        )
    except KeyError:
        return None
    return _STAGES.get(fields)


def way_forward(stage: ServiceOrderStage, told: ServiceOrderStage) -> tuple[ServiceOrderStage, ...]:
    """Return the stages that lead from where an order stands to where it is told to stand.

    None where it is there already, or where what is told is older: calls back come late, twice and in any order.
    """
    if stage in ENDED or stage is told:
        return ()
    if told in _ENDS_FROM:
        return (told,) if stage in _ENDS_FROM[told] else ()
    return _FORWARD[_FORWARD.index(stage) + 1 : _FORWARD.index(told) + 1]
