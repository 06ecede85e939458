"""Audit words of programmes and redemptions, and of what stands around them."""

from collections.abc import Mapping
from typing import Final

from suxin_web.audit_words.covers import COVER_ACTIONS, COVER_OBJECTS, COVER_REASONS

PERK_ACTIONS: Final[Mapping[str, str]] = {
    "perks.programme.drafted": "起草权益",
    "perks.programme.edited": "修改权益",
    "perks.programme.submitted": "提交权益审批",
    "perks.programme.returned": "退回权益",
    "perks.programme.published": "发布权益",
    "perks.programme.suspended": "暂停权益",
    "perks.programme.ended": "结束权益",
    "perks.programme.stocked": "增加权益库存",
    "perks.redemption.held": "锁定权益",
    "perks.redemption.granted": "核销权益",
    "perks.redemption.completed": "完成核销",
    "perks.redemption.rolled_back": "撤回核销",
    "perks.redemption.expired": "核销超时",
    "perks.code.handed_out": "在窗口打印纸质权益码",
    "perks.ticket.issued": "出具门票",
    "perks.ticket.part_used": "门票入园",
    "perks.ticket.used": "门票用完",
    "perks.ticket.cancelled": "作废门票",
    "perks.ticket.expired": "门票过期",
    "perks.gate.synced": "补传检票记录",
    "perks.record.kept": "记入守约记录",
    "perks.settlement.drawn_up": "出具结算单",
    "perks.settlement.confirmed": "确认结算单",
    "perks.settlement.disputed": "对结算单提出异议",
    "perks.settlement.answered": "答复结算单异议",
    "perks.settlement.approved_first": "审批结算单（第一人）",
    "perks.settlement.approved": "审批结算单",
    "perks.settlement.paid": "登记结算付款",
    **COVER_ACTIONS,
}
PERK_OBJECTS: Final[Mapping[str, str]] = {
    "programme": "权益",
    "redemption": "核销",
    "settlement": "结算单",
    "ticket": "门票",
    **COVER_OBJECTS,
}
PERK_REASONS: Final[Mapping[str, str]] = {
    "perk code asked for at a counter": "在窗口征求使用权益的同意",
    "perk code printed at a counter": "在窗口打印纸质权益码",
    "perk code used": "核销权益码",
    "perk redeemed": "核对本人可享次数",
    "perk ticket given back": "在景区名下为本人退票",
    "perk ticket issued": "在景区名下为本人出票",
    "perk kept": "记入守约记录",
    "perk settlement paid": "登记结算付款",
    "perk programme approved": "批准使用市级资金的权益",
    **COVER_REASONS,
}
