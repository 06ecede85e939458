"""Audit words of rural ratings."""

from collections.abc import Mapping
from typing import Final

ACTIONS: Final[Mapping[str, str]] = {
    "rural.cycle.opened": "发起信用评级",
    "rural.cycle.panel_named": "确定评议小组",
    "rural.cycle.panel_began": "开始评议",
    "rural.cycle.panel_closed": "结束评议",
    "rural.cycle.combined": "汇总评议与记录",
    "rural.cycle.noticed": "复核结果并公示",
    "rural.cycle.effective": "评级结果生效",
    "rural.cycle.called_off": "取消信用评级",
    "rural.entry.entered": "授权并参评",
    "rural.entry.left": "撤回授权退出评级",
    "rural.entry.withdrawn": "清除已退出的参评",
    "rural.entry.proposed": "推荐经营主体参评",
    "rural.entry.admitted": "准予参评",
    "rural.entry.not_admitted": "不予参评",
    "rural.entry.frozen": "申诉，拟定等级暂不生效",
    "rural.entry.thawed": "申诉办结，维持拟定等级",
    "rural.entry.reopened": "申诉获支持，重新测算",
    "rural.vote.cast": "参加评议",
    "rural.vote.recused": "评议回避",
    "rural.hearing.opened": "告知拟降级",
    "rural.hearing.redated": "调整陈述期限",
    "rural.entry.forgotten": "期满清除参评",
    "rural.hearing.stated": "陈述",
    "rural.hearing.decided": "决定是否降级",
    "rural.grade.given": "信用等级生效",
    "rural.statement.stated": "出具情况证明",
    "rural.statement.verified": "复核情况证明",
    "rural.statement.rejected": "退回情况证明",
    "rural.record.attested": "情况证明记入信用记录",
    "rural.title.filed": "申报信用村镇",
    "rural.title.approved": "命名信用村镇",
    "rural.title.rejected": "不予命名信用村镇",
    "rural.title.revoked": "撤销信用村镇命名",
}
OBJECTS: Final[Mapping[str, str]] = {
    "rural_cycle": "评级批次",
    "rural_entry": "参评",
    "rural_grade": "涉农信用等级",
    "rural_statement": "情况证明",
    "rural_title": "信用村镇命名",
}
DETAILS: Final[Mapping[str, str]] = {
    "entries": "参评数",
}
