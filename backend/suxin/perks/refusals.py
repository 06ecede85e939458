"""Why a programme is not published, or a benefit not redeemed. No refusal at a counter says anything of who redeems but how often he may."""

from suxin.kernel.refusals import Refusal, RefusalKind


class ScenarioUnknown(Refusal):
    """There is no template of this code."""

    code = "PERK_SCENARIO_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "没有“{scenario}”这一场景模板"
    en = "There is no scenario {scenario}"


class FallbackWorse(Refusal):
    """A benefit takes something away: what everybody gets is never less than the ordinary service."""

    code = "PERK_FALLBACK_WORSE"
    kind = RefusalKind.INVALID
    zh = "优惠不能低于普通服务：数值不能为负"
    en = "A benefit is never less than the ordinary service: no figure is negative"


class GateOpen(Refusal):
    """An offer has no gate: what is open to everybody is the fallback."""

    code = "PERK_GATE_OPEN"
    kind = RefusalKind.INVALID
    zh = "每一档须设门槛；对所有人开放的写在普惠待遇中"
    en = "Each offer has a gate; what is open to everybody is the fallback"


class OfferWorse(Refusal):
    """An offer is less than what everybody gets."""

    code = "PERK_OFFER_WORSE"
    kind = RefusalKind.INVALID
    zh = "“{offer}”低于普惠待遇"
    en = "{offer} is less than the fallback"


class OffersOutOfOrder(Refusal):
    """Offers stand best first: a better tier never gets less, and no gate hides the one after it."""

    code = "PERK_OFFERS_OUT_OF_ORDER"
    kind = RefusalKind.INVALID
    zh = "各档应由高到低排列，等级高的待遇不能更低"
    en = "Offers stand best first, and a better tier never gets less"


class RecordNotLawful(Refusal):
    """What happens at a hospital or a school never becomes a credit record."""

    code = "PERK_RECORD_NOT_LAWFUL"
    kind = RefusalKind.INVALID
    zh = "就医、就学类权益不得形成信用记录"
    en = "Medical care and schooling never become credit records"


class PeriodOver(Refusal):
    """A programme ends before it can begin."""

    code = "PERK_PERIOD_OVER"
    kind = RefusalKind.INVALID
    zh = "有效期已过，或截止日期早于开始日期"
    en = "The period is over already, or ends before it begins"


class LimitsIncoherent(Refusal):
    """A narrower limit is wider than the one around it."""

    code = "PERK_LIMITS_INCOHERENT"
    kind = RefusalKind.INVALID
    zh = "限额前后矛盾：{reason_zh}"
    en = "The limits contradict each other: {reason_en}"


class FunderMissing(Refusal):
    """A benefit that costs something names who pays, and up to what sum."""

    code = "PERK_FUNDER_MISSING"
    kind = RefusalKind.INVALID
    zh = "须写明出资方；动用市级资金或赞助资金的还须设预算上限"
    en = "It names who pays, and a budget where it is not the merchant itself"


class ApprovalNeeded(Refusal):
    """The city's money is spent: a person of the operator publishes what was submitted."""

    code = "PERK_APPROVAL_NEEDED"
    zh = "使用市级资金的权益须提交运营方审批后发布"
    en = "What spends the city's money is submitted, and the operator publishes it"


class NoApprovalNeeded(Refusal):
    """No public money is spent: the merchant publishes it himself."""

    code = "PERK_NO_APPROVAL_NEEDED"
    zh = "该权益不使用市级资金，可直接发布"
    en = "It spends no money of the city; publish it yourself"


class ProgrammeNotOpen(Refusal):
    """Nothing is redeemed now: the programme is not published, not begun, over, or closed on this day or at this hour."""

    code = "PERK_NOT_OPEN"
    zh = "该权益当前不可核销：{reason_zh}"
    en = "Nothing can be redeemed now: {reason_en}"


class PersonLimitReached(Refusal):
    """He has had as many as one may have; where he had them is not said."""

    code = "PERK_PERSON_LIMIT"
    kind = RefusalKind.LIMITED
    zh = "已达到每人可享次数，可按普通服务办理"
    en = "As many as one person may have were had; the ordinary service is open as ever"


class DayLimitReached(Refusal):
    """The programme has given as many today as it gives in a day."""

    code = "PERK_DAY_LIMIT"
    kind = RefusalKind.LIMITED
    zh = "今日名额已用完，可按普通服务办理"
    en = "Today's places are taken; the ordinary service is open as ever"


class StockExhausted(Refusal):
    """There is no piece left."""

    code = "PERK_STOCK_EXHAUSTED"
    kind = RefusalKind.LIMITED
    zh = "库存不足，可按普通服务办理"
    en = "Not enough is left in stock; the ordinary service is open as ever"


class BudgetExhausted(Refusal):
    """The funder's money is spent."""

    code = "PERK_BUDGET_EXHAUSTED"
    kind = RefusalKind.LIMITED
    zh = "权益预算不足，可按普通服务办理"
    en = "The budget is spent; the ordinary service is open as ever"


class GroupTooLarge(Refusal):
    """More persons at once than a programme takes on one code."""

    code = "PERK_GROUP_TOO_LARGE"
    kind = RefusalKind.INVALID
    zh = "一次最多 {limit} 人"
    en = "There are {limit} persons at once at most"


class UsesExceeded(Refusal):
    """More is used than was granted."""

    code = "PERK_USES_EXCEEDED"
    kind = RefusalKind.INVALID
    zh = "剩余可用 {left} 次"
    en = "{left} uses are left"


class UsedAlready(Refusal):
    """Part of it was used: it is completed with that, and not rolled back."""

    code = "PERK_USED_ALREADY"
    zh = "已使用 {uses} 次，不能撤回，请直接完成"
    en = "{uses} were used; complete it with these, it cannot be rolled back"


class HoldOver(Refusal):
    """The lock's time is over: hold it anew."""

    code = "PERK_HOLD_OVER"
    zh = "锁定已超时，请重新核销"
    en = "The lock's time is over; hold it anew"


class NotAtOnce(Refusal):
    """A programme whose redemptions are open for a while was to be redeemed in one step."""

    code = "PERK_NOT_AT_ONCE"
    zh = "该权益可多次使用或涉及租借，请先锁定，再登记使用"
    en = "It is used more than once, or something is lent: hold it first, then count its uses"


class TillsWaiting(Refusal):
    """So many redemptions wait in this process that one more would wait for too long."""

    code = "PERK_TILLS_WAITING"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "等待核销的请求已达 {limit} 个，请稍后再试"
    en = "{limit} redemptions wait already; try again shortly"
