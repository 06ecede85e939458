"""Who asks for guarantees, sees them, underwrites and approves them, and holds a guarantor to its limits."""

from typing import Final

from suxin.kernel.actor import Permission

GUARANTEE_READ: Final = Permission("lending.guarantee.read", "查看担保申请和承诺")
GUARANTEE_ASK: Final = Permission("lending.guarantee.ask", "请担保机构出具担保承诺")
GUARANTEE_UNDERWRITE: Final = Permission("lending.guarantee.underwrite", "审查担保申请")
GUARANTEE_APPROVE: Final = Permission("lending.guarantee.approve", "批准担保承诺")
GUARANTOR_OVERSEE: Final = Permission("lending.guarantor.read", "查看担保机构和担保承诺")
GUARANTOR_LIMIT: Final = Permission("lending.guarantor.limit", "设定担保机构限额")
