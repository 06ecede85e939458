"""Why something about a pool or its agreements is not done: one refusal for each fact that stands in the way."""

from suxin.kernel.refusals import Refusal, RefusalKind


class PoolNameTaken(Refusal):
    """The operator has a pool of this name."""

    code = "POOL_NAME_TAKEN"
    zh = "已有名为“{name}”的资金池"
    en = "There is a pool named {name}"


class PartnerNameTaken(Refusal):
    """The pool has a partner of this name."""

    code = "POOL_PARTNER_NAME_TAKEN"
    zh = "该资金池已有名为“{name}”的出资方"
    en = "The pool has a partner named {name}"


class SharesExceeded(Refusal):
    """The partners' shares would come to more than the whole."""

    code = "POOL_SHARES_EXCEEDED"
    kind = RefusalKind.INVALID
    zh = "各出资方出资比例之和不得超过 100%，现为 {sum}%"
    en = "The partners' shares would come to {sum}%"


class TooManyPartners(Refusal):
    """A pool has a bounded number of partners."""

    code = "POOL_TOO_MANY_PARTNERS"
    kind = RefusalKind.LIMITED
    zh = "一个资金池最多 {limit} 个出资方"
    en = "A pool has at most {limit} partners"


class FundingReferenceReused(Refusal):
    """The reference belongs to a payment that says something else."""

    code = "POOL_FUNDING_REFERENCE_REUSED"
    zh = "流水号 {reference} 已用于内容不同的出资"
    en = "The reference {reference} was used for a payment that says something else"


class SecondPersonNeeded(Refusal):
    """Whoever did the first half must not do the second."""

    code = "POOL_SECOND_PERSON_NEEDED"
    kind = RefusalKind.FORBIDDEN
    zh = "须由另一名工作人员办理"
    en = "Another member of staff must do this"


class PoolStillCommitted(Refusal):
    """A pool is closed when it stands behind nothing."""

    code = "POOL_STILL_COMMITTED"
    zh = "仍有 {committed} 的在保本金，不能关闭资金池"
    en = "The pool still stands behind {committed}"


class PoolNotOpen(Refusal):
    """The pool takes no new agreements or loans."""

    code = "POOL_NOT_OPEN"
    zh = "资金池“{name}”未在运行，暂不受理"
    en = "The pool {name} is not open"
