"""Why an answer, a transfer, or what waits for one is refused."""

from suxin.kernel.refusals import Refusal


class GuarantorNotAnswered(Refusal):
    """The claim waits for its guarantor's answer until the clock is over."""

    code = "GUARANTOR_NOT_ANSWERED"
    zh = "担保机构尚未答复分担，答复期限至 {until}"
    en = "The guarantor has not answered yet; it has until {until}"


class TransferOpen(Refusal):
    """A transfer between guarantor and bank waits for whoever receives it; it is settled first."""

    code = "GUARANTOR_TRANSFER_OPEN"
    zh = "有一笔划款待收款方确认，请先办结"
    en = "A transfer waits for whoever receives it; settle it first"


class TransferAboveOwed(Refusal):
    """More would be paid than the guarantor owes by now."""

    code = "GUARANTOR_OWES_LESS"
    zh = "当前应付 {owed} 元，不能登记更多"
    en = "{owed} yuan are owed by now, and no more"


class TransferDiffers(Refusal):
    """What was received is not what was noted; whoever paid is to note it anew."""

    code = "GUARANTOR_TRANSFER_DIFFERS"
    zh = "登记金额为 {noted} 元，与到账金额不符"
    en = "{noted} yuan were noted, which is not what was received"


class TransferReferenceTaken(Refusal):
    """The guarantor has noted another transfer under this reference."""

    code = "GUARANTOR_REFERENCE_TAKEN"
    zh = "流水号 {reference} 已登记"
    en = "A transfer {reference} is on record already"


class GuarantorPaidBefore(Refusal):
    """A payment is not reversed while the guarantor's money for the same claim is with the bank."""

    code = "CLAIM_HAS_GUARANTOR_PAYMENT"
    zh = "担保机构的代偿款已到账，请先退回后再冲正"
    en = "The guarantor has paid; its money goes back before the payment is reversed"
