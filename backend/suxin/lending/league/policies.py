"""Who may look at league tables, and who keeps them."""

from typing import Final

from suxin.kernel.actor import Permission

LEAGUE_READ: Final = Permission("lending.league.read", "查看银行排行")
LEAGUE_KEEP: Final = Permission("lending.league.keep", "更正和公布银行排行")
