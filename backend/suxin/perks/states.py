"""Where programmes and redemptions stand, and the words of a benefit: its kind, its sector, who pays, and what is kept of it."""

from typing_extensions import override

from suxin.lending.models.steps import LabelledState
from suxin.lending.terms import LabelledEnum


class ProgrammeState(LabelledState):
    """Where a programme stands; it is redeemed while it is published."""

    DRAFT = "DRAFT", "草稿", "a draft"
    SUBMITTED = "SUBMITTED", "待审批", "waiting for approval"
    PUBLISHED = "PUBLISHED", "已发布", "published"
    SUSPENDED = "SUSPENDED", "已暂停", "suspended"
    ENDED = "ENDED", "已结束", "ended"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "权益", "programme"


class RedemptionState(LabelledState):
    """Where a redemption stands: locked, given, used, or taken back."""

    HELD = "HELD", "已锁定", "held"
    GRANTED = "GRANTED", "使用中", "granted"
    COMPLETED = "COMPLETED", "已完成", "completed"
    ROLLED_BACK = "ROLLED_BACK", "已撤回", "rolled back"
    EXPIRED = "EXPIRED", "已超时", "expired"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "核销", "redemption"


COUNTED = (RedemptionState.HELD, RedemptionState.GRANTED, RedemptionState.COMPLETED)
"""The states in which a redemption counts against a limit."""


class Sector(LabelledEnum):
    """The part of life that a scenario belongs to (吃住行游购娱、就医就学就业养老、行政审批)."""

    EAT = "eat", "餐饮", "eating"
    STAY = "stay", "住宿租赁", "lodging and renting"
    TRAVEL = "travel", "交通出行", "getting about"
    TOUR = "tour", "旅游", "sights"
    SHOP = "shop", "购物", "shopping"
    LEISURE = "leisure", "文体娱乐", "culture and sport"
    MEDICAL = "medical", "就医", "medical care"
    SCHOOL = "school", "就学", "schooling"
    WORK = "work", "就业创业", "work"
    ELDERLY = "elderly", "养老", "care of the elderly"
    APPROVAL = "approval", "行政审批", "approvals"

    @property
    def keeps_records(self) -> bool:
        """Whether a record may come of it: of medicine and school none may (条例 art. 14)."""
        return self not in (Sector.MEDICAL, Sector.SCHOOL)


class BenefitKind(LabelledEnum):
    """What is better; ``unit`` says what a benefit's figure counts."""

    DEPOSIT_WAIVER = "deposit_waiver", "免押金", "no deposit"
    PAY_LATER = "pay_later", "先享后付", "use first, pay later"
    DISCOUNT = "discount", "折扣优惠", "a discount"
    PRIORITY = "priority", "优先办理", "a fast lane"
    LONGER_PERIOD = "longer_period", "延长期限", "a longer period"
    EXTRA_QUOTA = "extra_quota", "增加额度", "a larger quota"
    ADMISSION = "admission", "免费或优惠入场", "admission"
    ORDINARY = "ordinary", "普通服务", "the ordinary service"

    @property
    def unit(self) -> str:
        """What the figure counts: fen waived or paid later, basis points off, minutes more, pieces more; nothing where it is none."""
        return _UNITS.get(self, "")


_UNITS = {
    BenefitKind.DEPOSIT_WAIVER: "fen",
    BenefitKind.PAY_LATER: "fen",
    BenefitKind.DISCOUNT: "bps",
    BenefitKind.LONGER_PERIOD: "minutes",
    BenefitKind.EXTRA_QUOTA: "pieces",
    BenefitKind.ADMISSION: "bps",
}


class Eligible(LabelledEnum):
    """For whom an offer is meant, besides or instead of a tier."""

    PERSON = "person", "个人", "a person"
    ORGANISATION = "organisation", "企业和其他组织", "an organisation"


class FunderKind(LabelledEnum):
    """Whose money a programme spends."""

    MERCHANT = "merchant", "商户自筹", "the merchant itself"
    CITY = "city", "市级专项资金", "the city's fund"
    SPONSOR = "sponsor", "赞助单位", "a sponsor"


class RiskFundName(LabelledEnum):
    """What the risk fund of a service order is called; stored as the Pay Score interface says it (docs/api/service-orders.md)."""

    DEPOSIT = "DEPOSIT", "押金", "deposit"
    ADVANCE = "ADVANCE", "预付款", "advance payment"
    CASH_DEPOSIT = "CASH_DEPOSIT", "保证金", "security"
    ESTIMATE_ORDER_COST = "ESTIMATE_ORDER_COST", "预估订单费用", "estimated cost"


class RecordRule(LabelledEnum):
    """Whether what came of a use may become a credit record."""

    NEVER = "never", "不形成信用记录", "never a record"
    KEPT = "kept", "守约形成正面记录", "a positive record where it was kept"
