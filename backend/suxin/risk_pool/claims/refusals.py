"""Why a claim, an approval, a payment or an ending is refused."""

from suxin.kernel.refusals import Refusal, RefusalKind


class ClaimNotReady(Refusal):
    """Something still keeps the claim from being submitted; each gap has a code of its own in the claim."""

    code = "CLAIM_NOT_READY"
    zh = "尚不能提交：{gaps_zh}"
    en = "The claim cannot be submitted yet: {gaps_en}"


class ClaimExists(Refusal):
    """The filing has a claim that was paid, or is on its way."""

    code = "CLAIM_EXISTS"
    zh = "该备案已有代偿申请"
    en = "There is a claim on this filing"


class TooManyCollections(Refusal):
    """The loan has as many collection attempts on record as are kept."""

    code = "TOO_MANY_COLLECTIONS"
    kind = RefusalKind.LIMITED
    zh = "一笔贷款最多登记 {limit} 次催收"
    en = "A loan has {limit} collection attempts on record at most"


class ApprovedByYourself(Refusal):
    """A payment is approved by two different people, from two places."""

    code = "APPROVED_BY_YOURSELF"
    kind = RefusalKind.FORBIDDEN
    zh = "第一道审批由您作出，须由另一人办理第二道审批"
    en = "You gave the first approval; another person gives the second"


class PlaceTaken(Refusal):
    """The first approval came from the same place."""

    code = "APPROVAL_PLACE_TAKEN"
    zh = "{place_zh}已审批，须由另一岗位审批"
    en = "It was approved by {place_en} already; the other place is to approve"


class CheckedByYourself(Refusal):
    """Whoever checked the materials does not approve the payment too."""

    code = "CLAIM_CHECKED_BY_YOURSELF"
    kind = RefusalKind.FORBIDDEN
    zh = "材料由您核对，须由其他人审批"
    en = "You checked the materials; others approve"


class NothingPayable(Refusal):
    """The pool can pay nothing of the claim at present, by its caps or for want of money."""

    code = "NOTHING_PAYABLE"
    zh = "资金池当前没有可支付的金额"
    en = "The pool can pay nothing of this claim at present"


class PaymentOpen(Refusal):
    """A payment of the claim is on its way; it is settled first."""

    code = "CLAIM_PAYMENT_OPEN"
    zh = "该申请有一笔付款尚未完成"
    en = "A payment of this claim is under way; settle it first"


class EndingNotAsked(Refusal):
    """Nobody has asked for the write-off or reversal that is to be confirmed."""

    code = "ENDING_NOT_ASKED"
    zh = "尚无人提出，无可确认"
    en = "Nobody has asked for it"


class EndingAsked(Refusal):
    """A write-off or reversal waits for its second person already."""

    code = "ENDING_ASKED"
    zh = "已有一项待第二人确认"
    en = "One waits for its second person already"


class EndingAskedByYourself(Refusal):
    """A write-off or reversal is confirmed by another person."""

    code = "ENDING_ASKED_BY_YOURSELF"
    kind = RefusalKind.FORBIDDEN
    zh = "该事项由您提出，须由另一人确认"
    en = "You asked for it; another person confirms it"


class RecoveriesBefore(Refusal):
    """A payment of which something was recovered is not reversed."""

    code = "CLAIM_HAS_RECOVERIES"
    zh = "该代偿已有追偿入账，不能冲正"
    en = "Something was recovered of this claim; its payment is not reversed"


class RecoveryBeyondLoss(Refusal):
    """More would have come back than was lost and compensated."""

    code = "RECOVERY_BEYOND_LOSS"
    zh = "追偿净额累计超过损失 {beyond} 元，超出部分应归还借款人"
    en = "What came back would exceed the loss by {beyond} yuan, which is the borrower's"


class RecoveryDiffers(Refusal):
    """A recovery of this reference was reported before and said something else."""

    code = "RECOVERY_DIFFERS"
    zh = "此前已用同一编号 {reference} 登记，内容不同"
    en = "{reference} was reported before with another content"


class TooManyRecoveries(Refusal):
    """A claim has as many recoveries as are kept."""

    code = "TOO_MANY_RECOVERIES"
    kind = RefusalKind.LIMITED
    zh = "一笔代偿最多登记 {limit} 次追偿"
    en = "A claim has {limit} recoveries at most"
