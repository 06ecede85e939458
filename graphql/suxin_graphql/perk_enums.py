"""Enumerations of programmes, redemptions and service orders in the schema."""

from suxin.perks.orders.authorisations.states import AuthorisationState
from suxin.perks.orders.states import (
    OrderChannel,
    ServiceOrderCollectionState,
    ServiceOrderMode,
    ServiceOrderRefundState,
    ServiceOrderRequest,
    ServiceOrderStage,
    ServiceOrderState,
    ServiceOrderStateDescription,
)
from suxin.perks.settlements.states import SettlementState
from suxin.perks.states import (
    BenefitKind,
    Eligible,
    FunderKind,
    ProgrammeState,
    RecordRule,
    RedemptionState,
    RiskFundName,
    Sector,
)
from suxin_graphql.enum_words import describe


def describe_perk_enums() -> None:
    """Give the enumerations of programmes, redemptions and service orders their words."""
    describe(ProgrammeState, "权益状态。Where a programme stands.")
    describe(RedemptionState, "核销状态。Where a redemption stands.")
    describe(
        Sector,
        "生活领域；就医、就学不产生记录。The part of life that a template or a service belongs to; of medicine and school no record comes.",
    )
    describe(BenefitKind, "待遇类型。What is better.")
    describe(Eligible, "适用对象。For whom an offer is meant.")
    describe(FunderKind, "出资方类型。Whose money a programme spends.")
    describe(RecordRule, "信用记录规则。Whether a use may become a credit record.")
    describe(RiskFundName, "风险金名称。What a service order's risk fund is called.")
    _describe_orders()


def _describe_orders() -> None:
    describe(OrderChannel, "支付渠道。Who carries an order.")
    describe(ServiceOrderMode, "先免或先享。What trust saves the user.")
    describe(ServiceOrderStage, "订单所处阶段。What the three fields say together.")
    describe(ServiceOrderState, "订单状态。The first field of the state.")
    describe(ServiceOrderStateDescription, "状态说明。The second field, of an order under way.")
    describe(ServiceOrderCollectionState, "收款状态。The third field.")
    describe(ServiceOrderRequest, "提交渠道的请求。What a provider was asked.")
    describe(SettlementState, "结算单状态。Where a statement stands.")
    describe(AuthorisationState, "免确认授权状态。Where an authorisation stands.")
    describe(ServiceOrderRefundState, "退款状态。Where a refund stands.")
