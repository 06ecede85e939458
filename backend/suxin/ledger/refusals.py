"""Why the ledger says no: one refusal for each rule, so that whoever posts knows which one stands in the way."""

from suxin.kernel.refusals import Refusal, RefusalKind


class PostingRefused(Refusal):
    """A transfer is not carried out; ``index`` says which of those given together, counted from 0."""

    index: int = 0

    def at(self, index: int) -> "PostingRefused":
        """Say which of the transfers it was; return the refusal itself."""
        self.index, self.field = index, f"transfers.{index}"
        return self


class TooManyTransfers(Refusal):
    """More transfers were given at once than one statement takes."""

    code = "LEDGER_TOO_MANY_TRANSFERS"
    kind = RefusalKind.INVALID
    zh = "一次最多记账 {limit} 笔"
    en = "At most {limit} transfers at once"


class PostingsWaiting(Refusal):
    """As many postings wait for their turn as one process takes; nothing was posted."""

    code = "LEDGER_POSTINGS_WAITING"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "等候记账的已有 {limit} 笔，请稍后再试"
    en = "{limit} postings are waiting already; try again in a moment"


class IdRepeated(PostingRefused):
    """Two of the transfers given together have one id."""

    code = "LEDGER_ID_REPEATED"
    kind = RefusalKind.INVALID
    zh = "同一批记账中编号重复"
    en = "Two of these transfers have the same id"


class AmountOutOfBounds(PostingRefused):
    """The amount is no whole number of units, not positive, or larger than one transfer takes."""

    code = "LEDGER_AMOUNT_OUT_OF_BOUNDS"
    kind = RefusalKind.INVALID
    zh = "记账数额须为 1 至 {limit} 的整数（最小单位）"
    en = "An amount is a whole number of smallest units from 1 to {limit}"


class CodeMalformed(PostingRefused):
    """The code of a transfer or account is not words of lower-case letters with points between them."""

    code = "LEDGER_CODE_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "代码须为小写字母、数字和点号，如 pool.funding，最长 {limit} 字"
    en = "A code is lower-case words with points between, like pool.funding, at most {limit} characters"


class ReferenceTooLong(PostingRefused):
    """The reference is longer than is kept."""

    code = "LEDGER_REFERENCE_TOO_LONG"
    kind = RefusalKind.INVALID
    zh = "业务编号最长 {limit} 字"
    en = "A reference has at most {limit} characters"


class SameAccount(PostingRefused):
    """Debit and credit name one account."""

    code = "LEDGER_SAME_ACCOUNT"
    kind = RefusalKind.INVALID
    zh = "借方和贷方不能是同一账户"
    en = "Debit and credit must be two accounts"


class AccountUnknown(PostingRefused):
    """The book has no such account; another tenant's reads the same."""

    code = "LEDGER_ACCOUNT_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "账簿中没有这个账户（{side_zh}）"
    en = "The book has no such account ({side_en})"


class DifferentUnits(PostingRefused):
    """The two accounts count different things."""

    code = "LEDGER_DIFFERENT_UNITS"
    kind = RefusalKind.INVALID
    zh = "两个账户的计量单位不同：{debit} 与 {credit}"
    en = "The accounts have different units: {debit} and {credit}"


class AccountClosed(PostingRefused):
    """The account is closed."""

    code = "LEDGER_ACCOUNT_CLOSED"
    zh = "账户 {account} 已销户"
    en = "The account {account} is closed"


class PeriodClosed(PostingRefused):
    """The effective time lies in a closed period; what was wrong then is put right now."""

    code = "LEDGER_PERIOD_CLOSED"
    zh = "{before} 以前的账期已结账，不能再记账"
    en = "The period before {before} is closed"


class EffectiveAhead(PostingRefused):
    """The effective time has not come."""

    code = "LEDGER_EFFECTIVE_AHEAD"
    kind = RefusalKind.INVALID
    zh = "生效时间不能晚于记账时间"
    en = "A transfer cannot take effect later than it is recorded"


class WouldCrossFloor(PostingRefused):
    """The account would have less than it must, counting what is held."""

    code = "LEDGER_WOULD_CROSS_FLOOR"
    zh = "账户 {account} 可用余额不足，差 {missing}"
    en = "The account {account} would fall below its floor by {missing}"


class WouldCrossCeiling(PostingRefused):
    """The account would have more than it may, counting what is held."""

    code = "LEDGER_WOULD_CROSS_CEILING"
    zh = "账户 {account} 将超出上限 {excess}"
    en = "The account {account} would exceed its ceiling by {excess}"


class ExpiryPassed(PostingRefused):
    """A hold would have expired before it begins."""

    code = "LEDGER_EXPIRY_PASSED"
    kind = RefusalKind.INVALID
    zh = "冻结的到期时间须晚于现在"
    en = "A hold must expire later than now"


class PendingUnknown(PostingRefused):
    """The book has no such transfer to post, void or let expire."""

    code = "LEDGER_PENDING_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "账簿中没有这笔冻结"
    en = "The book has no such hold"


class NotPending(PostingRefused):
    """The transfer that was named is no hold."""

    code = "LEDGER_NOT_PENDING"
    zh = "这笔记账不是冻结"
    en = "The transfer is not a hold"


class PendingAlreadyPosted(PostingRefused):
    """The hold has been posted."""

    code = "LEDGER_PENDING_ALREADY_POSTED"
    zh = "这笔冻结已入账"
    en = "The hold has been posted"


class PendingAlreadyVoided(PostingRefused):
    """The hold has been voided."""

    code = "LEDGER_PENDING_ALREADY_VOIDED"
    zh = "这笔冻结已撤销"
    en = "The hold has been voided"


class PendingExpired(PostingRefused):
    """The hold's time is over, whether that is written down already or not."""

    code = "LEDGER_PENDING_EXPIRED"
    zh = "这笔冻结已到期"
    en = "The hold has expired"


class PendingNotExpired(PostingRefused):
    """The hold's time is not over, or it has none."""

    code = "LEDGER_PENDING_NOT_EXPIRED"
    zh = "这笔冻结尚未到期"
    en = "The hold has not expired"


class AmountExceedsPending(PostingRefused):
    """More is to be posted than is held."""

    code = "LEDGER_AMOUNT_EXCEEDS_PENDING"
    zh = "入账数额超出冻结数额 {held}"
    en = "The amount exceeds the {held} that is held"


class ReversedUnknown(PostingRefused):
    """The book has no such transfer to reverse."""

    code = "LEDGER_REVERSED_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "账簿中没有这笔要冲正的记账"
    en = "The book has no such transfer to reverse"


class NothingToReverse(PostingRefused):
    """The transfer moved nothing: it is a hold, or the end of one."""

    code = "LEDGER_NOTHING_TO_REVERSE"
    zh = "这笔记账没有变动余额，无需冲正"
    en = "The transfer moved nothing that could be reversed"


class AlreadyReversed(PostingRefused):
    """The transfer has been reversed."""

    code = "LEDGER_ALREADY_REVERSED"
    zh = "这笔记账已冲正"
    en = "The transfer has been reversed"


class AlreadyPosted(PostingRefused):
    """Of transfers that stand or fall together, this one is in the book already and others are not."""

    code = "LEDGER_ALREADY_POSTED"
    zh = "这笔记账已存在，不能与其他记账一起重新提交"
    en = "This transfer exists already and cannot be part of a new chain"


class ExistsWithDifferentAmount(PostingRefused):
    """A transfer with this id exists, with another amount."""

    code = "LEDGER_EXISTS_WITH_DIFFERENT_AMOUNT"
    zh = "该编号已记账，但数额不同"
    en = "A transfer with this id exists with a different amount"


class ExistsWithDifferentDebitAccount(PostingRefused):
    """A transfer with this id exists, from another account."""

    code = "LEDGER_EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT"
    zh = "该编号已记账，但借方账户不同"
    en = "A transfer with this id exists with a different debit account"


class ExistsWithDifferentCreditAccount(PostingRefused):
    """A transfer with this id exists, to another account."""

    code = "LEDGER_EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT"
    zh = "该编号已记账，但贷方账户不同"
    en = "A transfer with this id exists with a different credit account"


class ExistsWithDifferentPhase(PostingRefused):
    """A transfer with this id exists, of another phase."""

    code = "LEDGER_EXISTS_WITH_DIFFERENT_PHASE"
    zh = "该编号已记账，但记账方式不同"
    en = "A transfer with this id exists with a different phase"


class ExistsWithDifferentCode(PostingRefused):
    """A transfer with this id exists, with another code."""

    code = "LEDGER_EXISTS_WITH_DIFFERENT_CODE"
    zh = "该编号已记账，但业务代码不同"
    en = "A transfer with this id exists with a different code"


class ExistsWithDifferentReference(PostingRefused):
    """A transfer with this id exists, with another reference."""

    code = "LEDGER_EXISTS_WITH_DIFFERENT_REFERENCE"
    zh = "该编号已记账，但业务编号不同"
    en = "A transfer with this id exists with a different reference"


class ExistsWithDifferentEffectiveTime(PostingRefused):
    """A transfer with this id exists, which takes effect at another time."""

    code = "LEDGER_EXISTS_WITH_DIFFERENT_EFFECTIVE_TIME"
    zh = "该编号已记账，但生效时间不同"
    en = "A transfer with this id exists with a different effective time"


class ExistsWithDifferentExpiry(PostingRefused):
    """A hold with this id exists, which expires at another time."""

    code = "LEDGER_EXISTS_WITH_DIFFERENT_EXPIRY"
    zh = "该编号已记账，但到期时间不同"
    en = "A transfer with this id exists with a different expiry"


class ExistsWithDifferentPending(PostingRefused):
    """A transfer with this id exists, which resolves another hold."""

    code = "LEDGER_EXISTS_WITH_DIFFERENT_PENDING"
    zh = "该编号已记账，但对应的冻结不同"
    en = "A transfer with this id exists for a different hold"


class ExistsWithDifferentReversal(PostingRefused):
    """A transfer with this id exists, which reverses another one."""

    code = "LEDGER_EXISTS_WITH_DIFFERENT_REVERSAL"
    zh = "该编号已记账，但冲正的记账不同"
    en = "A transfer with this id exists which reverses a different one"


class AccountCodeTaken(Refusal):
    """The book has an account of this code."""

    code = "LEDGER_ACCOUNT_CODE_TAKEN"
    zh = "账户代码 {account} 已存在"
    en = "The book has an account {account} already"


class AssetUnknown(Refusal):
    """What the account is to count has no form that the ledger knows."""

    code = "LEDGER_ASSET_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "计量单位须为 CNY、POINT:代码 或 STOCK:代码"
    en = "An asset is CNY, POINT:code or STOCK:code"


class LimitsCrossed(Refusal):
    """The floor would lie above the ceiling, or zero outside of both for an account that begins empty."""

    code = "LEDGER_LIMITS_CROSSED"
    kind = RefusalKind.INVALID
    zh = "下限不能高于上限，新账户的余额 0 须在其间"
    en = "The floor lies above the ceiling, or a new account's 0 outside of both"


class AccountNotEmpty(Refusal):
    """The account has a balance or holds."""

    code = "LEDGER_ACCOUNT_NOT_EMPTY"
    zh = "账户 {account} 仍有余额或冻结，不能销户"
    en = "The account {account} still has a balance or holds"


class PeriodNotOver(Refusal):
    """The period to be closed has not ended."""

    code = "LEDGER_PERIOD_NOT_OVER"
    kind = RefusalKind.INVALID
    zh = "账期尚未结束，不能结账"
    en = "The period is not over"


class PeriodAlreadyClosed(Refusal):
    """The book is closed up to this time or a later one."""

    code = "LEDGER_PERIOD_ALREADY_CLOSED"
    zh = "{before} 以前的账期已经结账"
    en = "The period before {before} is closed already"
