"""Who may fund the incentive account, propose what banks earn, and put it into effect."""

from typing import Final

from suxin.kernel.actor import Permission

INCENTIVE_READ: Final = Permission("risk_pool.incentive.read", "查看考核激励")
INCENTIVE_PROPOSE: Final = Permission("risk_pool.incentive.propose", "提出考核激励与冲正")
INCENTIVE_CHECK: Final = Permission("risk_pool.incentive.check", "复核考核激励与冲正")
