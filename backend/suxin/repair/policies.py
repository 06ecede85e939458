"""Who may look on at applications for credit repair: a right of the operator's staff. Nobody here may decide one."""

from suxin.kernel.actor import Permission

REPAIR_READ = Permission("repair.application.read", "查看信用修复申请")
