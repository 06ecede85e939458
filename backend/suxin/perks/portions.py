"""What is held about who redeems: each redemption with the pseudonym under which its merchant knows him, and the service orders that came of them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import and_, select

from suxin.kernel.holdings import Kept, Portion, Rows
from suxin.perks.limiting.models import Limit, LimitParty
from suxin.perks.models import PerkHandle, Programme, Redeemer, Redemption
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.tickets.models import Ticket

REDEMPTION_KEPT: Final = Kept(
    why_zh="核销和结算的凭据，限额也据此计算；商户只看到顾客编号",
    why_en="the evidence of what was redeemed and is settled, and what limits are counted by; a merchant sees a pseudonym alone",
    law_zh="《个人信息保护法》第十三条第二项；《民法典》第一百八十八条（诉讼时效三年）",
    until_zh="核销结束后 3 年（平台暂定）",
)


def _redemptions(subject_id: UUID) -> Rows:
    return (
        select(Redemption, Programme, PerkHandle)
        .join(
            Redeemer,
            and_(
                Redeemer.tenant_id == Redemption.tenant_id,
                Redeemer.redemption_id == Redemption.id,
            ),
        )
        .outerjoin(
            Programme,
            and_(
                Programme.tenant_id == Redemption.tenant_id,
                Programme.id == Redemption.programme_id,
            ),
        )
        .outerjoin(
            PerkHandle,
            and_(
                PerkHandle.tenant_id == Redemption.tenant_id,
                PerkHandle.subject_id == Redeemer.subject_id,
            ),
        )
        .where(Redeemer.subject_id == subject_id)
    )


def _orders(subject_id: UUID) -> Rows:
    return (
        select(ServiceOrder, Programme)
        .join(
            Redeemer,
            and_(
                Redeemer.tenant_id == ServiceOrder.tenant_id,
                Redeemer.redemption_id == ServiceOrder.redemption_id,
            ),
        )
        .outerjoin(
            Programme,
            and_(
                Programme.tenant_id == ServiceOrder.tenant_id,
                Programme.id == ServiceOrder.programme_id,
            ),
        )
        .where(Redeemer.subject_id == subject_id)
    )


def _tickets(subject_id: UUID) -> Rows:
    return (
        select(Ticket, Programme)
        .join(
            Redeemer,
            and_(
                Redeemer.tenant_id == Ticket.tenant_id,
                Redeemer.redemption_id == Ticket.redemption_id,
            ),
        )
        .outerjoin(
            Programme,
            and_(Programme.tenant_id == Ticket.tenant_id, Programme.id == Ticket.programme_id),
        )
        .where(Redeemer.subject_id == subject_id)
    )


def _limits(subject_id: UUID) -> Rows:
    return (
        select(Limit, Programme)
        .join(
            LimitParty,
            and_(LimitParty.tenant_id == Limit.tenant_id, LimitParty.limit_id == Limit.id),
        )
        .outerjoin(
            Programme,
            and_(Programme.tenant_id == Limit.tenant_id, Programme.id == Limit.programme_id),
        )
        .where(LimitParty.subject_id == subject_id)
    )


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="perk_redemptions",
        zh="信易+核销记录",
        en="benefits that were redeemed",
        tables=("perk_redemptions", "perk_redeemers", "perk_handles"),
        fields={
            "id": "编号",
            "programme": "权益",
            "benefit": "待遇",
            "handle": "在该商户的顾客编号",
            "persons": "人数",
            "state": "状态",
            "uses": "已用次数",
            "held_at": "锁定时间",
            "granted_at": "核销时间",
            "ended_at": "结束时间",
        },
        values={
            "programme": lambda row, _: None if row[1] is None else row[1].name,
            "benefit": lambda row, _: row[0].benefit_read.label,
            "handle": lambda row, _: None if row[2] is None else row[2].handle,
        },
        rows=_redemptions,
        by=(Redemption.id,),
        kept=REDEMPTION_KEPT,
    ),
    Portion(
        code="service_orders",
        zh="信易+服务订单",
        en="service orders that came of benefits",
        tables=("service_orders",),
        fields={
            "id": "编号",
            "programme": "权益",
            "mode": "方式",
            "stage": "状态",
            "fund_name": "风险金名称",
            "fund_fen": "风险金额",
            "total_fen": "商户结算金额",
            "paid_fen": "已支付",
            "refunded_fen": "已退款",
            "created_at": "新建时间",
            "completed_at": "完结时间",
            "paid_at": "支付时间",
            "ended_at": "结束时间",
        },
        values={"programme": lambda row, _: None if row[1] is None else row[1].name},
        rows=_orders,
        by=(ServiceOrder.id,),
        kept=REDEMPTION_KEPT,
    ),
    Portion(
        code="perk_tickets",
        zh="景区门票",
        en="tickets of attractions",
        tables=("perk_tickets",),
        fields={
            "id": "编号",
            "programme": "权益",
            "label": "待遇",
            "persons": "人数",
            "used": "已入园人数",
            "state": "状态",
            "valid_from": "有效期开始",
            "valid_until": "有效期截止",
            "issued_at": "出票时间",
            "last_used_at": "最近入园时间",
            "ended_at": "结束时间",
        },
        values={"programme": lambda row, _: None if row[1] is None else row[1].name},
        rows=_tickets,
        by=(Ticket.id,),
        kept=REDEMPTION_KEPT,
    ),
    Portion(
        code="perk_limits",
        zh="权益限制",
        en="limits after a default",
        tables=("perk_limits", "perk_limit_parties"),
        fields={
            "id": "编号",
            "programme": "权益",
            "order_number": "订单",
            "owed_fen": "逾期未付",
            "reason": "商户理由",
            "state": "状态",
            "noticed_at": "告知时间",
            "object_until": "申诉截止",
            "effective_at": "生效时间",
            "ends_on": "到期日",
            "ended_at": "结束时间",
            "end_reason": "结束原因",
        },
        values={"programme": lambda row, _: None if row[1] is None else row[1].name},
        rows=_limits,
        by=(Limit.id,),
        kept=REDEMPTION_KEPT,
    ),
)
