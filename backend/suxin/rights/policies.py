"""Who may answer what subjects ask about their data: rights of the operator's staff."""

from suxin.kernel.actor import Permission

CORRECTION_READ = Permission("rights.correction.read", "查看更正申请")
CORRECTION_ANSWER = Permission("rights.correction.answer", "答复更正申请")
