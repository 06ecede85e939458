"""Who sees and judges what others promised: rights of the operator's staff."""

from suxin.kernel.actor import Permission

COMMITMENT_READ = Permission("subjects.commitment.read", "查看信用承诺")
COMMITMENT_JUDGE = Permission("subjects.commitment.judge", "登记信用承诺、认定履约情况")
