"""What stands in the way of a guarantee, and of a contract that needs one."""

from suxin.kernel.refusals import Refusal, RefusalKind


class GuaranteeMissing(Refusal):
    """No guarantor answers for this guaranteed loan."""

    code = "GUARANTEE_MISSING"
    zh = "该贷款由担保机构担保，须先取得有效的担保承诺"
    en = "The loan is guaranteed: a guarantor has to commit itself before"


class GuaranteeAsked(Refusal):
    """A guarantor has been asked about this offer, or is committed."""

    code = "GUARANTEE_ASKED"
    zh = "该报价已有在办或有效的担保申请"
    en = "A guarantor has been asked about this offer already"


class GuaranteeInUse(Refusal):
    """The contract that the commitment is for is signed."""

    code = "GUARANTEE_IN_USE"
    zh = "合同已签订，担保承诺不能撤回"
    en = "The contract is signed: its guarantee cannot be taken back"


class GuaranteeConsentMissing(Refusal):
    """The applicant does not let the guarantor know who he is."""

    code = "GUARANTEE_CONSENT_MISSING"
    zh = "申请人尚未授权本机构，不能审查或批准"
    en = "The applicant has given this guarantor no consent"


class UnderwrittenByYourself(Refusal):
    """Whoever underwrites does not approve."""

    code = "GUARANTEE_UNDERWRITTEN_BY_YOURSELF"
    kind = RefusalKind.FORBIDDEN
    zh = "审查人不能批准自己审查的担保，请由另一人批准"
    en = "Who has underwritten it cannot approve it; somebody else has to"


class GuarantorLimitMissing(Refusal):
    """The operator has not said what the guarantor may answer for."""

    code = "GUARANTOR_LIMIT_MISSING"
    zh = "运营机构尚未设定本机构的担保限额"
    en = "The operator has set no limits for this guarantor"


class GuaranteeLimitReached(Refusal):
    """All that the guarantor answers for would be above its limit."""

    code = "GUARANTEE_LIMIT_REACHED"
    zh = "担保责任余额将超过限额，差 {missing} 元"
    en = "The guarantor's outstanding commitments would be above their limit by {missing} yuan"


class GuaranteeClientLimitReached(Refusal):
    """What the guarantor answers for one client would be above its limit."""

    code = "GUARANTEE_CLIENT_LIMIT_REACHED"
    zh = "对同一被担保人的担保责任余额将超过限额，差 {missing} 元"
    en = "The guarantor's commitments for this client would be above their limit by {missing} yuan"


class LetterNumberTaken(Refusal):
    """Another commitment of the guarantor has the number."""

    code = "GUARANTEE_LETTER_TAKEN"
    zh = "担保函（保单）编号 {number} 已用于另一笔担保"
    en = "The letter number {number} belongs to another commitment"
