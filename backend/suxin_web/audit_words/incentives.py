"""Audit words of incentives: runs, and the rules by which places earn."""

from collections.abc import Mapping
from typing import Final

INCENTIVE_ACTIONS: Final[Mapping[str, str]] = {
    "risk_pool.incentive.funded": "登记激励资金",
    "risk_pool.incentive.proposed": "提出考核激励",
    "risk_pool.incentive.posted": "考核激励入账",
    "risk_pool.incentive.withdrawn": "撤回考核激励",
    "risk_pool.incentive.reversal_proposed": "申请冲正考核激励",
    "risk_pool.incentive.kept": "撤回冲正申请",
    "risk_pool.incentive.reversed": "冲正考核激励",
    "risk_pool.incentive_rules.drafted": "起草激励规则",
    "risk_pool.incentive_rules.approved": "批准激励规则",
    "risk_pool.incentive_rules.withdrawn": "撤回激励规则",
}
INCENTIVE_OBJECTS: Final[Mapping[str, str]] = {
    "incentive_run": "激励方案",
    "incentive_rule_set": "激励规则",
}
