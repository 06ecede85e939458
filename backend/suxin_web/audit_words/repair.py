"""Audit words of applications for credit repair."""

from collections.abc import Mapping
from typing import Final

REPAIR_ACTIONS: Final[Mapping[str, str]] = {
    "repair.application.accepted": "信用修复：认定单位受理",
    "repair.application.extended": "信用修复：认定单位延期",
    "repair.application.filed": "申请信用修复",
    "repair.application.forgotten": "删除期满修复申请",
    "repair.application.late": "信用修复逾期",
    "repair.application.not_accepted": "信用修复：不予受理",
    "repair.application.redated": "调整信用修复期限",
    "repair.application.refused": "信用修复：不予修复",
    "repair.application.relayed": "信用修复转送国家窗口",
    "repair.application.repaired": "信用修复已落实",
    "repair.application.returned": "信用修复：退回补正",
    "repair.application.supplemented": "补正修复申请",
    "repair.application.withdrawn": "撤回修复申请",
    "repair.copies.marked": "归集批次中的已修复记录停止使用",
    "repair.document.put_down": "上传修复材料",
}
