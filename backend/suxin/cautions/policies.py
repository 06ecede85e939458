"""Who may do what about public warnings: rights of the operator's staff. Whoever proposes one does not publish it."""

from typing import Final

from suxin.kernel.actor import Permission

CAUTION_READ: Final = Permission("cautions.caution.read", "查看公开警示")
CAUTION_FILE: Final = Permission("cautions.caution.file", "提出公开警示")
CAUTION_DECIDE: Final = Permission("cautions.caution.decide", "审定公开警示")
