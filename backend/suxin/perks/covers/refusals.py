"""Why a cover is not opened or funded, and why a claim is not taken, decided, paid or recovered."""

from suxin.kernel.refusals import Refusal, RefusalKind


class CoverExists(Refusal):
    """The funder has an open cover for the same already."""

    code = "PERK_COVER_EXISTS"
    zh = "该出资方（或该权益）已有启用中的先行赔付账户"
    en = "There is an open cover of this funder, or for this programme"


class CoverMissing(Refusal):
    """No cover stands behind the order: it comes of no programme, or nobody has set money aside for that."""

    code = "PERK_COVER_MISSING"
    zh = "该订单没有可用的先行赔付账户：订单未关联权益，或出资方未设账户"
    en = "No cover stands behind this order"


class CoverClosed(Refusal):
    """The cover takes no money any more."""

    code = "PERK_COVER_CLOSED"
    zh = "该先行赔付账户已停用"
    en = "The cover is closed"


class CoverReferenceUsed(Refusal):
    """A payment into the cover of this reference was noted before."""

    code = "PERK_COVER_REFERENCE_USED"
    zh = "凭证号 {reference} 已登记过"
    en = "A payment with the reference {reference} was noted before"


class CoverNotClaimable(Refusal):
    """The order stands where nothing of this kind was lost."""

    code = "PERK_COVER_NOT_CLAIMABLE"
    zh = "不能申请赔付：{why_zh}"
    en = "It cannot be claimed: {why_en}"


class CoverTooEarly(Refusal):
    """The time to wait after the order fell due is not over."""

    code = "PERK_COVER_TOO_EARLY"
    zh = "到期后满 {days} 天、即 {day} 起可以申请"
    en = "It can be claimed {days} days after it fell due, from {day}"


class CoverTooLate(Refusal):
    """The time to claim is over."""

    code = "PERK_COVER_TOO_LATE"
    zh = "申请期限为可申请之日起 {days} 天，已于 {day} 届满"
    en = "A claim is made within {days} days, which were over on {day}"


class CoverOverBound(Refusal):
    """More is claimed than the risk fund less what was paid."""

    code = "PERK_COVER_OVER_BOUND"
    kind = RefusalKind.INVALID
    zh = "申请金额应大于零且不超过 {bound} 元（风险金额减已支付金额）"
    en = "At most {bound} yuan can be claimed: the risk fund less what was paid"


class CoverClaimExists(Refusal):
    """The order has a claim that is open, or was paid."""

    code = "PERK_COVER_CLAIM_EXISTS"
    zh = "该订单已有赔付申请"
    en = "There is a claim on this order"


class CoverDisputeOpen(Refusal):
    """The order's user contests something about it, and that is not decided yet."""

    code = "PERK_COVER_DISPUTE_OPEN"
    zh = "用户就该订单提出的异议尚未办结（{count} 件），办结前不赔付"
    en = "{count} disputes about this order are open; nothing is paid before they are decided"


class CoverOrderSettled(Refusal):
    """The order was paid meanwhile, or otherwise stands where nothing was lost."""

    code = "PERK_COVER_ORDER_SETTLED"
    zh = "该订单的情况已变化（{why_zh}），请按最新情况办理"
    en = "The order stands elsewhere by now: {why_en}"


class CoverOverCap(Refusal):
    """More is to be paid than the cover's rules allow."""

    code = "PERK_COVER_OVER_CAP"
    kind = RefusalKind.INVALID
    zh = "赔付金额不超过 {most} 元（单笔上限与该商户本年剩余额度中较小者）"
    en = "At most {most} yuan: the cap for one claim, or what is left of the merchant's year"


class CoverExhausted(Refusal):
    """The cover has not so much left."""

    code = "PERK_COVER_EXHAUSTED"
    zh = "先行赔付账户余额不足"
    en = "The cover has not so much left"


class CoverSecondPerson(Refusal):
    """Whoever decided does not check it."""

    code = "PERK_COVER_SECOND_PERSON"
    zh = "该申请由您审核，须由另一人复核"
    en = "You decided this claim; another person checks it"


class CoverTooManyPapers(Refusal):
    """A claim has as many papers as are kept."""

    code = "PERK_COVER_TOO_MANY_PAPERS"
    kind = RefusalKind.LIMITED
    zh = "一笔申请最多 {limit} 份材料"
    en = "A claim has {limit} papers at most"


class CoverRecoveryBeyond(Refusal):
    """More would have come back than was lost."""

    code = "PERK_COVER_RECOVERY_BEYOND"
    kind = RefusalKind.INVALID
    zh = "追回净额累计超过损失 {beyond} 元，超出部分应归还用户"
    en = "What came back would exceed the loss by {beyond} yuan, which is the user's"


class CoverTooManyRecoveries(Refusal):
    """A claim has as many recoveries as are kept."""

    code = "PERK_COVER_TOO_MANY_RECOVERIES"
    kind = RefusalKind.LIMITED
    zh = "一笔赔付最多登记 {limit} 次追回"
    en = "A claim has {limit} recoveries at most"
