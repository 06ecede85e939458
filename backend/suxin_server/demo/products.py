"""The banks' loan products: some sixty, put together from twelve kinds of offer with each bank's own figures."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from suxin.lending.criteria import (
    AnyCriterion,
    AreaIn,
    EcoGradeAtLeast,
    FirstLoanOnly,
    HonourAny,
    IndustryIn,
    IndustryNotIn,
    MinimumAgeMonths,
    MinimumAnnualTaxFen,
    NoOpenPenaltyWithin,
    PurposeIn,
    RuralGradeAtLeast,
    SocialInsuranceAtLeast,
    SubjectKindIn,
    TaxGradeAtLeast,
    VillagePointsAtLeast,
    criteria_to_builtins,
)
from suxin.lending.facts import EcoGrade, RuralGradeFact, TaxGrade
from suxin.lending.models import LoanProduct, ProductStatus
from suxin.lending.product_terms import ProductDraft, check_draft
from suxin.lending.terms import ApplicantKind, GuaranteeMode, LoanPurpose, RepaymentMethod
from suxin_server.demo.dice import Dice

WAN: Final = 1_000_000
FIRST_PUBLISHED_DAYS: Final = 300
_RATE_STEP: Final = 5
_FARMS: Final = (
    ApplicantKind.FAMILY_FARM,
    ApplicantKind.COOPERATIVE,
    ApplicantKind.HOUSEHOLD,
    ApplicantKind.AGRI_ENTERPRISE,
)
_SMALL: Final = (ApplicantKind.FIRM, ApplicantKind.SOLE_TRADER)
_BUSINESS: Final = (
    LoanPurpose.WORKING_CAPITAL,
    LoanPurpose.RAW_MATERIALS,
    LoanPurpose.EQUIPMENT,
    LoanPurpose.PREMISES,
)
_FARMING: Final = (
    LoanPurpose.AGRICULTURE_INPUTS,
    LoanPurpose.LIVESTOCK,
    LoanPurpose.EQUIPMENT,
    LoanPurpose.WORKING_CAPITAL,
)
_EQUAL: Final = RepaymentMethod.EQUAL_INSTALMENT
_MONTHLY: Final = RepaymentMethod.INTEREST_MONTHLY
_PRINCIPAL: Final = RepaymentMethod.EQUAL_PRINCIPAL
_BULLET: Final = RepaymentMethod.BULLET


class Offer(NamedTuple):
    """One kind of offer as banks have it: amounts in 万元, terms in months, the lowest rate in basis points."""

    name: str
    summary: str
    amounts: tuple[int, int]
    terms: tuple[int, int]
    rate_bps: int
    modes: tuple[GuaranteeMode, ...]
    methods: tuple[RepaymentMethod, ...]
    criteria: tuple[AnyCriterion, ...]
    fee_bps: int = 0
    fee_fen: int = 0
    industries: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    first_loan: bool = False


OFFERS: Final = {
    "tax": Offer(
        "税e贷",
        "凭纳税信用授信，纯信用、线上办理，随借随还。",
        (5, 300),
        (3, 24),
        345,
        (GuaranteeMode.CREDIT,),
        (_EQUAL, _MONTHLY),
        (
            SubjectKindIn(_SMALL),
            TaxGradeAtLeast(TaxGrade.B),
            MinimumAnnualTaxFen(2 * WAN),
            MinimumAgeMonths(24),
            NoOpenPenaltyWithin(12),
            IndustryNotIn(("J", "K")),
        ),
    ),
    "maker": Offer(
        "制造业流动资金贷",
        "面向制造业企业的流动资金和原材料采购，纳税信用 M 级起。",
        (20, 500),
        (6, 36),
        360,
        (GuaranteeMode.CREDIT, GuaranteeMode.MORTGAGE, GuaranteeMode.SURETY),
        (_MONTHLY, _EQUAL),
        (
            SubjectKindIn((ApplicantKind.FIRM,)),
            IndustryIn(("C",)),
            TaxGradeAtLeast(TaxGrade.M),
            MinimumAgeMonths(18),
            PurposeIn(_BUSINESS),
        ),
        industries=("C",),
    ),
    "tech": Offer(
        "科创积分贷",
        "支持高新技术、专精特新和科技型企业的研发与技术改造。",
        (50, 1_000),
        (6, 36),
        320,
        (GuaranteeMode.CREDIT, GuaranteeMode.PLEDGE),
        (_MONTHLY, _BULLET),
        (
            SubjectKindIn((ApplicantKind.FIRM,)),
            HonourAny(("高新技术企业", "专精特新中小企业", "科技型中小企业")),
            MinimumAgeMonths(12),
            NoOpenPenaltyWithin(24),
        ),
        industries=("I", "M", "39", "35"),
    ),
    "green": Offer(
        "绿色转型贷",
        "生态环境信用蓝色及以上企业的节能环保改造和设备更新，利率优惠。",
        (30, 800),
        (12, 60),
        315,
        (GuaranteeMode.CREDIT, GuaranteeMode.MORTGAGE),
        (_PRINCIPAL, _EQUAL),
        (
            SubjectKindIn((ApplicantKind.FIRM, ApplicantKind.AGRI_ENTERPRISE)),
            EcoGradeAtLeast(EcoGrade.BLUE),
            PurposeIn(
                (
                    LoanPurpose.GREEN_TRANSITION,
                    LoanPurpose.EQUIPMENT,
                    LoanPurpose.TECHNOLOGY,
                    LoanPurpose.WORKING_CAPITAL,
                )
            ),
            MinimumAgeMonths(12),
        ),
    ),
    "first": Offer(
        "首贷通",
        "仅限从未获得过银行贷款的企业和个体工商户，额度不高、手续简便。",
        (5, 100),
        (3, 24),
        380,
        (GuaranteeMode.CREDIT,),
        (_EQUAL, _BULLET),
        (SubjectKindIn(_SMALL), FirstLoanOnly(), MinimumAgeMonths(6), NoOpenPenaltyWithin(12)),
        first_loan=True,
    ),
    "farm": Offer(
        "惠农e贷",
        "面向家庭农场、合作社和农户的生产经营贷款。",
        (3, 100),
        (3, 36),
        335,
        (GuaranteeMode.CREDIT, GuaranteeMode.SURETY),
        (_BULLET, _MONTHLY, _EQUAL),
        (SubjectKindIn(_FARMS), IndustryIn(("A",)), PurposeIn(_FARMING), MinimumAgeMonths(12)),
        industries=("A",),
        first_loan=True,
    ),
    "crab": Offer(
        "湖鲜养殖贷",
        "支持环湖螃蟹、龙虾等水产养殖，按养殖周期还款。",
        (5, 80),
        (6, 18),
        325,
        (GuaranteeMode.CREDIT,),
        (_BULLET,),
        (
            SubjectKindIn((*_FARMS, ApplicantKind.SOLE_TRADER)),
            IndustryIn(("04",)),
            AreaIn(("321324", "321323", "321311"), ("泗洪县", "泗阳县", "宿豫区")),
        ),
        industries=("04",),
        areas=("321324",),
        first_loan=True,
    ),
    "flower": Offer(
        "花木产业贷",
        "服务沭阳花木种植和电商经营户。",
        (5, 150),
        (6, 36),
        340,
        (GuaranteeMode.CREDIT, GuaranteeMode.SURETY),
        (_MONTHLY, _BULLET),
        (
            AreaIn(("321322",), ("沭阳县",)),
            IndustryIn(("01", "02", "52")),
            RuralGradeAtLeast(RuralGradeFact.B),
            VillagePointsAtLeast(1),
            MinimumAgeMonths(12),
        ),
        areas=("321322",),
        industries=("01", "02"),
    ),
    "plant": Offer(
        "厂房抵押贷",
        "以工业厂房、商业用房抵押，额度高、期限长。",
        (100, 3_000),
        (12, 120),
        350,
        (GuaranteeMode.MORTGAGE,),
        (_EQUAL, _PRINCIPAL, _MONTHLY),
        (SubjectKindIn((ApplicantKind.FIRM, ApplicantKind.AGRI_ENTERPRISE)), MinimumAgeMonths(12)),
        fee_fen=80_000,
    ),
    "bail": Offer(
        "担保增信贷",
        "政府性融资担保公司增信，年化担保费 0.8%，放款时一次收取。",
        (30, 1_000),
        (6, 36),
        330,
        (GuaranteeMode.GUARANTEE_COMPANY,),
        (_MONTHLY, _EQUAL),
        (
            SubjectKindIn((*_SMALL, *_FARMS)),
            MinimumAgeMonths(12),
            IndustryNotIn(("J", "K", "B")),
        ),
        fee_bps=80,
    ),
    "crew": Offer(
        "稳岗社保贷",
        "按社保参保人数授信，鼓励稳定就业。",
        (10, 300),
        (3, 24),
        355,
        (GuaranteeMode.CREDIT,),
        (_EQUAL, _MONTHLY),
        (
            SubjectKindIn((ApplicantKind.FIRM,)),
            SocialInsuranceAtLeast(5),
            MinimumAgeMonths(12),
            NoOpenPenaltyWithin(6),
        ),
    ),
    "shop": Offer(
        "商户经营贷",
        "个体工商户日常经营周转。",
        (3, 50),
        (3, 24),
        410,
        (GuaranteeMode.CREDIT, GuaranteeMode.SURETY),
        (_EQUAL, _BULLET),
        (
            SubjectKindIn((ApplicantKind.SOLE_TRADER,)),
            MinimumAgeMonths(6),
            NoOpenPenaltyWithin(12),
        ),
        fee_fen=10_000,
        first_loan=True,
    ),
    "renew": Offer(
        "无还本续贷",
        "存量贷款到期前续贷，不需先还本金。",
        (10, 500),
        (6, 24),
        365,
        (GuaranteeMode.CREDIT, GuaranteeMode.MORTGAGE, GuaranteeMode.SURETY),
        (_MONTHLY,),
        (PurposeIn((LoanPurpose.RENEWAL,)), MinimumAgeMonths(24), TaxGradeAtLeast(TaxGrade.M)),
    ),
}

SHELVES: Final[dict[str, tuple[str, ...]]] = {
    "chufeng": ("tax", "maker", "first", "farm", "flower", "crew"),
    "luoma": ("tax", "maker", "green", "tech", "plant"),
    "shuhe": ("farm", "flower", "first", "shop", "bail"),
    "hongze": ("farm", "crab", "shop", "first", "renew"),
    "yanghe": ("maker", "plant", "tax", "green", "renew"),
    "jiangzuo": ("first", "shop", "crew", "tax", "bail"),
    "huaihai": ("crew", "plant", "farm", "shop", "renew"),
    "xichu": ("shop", "farm", "crab", "first", "flower"),
    "yunhe": ("tech", "tax", "crew", "maker", "green"),
    "lvsong": ("green", "tech", "plant", "maker", "bail"),
    "sunong": ("farm", "crab", "flower", "bail", "renew"),
    "hengtong": ("tax", "crew", "first", "shop", "maker"),
}
"""What each bank has on offer; the two banks of the story come first."""

DRAFTS: Final = {"chufeng": "green", "luoma": "crew", "yanghe": "first"}
"""A kind of offer that a bank is still drafting."""

RETIRED: Final = {"chufeng": "crab", "luoma": "shop"}
"""A kind of offer that a bank has taken off; no request of the stories met it."""

_RETIRED_AFTER: Final = timedelta(days=120)
_CHEAPER_BPS: Final = {"chufeng": 30, "luoma": 25}


def bank_products(slug: str, tenant_id: UUID, *, brand: str, now: datetime) -> list[LoanProduct]:
    """Return one bank's products: what is published, what was taken off, and a draft where it works on one."""
    return list(_products(slug, tenant_id, brand=brand, now=now))


def _products(slug: str, tenant_id: UUID, *, brand: str, now: datetime) -> Iterator[LoanProduct]:
    dice = Dice(f"products/{slug}")
    for number, kind in enumerate(SHELVES[slug], start=1):
        published = now - timedelta(days=dice.randrange(30, FIRST_PUBLISHED_DAYS), hours=number)
        draft = _draft(dice, OFFERS[kind], slug, f"{slug.upper()[:6]}-{number:02d}", brand)
        yield LoanProduct(
            **_columns(draft),
            tenant_id=tenant_id,
            id=dice.id_at(published),
            version=1,
            status=ProductStatus.PUBLISHED,
            updated_at=published,
            published_at=published,
        )
    if slug in RETIRED:
        published = now - timedelta(days=FIRST_PUBLISHED_DAYS)
        draft = _draft(dice, OFFERS[RETIRED[slug]], slug, f"{slug.upper()[:6]}-80", brand)
        yield LoanProduct(
            **_columns(draft),
            tenant_id=tenant_id,
            id=dice.id_at(published),
            version=1,
            status=ProductStatus.RETIRED,
            updated_at=published + _RETIRED_AFTER,
            published_at=published,
        )
    if slug in DRAFTS:
        begun = now - timedelta(days=dice.randrange(1, 6))
        draft = _draft(dice, OFFERS[DRAFTS[slug]], slug, f"{slug.upper()[:6]}-90", brand)
        yield LoanProduct(
            **_columns(draft),
            tenant_id=tenant_id,
            id=dice.id_at(begun),
            version=0,
            status=ProductStatus.DRAFT,
            updated_at=begun,
        )


def _draft(dice: Dice, offer: Offer, slug: str, code: str, brand: str) -> ProductDraft:
    rate = offer.rate_bps - _CHEAPER_BPS.get(slug, 0) + _RATE_STEP * dice.randrange(13)
    highest = offer.amounts[1] * dice.choice((4, 5, 6)) // 5
    return ProductDraft(
        code=code,
        name=f"{brand}{offer.name}",
        summary=offer.summary,
        min_amount_fen=offer.amounts[0] * WAN,
        max_amount_fen=highest * WAN,
        min_term_months=offer.terms[0],
        max_term_months=offer.terms[1],
        min_rate_bps=rate,
        max_rate_bps=rate + _RATE_STEP * dice.randrange(6, 25),
        upfront_fee_bps=offer.fee_bps,
        upfront_fee_fen=offer.fee_fen,
        repayment_methods=offer.methods,
        guarantee_modes=offer.modes,
        preferred_areas=offer.areas,
        preferred_industries=offer.industries,
        first_loan_friendly=offer.first_loan,
        cooling_off_days=dice.choice((0, 3, 3, 5, 7)),
        criteria=tuple(criteria_to_builtins(offer.criteria)),
    )


def _columns(draft: ProductDraft) -> dict[str, Any]:
    """Return the columns of a draft that the platform itself would accept."""
    return check_draft(draft).columns()
