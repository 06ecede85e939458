"""Why a loan is not filed: one refusal for each fact that stands in the way."""

from suxin.kernel.refusals import Refusal, RefusalKind


class FilingRefused(Refusal):
    """A loan is not filed; the kinds say why."""


class AgreementNotInForce(FilingRefused):
    """The bank has no agreement with the pool that runs today."""

    code = "POOL_AGREEMENT_NOT_IN_FORCE"
    zh = "贵行与该资金池没有生效中的合作协议"
    en = "The bank has no agreement with the pool in force"


class PoolPaused(FilingRefused):
    """The pool takes no loans at present."""

    code = "POOL_PAUSED"
    zh = "资金池“{name}”暂不受理备案"
    en = "The pool {name} takes no filings at present"


class AlreadyFiled(FilingRefused):
    """The loan is filed, in this pool or another."""

    code = "POOL_ALREADY_FILED"
    zh = "合同 {number} 已备案，一笔贷款只能备案一次"
    en = "The loan {number} was filed; a loan is filed once, in one pool"


class LoanNotFilable(FilingRefused):
    """The loan is not drawn, or overdue, or at its end."""

    code = "POOL_LOAN_NOT_FILABLE"
    zh = "贷款当前状态为“{state_zh}”，只有已放款且未逾期的贷款可以备案"
    en = "The loan is {state_en}; only a loan that is drawn and not overdue is filed"


class BorrowerConsentGone(FilingRefused):
    """The bank holds no basis any more on which it reads the borrower's request."""

    code = "POOL_BORROWER_CONSENT_GONE"
    zh = "借款人对该申请的授权已失效，不能备案"
    en = "The borrower's consent for this request is no longer in force"


class FilingWindowClosed(FilingRefused):
    """More working days went by since the first draw-down than the agreement allows."""

    code = "POOL_FILING_WINDOW_CLOSED"
    zh = "备案期限已于 {until} 届满（首次放款后 {days} 个工作日内）"
    en = "The time to file ended on {until}, {days} working days after the first draw-down"


class ProductNotCovered(FilingRefused):
    """The loan's product is not on the agreement's list."""

    code = "POOL_PRODUCT_NOT_COVERED"
    zh = "产品 {product} 不在协议的产品清单内"
    en = "The product {product} is not on the agreement's list"


class IndustryNotCovered(FilingRefused):
    """The borrower's industry is not on the agreement's list, or is not known."""

    code = "POOL_INDUSTRY_NOT_COVERED"
    zh = "借款人所属行业“{industry}”不在协议的行业清单内"
    en = "The borrower's industry {industry} is not on the agreement's list"


class AreaNotCovered(FilingRefused):
    """The borrower's area is not on the agreement's list, or is not known."""

    code = "POOL_AREA_NOT_COVERED"
    zh = "借款人所在区域“{area}”不在协议的区域清单内"
    en = "The borrower's area {area} is not on the agreement's list"


class PurposeNotCovered(FilingRefused):
    """What the money is for is not on the agreement's list."""

    code = "POOL_PURPOSE_NOT_COVERED"
    zh = "贷款用途“{purpose}”不在协议的用途清单内"
    en = "The purpose {purpose} is not on the agreement's list"


class PrincipalAboveCap(FilingRefused):
    """The loan's principal is above what the agreement covers of one loan."""

    code = "POOL_PRINCIPAL_ABOVE_CAP"
    zh = "合同金额超过协议单笔上限 {cap}"
    en = "The principal is above the agreement's {cap} for one loan"


class RateAboveCeiling(FilingRefused):
    """The loan's rate is above the agreement's ceiling."""

    code = "POOL_RATE_ABOVE_CEILING"
    zh = "贷款利率超过协议上限 {ceiling}%"
    en = "The rate is above the agreement's {ceiling}%"


class FilingSuspended(FilingRefused):
    """The compensation rate of this bank's product keeps new loans out."""

    code = "POOL_FILING_SUSPENDED"
    zh = "该产品已触发熔断（{state_zh}），暂不受理新的备案"
    en = "New filings of this product are stopped: it is {state_en}"


class FilingNotGuaranteed(FilingRefused):
    """The agreement's guarantor has not committed itself to its share of the loan."""

    code = "POOL_GUARANTEE_MISSING"
    zh = "协议约定由担保机构分担，该贷款尚无该机构不低于约定比例的有效承诺"
    en = "The agreement's guarantor has not committed itself to its share of this loan"


class PoolExhausted(FilingRefused):
    """The pool's free capacity does not cover the loan."""

    code = "POOL_EXHAUSTED"
    zh = "资金池担保容量不足，差 {missing}"
    en = "The pool's capacity falls short by {missing}"


class PoolQuotaExhausted(FilingRefused):
    """The bank's free quota does not cover the loan."""

    code = "POOL_QUOTA_EXHAUSTED"
    zh = "贵行在该资金池的额度不足，差 {missing}"
    en = "The bank's quota in the pool falls short by {missing}"


class TooManyFilings(Refusal):
    """More loans are filed at once than are taken."""

    code = "POOL_TOO_MANY_FILINGS"
    kind = RefusalKind.LIMITED
    zh = "一次最多备案 {limit} 笔贷款"
    en = "At most {limit} loans are filed at once"


class FilingFileMalformed(Refusal):
    """The file is no list of loans to be filed."""

    code = "POOL_FILING_FILE_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "文件无法按 CSV 或 XLSX 读取，或表头不是：{heading}"
    en = "The file cannot be read as CSV or XLSX, or its heading is not {heading}"
