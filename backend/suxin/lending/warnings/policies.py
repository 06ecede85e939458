"""Who draws up the rules of early warning, who puts them in force, and who sees how they fared."""

from typing import Final

from suxin.kernel.actor import Permission

WARNING_RULE_READ: Final = Permission("lending.warning_rule.read", "查看预警规则与成效")
WARNING_RULE_DRAFT: Final = Permission("lending.warning_rule.draft", "起草预警规则")
WARNING_RULE_ACTIVATE: Final = Permission("lending.warning_rule.activate", "启用预警规则")
