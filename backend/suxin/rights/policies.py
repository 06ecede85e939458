"""Who may deal with what subjects ask about their data: rights of the operator's staff. Whoever decides does not check."""

from suxin.kernel.actor import Permission

CASE_READ = Permission("rights.case.read", "查看异议与申请事项")
CASE_DECIDE = Permission("rights.case.decide", "办理异议与申请事项")
CASE_CHECK = Permission("rights.case.check", "复核异议与申请事项")
