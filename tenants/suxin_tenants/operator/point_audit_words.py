"""Audit words of village points."""

from collections.abc import Mapping
from typing import Final

POINT_ACTIONS: Final[Mapping[str, str]] = {
    "grid.rules.drafted": "起草积分细则",
    "grid.rules.edited": "修改积分细则",
    "grid.rules.adopted": "登记积分细则表决",
    "grid.rules.returned": "退回积分细则",
    "grid.rules.confirmed": "确认积分细则",
    "grid.rules.dropped": "作废积分细则",
    "grid.home.declared": "登记工作人员所在农户",
    "grid.claim.recorded": "登记积分申报",
    "grid.claim.revised": "修改积分申报",
    "grid.device.enrolled": "登记采集设备",
    "grid.device.ended": "停用采集设备",
    "grid.field.synced": "补传离线采集",
    "grid.field.settled": "核定采集冲突",
    "grid.claim.withdrawn": "撤回积分申报",
    "grid.claim.checked": "初审积分申报",
    "grid.claim.voted": "评议积分申报",
    "grid.claim.approved": "评议通过积分申报",
    "grid.claim.refused": "积分申报未通过",
    "grid.claim.noticed": "公示积分申报",
    "grid.claim.appealed": "对积分提出异议",
    "grid.claim.answered": "村监委决定积分异议",
    "grid.claim.taken_to_town": "积分异议提请乡镇",
    "grid.claim.town_decided": "乡镇决定积分异议",
    "grid.claim.revived": "积分申报恢复待公示",
    "grid.claim.unfrozen": "积分申报恢复公示",
    "grid.claim.posted": "积分入账",
    "grid.claim.rejected": "积分申报终止",
    "grid.claim.late": "积分办理逾期",
    "grid.claim.reversal_asked": "申请冲正积分",
    "grid.claim.reversed": "冲正积分",
    "grid.notice.published": "发布积分公示",
    "grid.agreement.given": "同意积分用途",
    "grid.agreement.taken_back": "撤回积分用途同意",
    "grid.record.kept": "加分记入信用记录",
    "grid.record.withdrawn": "撤下积分信用记录",
}
POINT_OBJECTS: Final[Mapping[str, str]] = {
    "grid_rule_set": "积分细则",
    "grid_claim": "积分申报",
    "grid_notice": "积分公示",
    "grid_agreement": "积分用途同意",
}
POINT_REASONS: Final[Mapping[str, str]] = {
    "own point claim": "村民为本户申报积分",
    "point objection": "村民对积分提出异议",
    "point appeal at the town": "乡镇决定积分异议",
    "points recorded": "加分记入信用记录",
    "name taken off notices": "撤回同意后隐去公示姓名",
}
