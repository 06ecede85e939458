"""Where a request for a guarantee stands, and why one is declined."""

from typing import Final

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class GuaranteeState(LabelledState):
    """Where a request for a guarantee stands."""

    REQUESTED = "REQUESTED", "待审查", "waiting for the guarantor"
    UNDERWRITTEN = "UNDERWRITTEN", "待批准", "underwritten"
    APPROVED = "APPROVED", "已承诺", "committed"
    DECLINED = "DECLINED", "不予担保", "declined"
    WITHDRAWN = "WITHDRAWN", "银行撤回", "withdrawn"
    LAPSED = "LAPSED", "已失效", "lapsed"
    RELEASED = "RELEASED", "已解除", "released"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "担保申请", "request for a guarantee"


WAITING: Final = frozenset({GuaranteeState.REQUESTED, GuaranteeState.UNDERWRITTEN})
"""The guarantor is to act next."""
LIVE: Final = WAITING | {GuaranteeState.APPROVED}
"""An offer has one of these at a time."""


class GuaranteeDecline(LabelledEnum):
    """Why a guarantor declines (不予担保原因)."""

    OUTSIDE_POLICY = "outside_policy", "不符合本机构担保政策", "outside the guarantor's policy"
    RISK_TOO_HIGH = "risk_too_high", "风险过高", "the risk is too high"
    NO_COUNTER_SECURITY = "no_counter_security", "反担保不足", "counter-security insufficient"
    NO_CONSENT = "no_consent", "申请人未授权", "the applicant gave no consent"
    LIMIT_REACHED = "limit_reached", "担保限额不足", "the limits are reached"
    OTHER = "other", "其他原因", "another reason"


class GuaranteeRelease(LabelledEnum):
    """Why a commitment binds no more."""

    SETTLED = "settled", "贷款结清", "the loan is settled"
    CANCELLED = "cancelled", "合同撤销", "the contract was cancelled"
    PERIOD_OVER = "period_over", "担保期间届满", "the guarantee's period is over"


class GuarantorForm(LabelledEnum):
    """What a guarantor is: both answer for a part of loans, the one by letters, the other by policies."""

    GUARANTEE_COMPANY = "guarantee_company", "融资担保公司", "guarantee company"
    INSURER = "insurer", "保证保险公司", "insurer"
