"""Sample applicants: twelve invented businesses against which a bank tries a product before it publishes it.

They are spread over what makes criteria differ (kind, age, grades, insurance, penalties, county, industry, amount), so
that a criterion that shuts most of them out is seen at once. None of them exists, and none is counted anywhere.
"""

from typing import Final

import msgspec

from suxin.lending.criteria import Finding, Outcome, evaluate
from suxin.lending.facts import ApplicantFacts, EcoGrade, TaxGrade
from suxin.lending.matching import ProductTerms
from suxin.lending.terms import ApplicantKind, GuaranteeMode, LoanPurpose, RequestTerms

_WAN: Final = 1_000_000
SUCHENG, SUYU, SHUYANG, SIYANG, SIHONG = "321302", "321311", "321322", "321323", "321324"


class Sample(msgspec.Struct, frozen=True):
    """An invented applicant: a name to show, what is known of him, and what he asks for."""

    name: str
    facts: ApplicantFacts
    request: RequestTerms


class Trial(msgspec.Struct, frozen=True):
    """How a product would answer one sample; ``reasons`` are the conditions that are not met."""

    sample: Sample
    reasons: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Tell whether every condition is met."""
        return not self.reasons

    @property
    def undecided(self) -> bool:
        """Tell whether nothing speaks against the sample but data that is not there."""
        return bool(self.reasons) and all(
            finding.outcome is Outcome.UNKNOWN for finding in self.reasons
        )


def try_product(product: ProductTerms) -> tuple[Trial, ...]:
    """Answer for every sample by the very conditions a match would ask."""
    return tuple(
        Trial(
            sample,
            tuple(
                finding
                for finding in evaluate(product.conditions, sample.request, sample.facts)
                if not finding.passed
            ),
        )
        for sample in SAMPLES
    )


def _asks(
    amount_wan: int,
    term_months: int,
    purpose: LoanPurpose,
    guarantee: GuaranteeMode = GuaranteeMode.CREDIT,
    rate_ceiling_bps: int | None = None,
) -> RequestTerms:
    return RequestTerms(amount_wan * _WAN, term_months, purpose, guarantee, rate_ceiling_bps)


SAMPLES: Final[tuple[Sample, ...]] = (
    Sample(
        "木材加工企业（纳税 A 级）",
        ApplicantFacts(
            kind=ApplicantKind.FIRM, county_code=SHUYANG, area_name="沭阳县", industry="C20",
            age_months=74, tax_grade=TaxGrade.A, annual_tax_fen=68 * _WAN,
            social_insurance_headcount=38, open_penalties=0, eco_grade=EcoGrade.BLUE,
            honours=frozenset({"守合同重信用企业"}), first_loan=False,
        ),
        _asks(100, 12, LoanPurpose.WORKING_CAPITAL),
    ),
    Sample(
        "织造企业（纳税 B 级，购置设备）",
        ApplicantFacts(
            kind=ApplicantKind.FIRM, county_code=SIYANG, area_name="泗阳县", industry="C17",
            age_months=96, tax_grade=TaxGrade.B, annual_tax_fen=120 * _WAN,
            social_insurance_headcount=70, open_penalties=0, eco_grade=EcoGrade.GREEN,
            honours=frozenset(), first_loan=False,
        ),
        _asks(300, 24, LoanPurpose.EQUIPMENT, GuaranteeMode.MORTGAGE),
    ),
    Sample(
        "新设贸易公司（成立 8 个月，首贷）",
        ApplicantFacts(
            kind=ApplicantKind.FIRM, county_code=SUCHENG, area_name="宿城区", industry="F51",
            age_months=8, tax_grade=TaxGrade.M, annual_tax_fen=3 * _WAN,
            social_insurance_headcount=4, open_penalties=0, honours=frozenset(), first_loan=True,
        ),
        _asks(50, 12, LoanPurpose.WORKING_CAPITAL),
    ),
    Sample(
        "建筑企业（一年前受过处罚）",
        ApplicantFacts(
            kind=ApplicantKind.FIRM, county_code=SUYU, area_name="宿豫区", industry="E47",
            age_months=130, tax_grade=TaxGrade.B, annual_tax_fen=210 * _WAN,
            social_insurance_headcount=55, open_penalties=1, months_since_last_penalty=12,
            eco_grade=EcoGrade.YELLOW, honours=frozenset(), first_loan=False,
        ),
        _asks(500, 12, LoanPurpose.WORKING_CAPITAL, GuaranteeMode.SURETY),
    ),
    Sample(
        "化工企业（环保红色，纳税 D 级）",
        ApplicantFacts(
            kind=ApplicantKind.FIRM, county_code=SIHONG, area_name="泗洪县", industry="C26",
            age_months=110, tax_grade=TaxGrade.D, annual_tax_fen=40 * _WAN,
            social_insurance_headcount=33, open_penalties=2, months_since_last_penalty=3,
            eco_grade=EcoGrade.RED, honours=frozenset(), first_loan=False,
        ),
        _asks(200, 12, LoanPurpose.GREEN_TRANSITION, GuaranteeMode.MORTGAGE),
    ),
    Sample(
        "软件企业（高新技术，轻资产）",
        ApplicantFacts(
            kind=ApplicantKind.FIRM, county_code=SUCHENG, area_name="宿城区", industry="I65",
            age_months=40, tax_grade=TaxGrade.A, annual_tax_fen=26 * _WAN,
            social_insurance_headcount=22, open_penalties=0,
            honours=frozenset({"高新技术企业"}), first_loan=True,
        ),
        _asks(200, 24, LoanPurpose.TECHNOLOGY, rate_ceiling_bps=450),
    ),
    Sample(
        "个体餐饮店",
        ApplicantFacts(
            kind=ApplicantKind.SOLE_TRADER, county_code=SUCHENG, area_name="宿城区",
            industry="H62", age_months=30, open_penalties=0, honours=frozenset(), first_loan=True,
        ),
        _asks(20, 12, LoanPurpose.PREMISES),
    ),
    Sample(
        "个体运输户（有抵押）",
        ApplicantFacts(
            kind=ApplicantKind.SOLE_TRADER, county_code=SHUYANG, area_name="沭阳县",
            industry="G54", age_months=60, tax_grade=TaxGrade.M, annual_tax_fen=2 * _WAN,
            social_insurance_headcount=2, open_penalties=0, honours=frozenset(), first_loan=False,
        ),
        _asks(40, 36, LoanPurpose.EQUIPMENT, GuaranteeMode.MORTGAGE),
    ),
    Sample(
        "螃蟹养殖家庭农场（首贷）",
        ApplicantFacts(
            kind=ApplicantKind.FAMILY_FARM, county_code=SIHONG, area_name="泗洪县",
            industry="A04", age_months=50, open_penalties=0,
            honours=frozenset({"市级示范家庭农场"}), first_loan=True,
        ),
        _asks(30, 12, LoanPurpose.LIVESTOCK),
    ),
    Sample(
        "粮食种植专业合作社",
        ApplicantFacts(
            kind=ApplicantKind.COOPERATIVE, county_code=SIYANG, area_name="泗阳县",
            industry="A01", age_months=88, social_insurance_headcount=6, open_penalties=0,
            honours=frozenset({"省级示范合作社"}), first_loan=False,
        ),
        _asks(80, 12, LoanPurpose.AGRICULTURE_INPUTS, GuaranteeMode.GUARANTEE_COMPANY),
    ),
    Sample(
        "农户（资料未授权）",
        ApplicantFacts(kind=ApplicantKind.HOUSEHOLD, county_code=SUYU, area_name="宿豫区"),
        _asks(8, 12, LoanPurpose.AGRICULTURE_INPUTS),
    ),
    Sample(
        "农产品加工龙头企业（续贷）",
        ApplicantFacts(
            kind=ApplicantKind.AGRI_ENTERPRISE, county_code=SUYU, area_name="宿豫区",
            industry="C13", age_months=150, tax_grade=TaxGrade.A, annual_tax_fen=450 * _WAN,
            social_insurance_headcount=180, open_penalties=0, eco_grade=EcoGrade.GREEN,
            honours=frozenset({"农业产业化龙头企业"}), first_loan=False,
        ),
        _asks(1_000, 12, LoanPurpose.RENEWAL, GuaranteeMode.PLEDGE),
    ),
)  # fmt: skip
"""The samples, businesses first, farms last; synthetic throughout."""
