"""Why a report about a loan is not taken: one refusal for each fact that stands in the way."""

from suxin.kernel.refusals import Refusal, RefusalKind


class OfferNotAccepted(Refusal):
    """A contract is signed on an accepted offer."""

    code = "OFFER_NOT_ACCEPTED"
    zh = "申请人尚未接受该报价，不能签约"
    en = "The applicant has not accepted this offer, so that no contract can be signed on it"


class ContractExists(Refusal):
    """There is a contract on the offer, with other particulars."""

    code = "LOAN_CONTRACT_EXISTS"
    zh = "该报价已签订合同 {number}，且内容不同"
    en = "There is a contract on this offer, {number}, which says something else"


class ContractNumberTaken(Refusal):
    """Another loan of the bank has the contract's number."""

    code = "LOAN_CONTRACT_NUMBER_TAKEN"
    zh = "合同编号 {number} 已用于另一笔贷款"
    en = "The contract number {number} is another loan's"


class CoolingOffOver(Refusal):
    """The time within which a contract can be cancelled is over."""

    code = "LOAN_COOLING_OFF_OVER"
    zh = "犹豫期已于 {until} 结束，不能撤销合同"
    en = "The cooling-off period ended at {until}; the contract can no longer be cancelled"


class DrawnBeyondContract(Refusal):
    """More would be drawn than the contract allows."""

    code = "LOAN_DRAWN_BEYOND_CONTRACT"
    zh = "放款合计超过合同金额，最多还可放款 {left}"
    en = "More would be drawn than the contract allows; {left} is left"


class DrawnAfterTerm(Refusal):
    """Something would be drawn when nothing is due any more."""

    code = "LOAN_DRAWN_AFTER_TERM"
    zh = "放款日应早于最后一个还款日"
    en = "Money is drawn before the last due day"


class ReferenceReused(Refusal):
    """The bank's reference belongs to a report that says something else."""

    code = "LOAN_REFERENCE_REUSED"
    zh = "流水号 {reference} 已用于内容不同的记录"
    en = "The reference {reference} was used for a report that says something else"


class RepaidBeforeDrawn(Refusal):
    """Something would be repaid before anything was drawn."""

    code = "LOAN_REPAID_BEFORE_DRAWN"
    zh = "还款日早于首次放款日 {first}"
    en = "The day of the repayment is before the first draw-down on {first}"


class RepaidBeyondOwed(Refusal):
    """More would be repaid than is owed."""

    code = "LOAN_REPAID_BEYOND_OWED"
    zh = "还款超过应还金额 {beyond}"
    en = "The repayment exceeds what is owed by {beyond}"


class PrepaidBeyondAhead(Refusal):
    """More would be prepaid than is still to fall due; what is due is repaid as planned."""

    code = "LOAN_PREPAID_BEYOND_AHEAD"
    zh = "提前还款的本金超过尚未到期的本金；已到期部分请按计划还款登记"
    en = "More principal would be prepaid than is still to fall due; what is due is reported as repaid"


class NotPaidOff(Refusal):
    """Something is still owed."""

    code = "LOAN_NOT_PAID_OFF"
    zh = "尚有 {owed} 未还，不能结清"
    en = "{owed} is still owed, so that the loan is not settled"


class NothingToRenew(Refusal):
    """Nothing is outstanding, or something due is unpaid."""

    code = "LOAN_NOTHING_TO_RENEW"
    zh = "没有可续贷的本金，或仍有到期未还的款项"
    en = "No principal is outstanding, or something that is due is unpaid"


class RepaymentFileMalformed(Refusal):
    """The file is no list of repayments."""

    code = "REPAYMENT_FILE_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "文件无法按 CSV 或 XLSX 读取，或表头不是：{heading}"
    en = "The file cannot be read as CSV or XLSX, or its heading is not {heading}"


class TooManyRepayments(Refusal):
    """More repayments are reported at once than are taken."""

    code = "TOO_MANY_REPAYMENTS"
    kind = RefusalKind.LIMITED
    zh = "一次最多登记 {limit} 笔还款"
    en = "At most {limit} repayments are reported at once"


class NotSecured(Refusal):
    """The loan has neither a mortgage nor a pledge that could be registered."""

    code = "LOAN_NOT_SECURED"
    zh = "该贷款没有抵押或质押，不能登记抵押"
    en = "The loan has neither a mortgage nor a pledge, so that nothing can be registered"


class CollateralShortened(Refusal):
    """The same registration would end earlier than it was said to."""

    code = "LOAN_COLLATERAL_SHORTENED"
    kind = RefusalKind.INVALID
    zh = "该抵押登记有效至 {until}，不能改为更早的日期"
    en = "This registration holds until {until} and cannot end earlier"


class LoanUnknown(Refusal):
    """The bank has no loan of this contract number within the caller's reach."""

    code = "LOAN_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "没有合同编号为 {number} 的贷款"
    en = "There is no loan with the contract number {number}"
