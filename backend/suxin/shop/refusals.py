"""Why nothing is redeemed, put up, or closed."""

from suxin.kernel.refusals import Refusal, RefusalKind


class GoodNameTaken(Refusal):
    """The shop has a good of this name."""

    code = "SHOP_GOOD_NAME_TAKEN"
    zh = "已有名为“{name}”的商品"
    en = "There is a good called {name}"


class TemplateGoodUnknown(Refusal):
    """There is no template of this code."""

    code = "SHOP_TEMPLATE_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "没有“{template}”这一商品模板"
    en = "There is no template {template}"


class ShopClosed(Refusal):
    """The shop is not open on this day of the month."""

    code = "SHOP_CLOSED"
    zh = "积分超市每月 {opens} 日至 {closes} 日开放"
    en = "The shop is open from day {opens} to day {closes} of each month"


class BasketWrong(Refusal):
    """A basket names a good twice, nothing at all, or too many."""

    code = "SHOP_BASKET_WRONG"
    kind = RefusalKind.INVALID
    zh = "请选择 1 至 {goods} 种商品，每种 1 至 {pieces} 件"
    en = "Choose 1 to {goods} goods, 1 to {pieces} pieces of each"


class TooFewPoints(Refusal):
    """The household has not so many points."""

    code = "SHOP_TOO_FEW_POINTS"
    zh = "需要 {points} 分，本户可用积分不足（差 {missing} 分）"
    en = "{points} points are needed, and the household lacks {missing}"


class SoldOut(Refusal):
    """There are not so many pieces."""

    code = "SHOP_SOLD_OUT"
    zh = "“{good}”库存不足（差 {missing} 件）"
    en = "There is too little of {good}: {missing} are missing"


class BudgetUsedUp(Refusal):
    """What the village put up for the year does not cover it."""

    code = "SHOP_BUDGET_USED_UP"
    zh = "{year} 年积分超市预算不足，请与村委会联系"
    en = "The budget of {year} does not cover it"


class HouseholdLimitReached(Refusal):
    """The household has had as many of a good in this month as it may."""

    code = "SHOP_HOUSEHOLD_LIMIT_REACHED"
    zh = "“{good}”每户每月限 {limit} 件，本月已兑换 {had} 件"
    en = "A household has {limit} of {good} a month, and had {had}"


class MonthPointsReached(Refusal):
    """The household has spent as many points in this month as it may."""

    code = "SHOP_MONTH_POINTS_REACHED"
    zh = "每户每月限用 {limit} 分，本月已用 {had} 分"
    en = "A household spends {limit} points a month, and spent {had}"


class CardUnknown(Refusal):
    """The village has no valid card of this number."""

    code = "SHOP_CARD_UNKNOWN"
    kind = RefusalKind.INVALID
    zh = "卡号无效或卡片已注销"
    en = "There is no valid card of this number"


class HouseholdNumberWrong(Refusal):
    """Whoever shows the card named another household number; it is counted."""

    code = "SHOP_HOUSEHOLD_NUMBER_WRONG"
    kind = RefusalKind.INVALID
    commits = True
    zh = "所报户号与卡片不符"
    en = "The household number is not that of the card"


class CardLocked(Refusal):
    """Too many wrong household numbers were named with this card; it is replaced by a new one."""

    code = "SHOP_CARD_LOCKED"
    kind = RefusalKind.LIMITED
    zh = "户号报错次数过多，该卡已停用，请重新发卡"
    en = "Too many wrong household numbers: the card must be replaced"


class HandOverByAnother(Refusal):
    """Whoever helped somebody at the counter does not hand over to him as well."""

    code = "SHOP_HAND_OVER_BY_ANOTHER"
    kind = RefusalKind.FORBIDDEN
    zh = "柜台协助人不能同时发放，请由另一人核对发放"
    en = "Whoever helped at the counter does not hand over; another person does"


class HoldTimeOver(Refusal):
    """What was held was let go, because nobody handed it over in time."""

    code = "SHOP_HOLD_TIME_OVER"
    zh = "预留时间已过，请重新兑换"
    en = "The time of the hold is over; redeem anew"


class GivenWrong(Refusal):
    """More is handed over than was held, or nothing."""

    code = "SHOP_GIVEN_WRONG"
    kind = RefusalKind.INVALID
    zh = "发放数量应不超过兑换数量，且至少一件"
    en = "Hand over at most what was held, and one piece at least"


class ReturnByAnother(Refusal):
    """A return is asked for by one and confirmed by another."""

    code = "SHOP_RETURN_BY_ANOTHER"
    kind = RefusalKind.FORBIDDEN
    zh = "退货须由一人提出、另一人确认"
    en = "One person asks for a return and another confirms it"


class BudgetByAnother(Refusal):
    """Whoever puts up a budget does not confirm it."""

    code = "SHOP_BUDGET_BY_ANOTHER"
    kind = RefusalKind.FORBIDDEN
    zh = "预算由提出人以外的人确认"
    en = "Whoever proposed a budget does not confirm it"


class BudgetOpen(Refusal):
    """Another amount for the year waits for its confirmation."""

    code = "SHOP_BUDGET_OPEN"
    zh = "{year} 年已有一笔待确认的预算"
    en = "An amount for {year} waits for its confirmation"


class MonthNotOver(Refusal):
    """A month is closed once it is over and nothing of it waits for its hand-over."""

    code = "SHOP_MONTH_NOT_OVER"
    zh = "{month} 尚未结束，或还有待发放的兑换"
    en = "{month} is not over, or something waits to be handed over"


class MonthClosed(Refusal):
    """The month was closed before."""

    code = "SHOP_MONTH_CLOSED"
    zh = "{month} 已办理月结"
    en = "{month} was closed before"
