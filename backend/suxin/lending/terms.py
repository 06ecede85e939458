"""The words of a loan (purposes, guarantees, methods, decline reasons), and its figures' limits.

Every word carries its Chinese label first (贷款用途, 担保方式, 还款方式, 不予受理原因), then English. The limits
are technical bounds of the platform, proposed defaults (demo configuration): a bank's product
narrows them.
"""

from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Final, Self, cast

import msgspec

from suxin.kernel.money import format_wan, format_yuan
from suxin.kernel.refusals import Refusal, RefusalKind

MIN_TERM_MONTHS: Final = 1
MAX_TERM_MONTHS: Final = 360
MIN_AMOUNT_FEN: Final = 100_000
"""1,000 yuan: below it nobody asks a bank (proposed default, demo configuration)."""
MAX_AMOUNT_FEN: Final = 10_000_000_000
"""100 million yuan: five times the largest inclusive product seen, 2,000 万元 (proposed default)."""
MIN_RATE_BPS: Final = 0
MAX_RATE_BPS: Final = 2_400
"""24% a year (proposed default).

The courts protect private lending up to four times the one-year LPR (最高人民法院关于审理民间借贷案件适用法律若干问题的规定,
art. 25). That article does not bind licensed banks and moves with the LPR, so a fixed bound stands
here instead.
"""
MAX_UPFRONT_FEE_BPS: Final = 1_000
_DAYS_A_MONTH: Final = 31
"""10% of the principal in fees before drawdown (proposed default)."""
MAX_MONTHLY_FEE_BPS: Final = 100
"""1% of the principal a month (proposed default)."""


class LabelledEnum(StrEnum):
    """An enumeration whose members carry a Chinese and an English label.

    ``stored`` is the value once more, without the property that ``value`` is: for what is read hundreds of times.
    """

    _value_: str
    stored: str
    zh: str
    en: str

    def __new__(cls, value: str, zh: str, en: str) -> Self:
        """Make a member from its stored value and its two labels."""
        member = str.__new__(cls, value)
        member._value_ = member.stored = value
        member.zh = zh
        member.en = en
        return member

    @classmethod
    def coded(cls, value: str) -> Self:
        """Return the member with this stored value; one of no member is a defect (``KeyError``)."""
        return cast("Self", cls._value2member_map_[value])


class ApplicantKind(LabelledEnum):
    """Who asks: the kinds of subject that may apply for a loan."""

    PERSON = "person", "自然人", "person"
    FIRM = "firm", "企业", "firm"
    SOLE_TRADER = "sole_trader", "个体工商户", "sole trader"
    HOUSEHOLD = "household", "农户", "rural household"
    FAMILY_FARM = "family_farm", "家庭农场", "family farm"
    COOPERATIVE = "cooperative", "农民专业合作社", "farmers' cooperative"
    AGRI_ENTERPRISE = "agri_enterprise", "农业企业", "agricultural enterprise"


class LoanPurpose(LabelledEnum):
    """What the money is for (贷款用途)."""

    WORKING_CAPITAL = "working_capital", "流动资金周转", "working capital"
    EQUIPMENT = "equipment", "购置设备", "equipment"
    RAW_MATERIALS = "raw_materials", "采购原材料", "raw materials"
    AGRICULTURE_INPUTS = "agriculture_inputs", "购买农资", "agricultural inputs"
    LIVESTOCK = "livestock", "畜禽水产养殖", "livestock and aquaculture"
    PREMISES = "premises", "场地建设与装修", "premises"
    TECHNOLOGY = "technology", "技术研发与改造", "technology"
    GREEN_TRANSITION = "green_transition", "节能环保改造", "green transition"
    RENEWAL = "renewal", "无还本续贷", "renewal without repayment"
    OTHER = "other", "其他经营用途", "other business purpose"


class GuaranteeMode(LabelledEnum):
    """What secures the loan (担保方式)."""

    CREDIT = "credit", "信用", "unsecured"
    MORTGAGE = "mortgage", "抵押", "mortgage"
    PLEDGE = "pledge", "质押", "pledge"
    SURETY = "surety", "保证", "surety"
    GUARANTEE_COMPANY = "guarantee_company", "担保公司", "guarantee company"


class RepaymentMethod(LabelledEnum):
    """How principal and interest come back (还款方式)."""

    EQUAL_INSTALMENT = "equal_instalment", "等额本息", "equal instalments"
    EQUAL_PRINCIPAL = "equal_principal", "等额本金", "equal principal"
    BULLET = "bullet", "到期还本付息", "principal and interest at maturity"
    INTEREST_MONTHLY = (
        "interest_monthly",
        "按月付息到期还本",
        "monthly interest, principal at maturity",
    )
    REVOLVING = "revolving", "随借随还", "drawn and repaid at will"


class DeclineReason(LabelledEnum):
    """Why a bank declines a request (不予受理原因); an applicant always learns one of these."""

    INDUSTRY_POLICY = (
        "INDUSTRY_POLICY",
        "不符合本行行业信贷政策",
        "outside the bank's industry policy",
    )
    INSUFFICIENT_CASH_FLOW = (
        "INSUFFICIENT_CASH_FLOW",
        "经营现金流不足以覆盖还款",
        "cash flow too low",
    )
    INCOMPLETE_MATERIAL = "INCOMPLETE_MATERIAL", "申请材料不完整", "material incomplete"
    OVER_INDEBTED = "OVER_INDEBTED", "负债水平过高", "debt too high"
    REGION_OUT_OF_SCOPE = "REGION_OUT_OF_SCOPE", "不在本行服务区域", "outside the bank's area"
    CANNOT_REACH_APPLICANT = "CANNOT_REACH_APPLICANT", "多次联系未果", "applicant not reached"
    APPLICANT_GAVE_UP = "APPLICANT_GAVE_UP", "申请人放弃申请", "applicant gave up"
    GUARANTEE_INSUFFICIENT = "GUARANTEE_INSUFFICIENT", "担保不足", "guarantee insufficient"
    BUSINESS_TOO_YOUNG = "BUSINESS_TOO_YOUNG", "经营年限不足", "business too young"
    PURPOSE_NOT_ELIGIBLE = "PURPOSE_NOT_ELIGIBLE", "贷款用途不符合规定", "purpose not eligible"
    REPAYMENT_HISTORY = "REPAYMENT_HISTORY", "征信记录不符合要求", "repayment history"
    PENALTY_OPEN = "PENALTY_OPEN", "存在未办结的行政处罚", "an administrative penalty is open"
    PRODUCT_SUSPENDED = "PRODUCT_SUSPENDED", "产品已暂停办理", "product suspended"
    OTHER_WITH_NOTE = "OTHER_WITH_NOTE", "其他原因（须附说明）", "other, with a note"

    @property
    def needs_note(self) -> bool:
        """Tell whether the reason says nothing without a note in words."""
        return self is DeclineReason.OTHER_WITH_NOTE


class Figure(Enum):
    """What a figure of a loan measures, and so how its bounds are said to a person."""

    FEN = "fen"
    MONTHS = "months"
    BPS = "bps"

    def range_zh(self, lowest: int, highest: int) -> str:
        """Say the bounds in Chinese."""
        if self is Figure.FEN:
            return f"{format_wan(lowest)} 至 {format_wan(highest)}"
        if self is Figure.MONTHS:
            return f"{lowest} 至 {highest} 个月"
        return f"{lowest / 100:.2f}% 至 {highest / 100:.2f}%"

    def range_en(self, lowest: int, highest: int) -> str:
        """Say the bounds in English."""
        if self is Figure.FEN:
            return f"{format_yuan(lowest)} to {format_yuan(highest)} yuan"
        if self is Figure.MONTHS:
            return f"{lowest} to {highest} months"
        return f"{lowest / 100:.2f}% to {highest / 100:.2f}%"


class LoanTermOutOfRange(Refusal):
    """A figure of a loan is not a whole number of fen, months or basis points within the platform's bounds."""

    code = "LOAN_TERM_OUT_OF_RANGE"
    kind = RefusalKind.INVALID
    zh = "{name_zh}应为 {range_zh}"
    en = "{name_en} must be {range_en}"

    def __init__(
        self, *, field: str, figure: Figure, minimum: int, maximum: int, name_zh: str, name_en: str
    ) -> None:
        super().__init__(
            field=field,
            minimum=minimum,
            maximum=maximum,
            name_zh=name_zh,
            name_en=name_en,
            range_zh=figure.range_zh(minimum, maximum),
            range_en=figure.range_en(minimum, maximum),
        )


class RequestTerms(msgspec.Struct, frozen=True):
    """What the applicant asks for; no ceiling or method means that he leaves it open."""

    amount_fen: int
    term_months: int
    purpose: LoanPurpose
    guarantee_mode: GuaranteeMode
    rate_ceiling_bps: int | None = None
    repayment_method: RepaymentMethod | None = None


def check_amount_fen(value: object, *, field: str = "amountFen") -> int:
    """Return a loan amount that is whole fen within the bounds.

    :raises LoanTermOutOfRange: if it is not an integer, or too small or too large
    """
    if type(value) is int and MIN_AMOUNT_FEN <= value <= MAX_AMOUNT_FEN:
        return value
    raise LoanTermOutOfRange(
        field=field, minimum=MIN_AMOUNT_FEN, maximum=MAX_AMOUNT_FEN,
        figure=Figure.FEN, name_zh="贷款金额", name_en="The amount",
    )  # fmt: skip


def check_term_months(value: object, *, field: str = "termMonths") -> int:
    """Return a loan term that is whole months within the bounds.

    :raises LoanTermOutOfRange: if it is not an integer, or too short or too long
    """
    if type(value) is int and MIN_TERM_MONTHS <= value <= MAX_TERM_MONTHS:
        return value
    raise LoanTermOutOfRange(
        field=field, minimum=MIN_TERM_MONTHS, maximum=MAX_TERM_MONTHS,
        figure=Figure.MONTHS, name_zh="贷款期限", name_en="The term",
    )  # fmt: skip


def check_rate_bps(value: object, *, field: str = "rateBps") -> int:
    """Return an annual nominal rate in basis points within the bounds.

    :raises LoanTermOutOfRange: if it is not an integer, or outside the bounds
    """
    if type(value) is int and MIN_RATE_BPS <= value <= MAX_RATE_BPS:
        return value
    raise LoanTermOutOfRange(
        field=field, minimum=MIN_RATE_BPS, maximum=MAX_RATE_BPS,
        figure=Figure.BPS, name_zh="年利率", name_en="The annual rate",
    )  # fmt: skip


def loan_ends_at(accepted_at: datetime, *, term_months: int) -> datetime:
    """Return when a loan that was accepted then is to be paid back at the latest: no month has more than 31 days."""
    return accepted_at + timedelta(days=_DAYS_A_MONTH * term_months)


def check_request_terms(terms: RequestTerms) -> RequestTerms:
    """Return the terms of a request once each figure is within its bounds.

    :raises LoanTermOutOfRange: naming the field at fault
    """
    check_amount_fen(terms.amount_fen)
    check_term_months(terms.term_months)
    if terms.rate_ceiling_bps is not None:
        check_rate_bps(terms.rate_ceiling_bps, field="rateCeilingBps")
    return terms
