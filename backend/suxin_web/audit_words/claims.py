"""Audit words of claims on risk pools, the custodian's lines and recoveries."""

from collections.abc import Mapping
from typing import Final

CLAIM_ACTIONS: Final[Mapping[str, str]] = {
    "lending.loan.compensated": "贷款已代偿",
    "lending.loan.recovering": "贷款转入追偿",
    "risk_pool.claim.drafted": "汇总代偿材料",
    "risk_pool.claim.submitted": "提交代偿申请",
    "risk_pool.claim.withdrawn": "撤回代偿申请",
    "risk_pool.claim.taken_up": "开始核对代偿材料",
    "risk_pool.claim.passed_on": "代偿申请送审",
    "risk_pool.claim.returned": "退回代偿申请",
    "risk_pool.claim.rejected": "不予代偿",
    "risk_pool.claim.approved_once": "代偿第一道审批",
    "risk_pool.claim.approved": "代偿批准并发付款函",
    "risk_pool.claim.part_approved": "缺口付款批准并发函",
    "risk_pool.claim.paid": "代偿已付款",
    "risk_pool.claim.part_paid": "缺口已付款",
    "risk_pool.claim.recovered": "登记追偿",
    "risk_pool.claim.recovery_confirmed": "追偿分配入账",
    "risk_pool.claim.closed": "代偿结案",
    "risk_pool.claim.written_off": "代偿核销",
    "risk_pool.claim.write_off_asked": "提出核销代偿",
    "risk_pool.claim.reverse_asked": "提出冲正代偿",
    "risk_pool.claim.ending_dropped": "取消核销或冲正",
    "risk_pool.bank_ledger.taken": "上传银行台账",
    "risk_pool.collection.recorded": "登记催收",
    "risk_pool.collection.file_attached": "上传催收材料",
    "risk_pool.statement.taken": "导入托管对账单",
    "risk_pool.line.matched": "匹配托管流水",
    "risk_pool.line.set_aside": "搁置托管流水",
    "risk_pool.line.taken_up": "恢复托管流水",
}
CLAIM_OBJECTS: Final[Mapping[str, str]] = {
    "collection_file": "催收材料",
    "pool_claim": "代偿申请",
    "custodian_statement": "托管对账单",
    "custodian_line": "托管流水",
    "bank_ledger": "银行台账",
}
CLAIM_REASONS: Final[Mapping[str, str]] = {
    "what a pool has for a claim": "核算代偿可用余额",
    "the loan behind a claim on a pool": "锁定代偿所涉贷款",
    "a claim is worked out before it is approved": "审批前重新核算代偿",
    "a compensated loan is written off": "核销已代偿贷款",
    "a loan whose compensation was reversed": "冲正代偿",
    "a loan whose loss has come back is settled": "结清已追回的贷款",
    "disputes that hold up a claim": "核对未办结的异议",
    "the pool has paid its share of the loan": "登记贷款已代偿",
}
