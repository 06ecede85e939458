"""How the audit tells of early warning and of registered collateral."""

from collections.abc import Mapping
from typing import Final

WARNING_ACTIONS: Final[Mapping[str, str]] = {
    "lending.loan.collateral_recorded": "登记抵押",
    "lending.warning.raised": "提示风险预警",
    "lending.warning.acknowledged": "签收风险预警",
    "lending.warning.acted": "处置风险预警",
    "lending.warning.false_alarm": "标为误报",
    "lending.warning.lapsed": "风险预警逾期未处理",
    "lending.warning.withdrawn": "撤销风险预警",
    "lending.warning_rules.drafted": "起草预警规则",
    "lending.warning_rules.activated": "启用预警规则",
    "lending.warning_rules.retired": "预警规则被新版替代",
    "lending.warning_rules.withdrawn": "撤回预警规则",
}
