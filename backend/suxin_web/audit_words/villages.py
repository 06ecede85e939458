"""Audit words of villages: their registers, and the ratings that stand on them."""

from collections.abc import Mapping
from typing import Final

from suxin_web.audit_words import rural
from suxin_web.audit_words.points import POINT_ACTIONS, POINT_OBJECTS
from suxin_web.audit_words.shop import SHOP_ACTIONS, SHOP_OBJECTS

ACTIONS: Final[Mapping[str, str]] = {
    **POINT_ACTIONS,
    **SHOP_ACTIONS,
    **rural.ACTIONS,
    "villages.area.added": "登记村级区划",
    "villages.register.opened": "建立村户名册",
    "villages.register.imported": "导入村户名册",
    "villages.household.registered": "登记农户",
    "villages.household.changed": "修改农户信息",
    "villages.household.moved_away": "登记农户迁出",
    "villages.household.came_back": "恢复农户在册",
    "villages.household.merged": "并户",
    "villages.household.split": "分户",
    "villages.household.head_named": "变更户主",
    "villages.household.agreed": "户主同意建立农户信用档案",
    "villages.member.added": "登记家庭成员",
    "villages.member.changed": "修改家庭成员信息",
    "villages.member.left": "登记家庭成员离户",
    "villages.member.opened": "查看村民完整信息",
    "villages.grid.drawn": "划定网格",
    "villages.grid.renamed": "网格更名",
    "villages.grid.renumbered": "网格重新编码",
    "villages.grid.split": "拆分网格",
    "villages.grid.merged": "合并网格",
    "villages.worker.assigned": "安排网格员",
    "villages.worker.ended": "结束网格员安排",
    "villages.link.asked": "申请关联农户",
    "villages.link.proved": "按证件号码关联农户",
    "villages.link.confirmed": "确认农户关联",
    "villages.link.declined": "未通过农户关联",
    "villages.link.ended": "解除农户关联",
    "villages.merger.proposed": "提出村居合并",
    "villages.merger.approved": "批准村居合并",
    "villages.merger.declined": "未通过村居合并",
    "villages.merger.carried_out": "完成村居合并",
}
OBJECTS: Final[Mapping[str, str]] = {
    **POINT_OBJECTS,
    **SHOP_OBJECTS,
    **rural.OBJECTS,
    "village": "村户名册",
    "area": "行政区划",
    "register_import": "名册导入",
    "household": "农户",
    "household_member": "家庭成员",
    "village_grid": "网格",
    "grid_worker": "网格员安排",
    "household_link": "农户关联",
    "village_merger": "村居合并",
}
DETAILS: Final[Mapping[str, str]] = {
    **rural.DETAILS,
    "area_code": "区划代码",
    "households": "户数",
    "persons": "人数",
    "members": "成员数",
    "lines": "行数",
    "added": "新增",
    "from": "原编码",
    "to": "新编码",
    "into": "并入",
    "made": "新设",
    "notice_sha256": "告知书 SHA-256",
}
