"""Audit words of reviewed cases: each step that is taken on one."""

from collections.abc import Mapping
from typing import Final

CASE_ACTIONS: Final[Mapping[str, str]] = {
    "review.case.accepted": "受理事项",
    "review.case.appealed": "提出申诉",
    "review.case.decided": "作出决定（待复核）",
    "review.case.effective": "事项办结生效",
    "review.case.extended": "事项延期",
    "review.case.filed": "提出事项",
    "review.case.forgotten": "删除期满事项",
    "review.case.lapsed": "逾期未补正终止",
    "review.case.late": "事项逾期未办",
    "review.case.noticed": "复核通过并告知",
    "review.case.redated": "调整事项期限",
    "review.case.returned": "退回补正",
    "review.case.sent_back": "复核退回",
    "review.case.source_answered": "来源已回复",
    "review.case.source_asked": "转来源核实",
    "review.case.source_late": "来源逾期未回复",
    "review.case.supplemented": "补正材料",
    "review.case.transfer_late": "转来源核实逾期",
    "review.case.withdrawn": "撤回事项",
    "review.document.put_down": "上传证明材料",
}
