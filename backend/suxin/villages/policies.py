"""Who may do what with a village's register, by permission."""

from typing import Final

from suxin.kernel.actor import Permission

REGISTER_READ: Final = Permission("villages.register.read", "查看村户名册")
REGISTER_MANAGE: Final = Permission("villages.register.manage", "维护村户名册")
PERSON_READ: Final = Permission("villages.person.read", "查看村民完整信息")
GRID_MANAGE: Final = Permission("villages.grid.manage", "管理网格和网格员")
LINK_DECIDE: Final = Permission("villages.link.decide", "确认村民身份")
COUNT_READ: Final = Permission("villages.count.read", "查看村居名册统计")
MERGER_PROPOSE: Final = Permission("villages.merger.propose", "提出村居合并")
MERGER_DECIDE: Final = Permission("villages.merger.decide", "复核村居合并")
AREA_ADD: Final = Permission("villages.area.add", "登记村级区划")
