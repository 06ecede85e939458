"""Audit words of covers and claims on them, and of limits after a default."""

from collections.abc import Mapping
from typing import Final

COVER_ACTIONS: Final[Mapping[str, str]] = {
    "perks.cover.opened": "开立先行赔付账户",
    "perks.cover.funded": "登记先行赔付注资",
    "perks.cover.closed": "停用先行赔付账户",
    "perks.cover_claim.filed": "申请先行赔付",
    "perks.cover_claim.paper_added": "补充赔付材料",
    "perks.cover_claim.withdrawn": "撤回赔付申请",
    "perks.cover_claim.decided": "审核赔付申请",
    "perks.cover_claim.sent_back": "复核退回赔付申请",
    "perks.cover_claim.approved": "复核批准赔付",
    "perks.cover_claim.rejected": "不予赔付",
    "perks.cover_claim.paid": "登记赔付付款",
    "perks.cover_claim.late": "赔付申请逾期升级",
    "perks.cover_claim.redated": "调整赔付申请期限",
    "perks.cover_claim.recovered": "登记赔付追回",
    "perks.cover_claim.recovery_confirmed": "确认追回到账",
    "perks.limit.proposed": "提出权益限制",
    "perks.limit.noticed": "告知权益限制",
    "perks.limit.contested": "对权益限制提出申诉",
    "perks.limit.effective": "权益限制生效",
    "perks.limit.stands": "申诉结束，恢复等待生效",
    "perks.limit.lifted": "申诉成立，解除权益限制",
    "perks.limit.ended": "结束权益限制",
}
COVER_OBJECTS: Final[Mapping[str, str]] = {
    "cover": "先行赔付账户",
    "cover_claim": "赔付申请",
    "perk_limit": "权益限制",
}
COVER_REASONS: Final[Mapping[str, str]] = {
    "disputes that hold up a cover": "核对订单有无未办结的异议",
    "an order a cover pays for": "核对赔付订单的现状",
}
