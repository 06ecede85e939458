"""Every criterion passed, failed and unknown, with its words; criteria to JSON and back."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from suxin.lending.criteria import (
    CRITERION_TYPES,
    AmountWithin,
    AreaIn,
    EcoGradeAtLeast,
    FirstLoanOnly,
    GuaranteeModeIn,
    HonourAny,
    IndustryIn,
    IndustryNotIn,
    MinimumAgeMonths,
    MinimumAnnualTaxFen,
    NoOpenPenaltyWithin,
    Outcome,
    PurposeIn,
    RateCeiling,
    RuralGradeAtLeast,
    SocialInsuranceAtLeast,
    SubjectKindIn,
    TaxGradeAtLeast,
    TermWithin,
    UpfrontFeesBearable,
    VillagePointsAtLeast,
    criteria_to_builtins,
    evaluate,
    parse_criteria,
)
from suxin.lending.facts import ApplicantFacts, EcoGrade, RuralGradeFact, TaxGrade
from suxin.lending.industries import SECTION_BY_DIVISION, SECTIONS, parse_industry
from suxin.lending.repayment import Fees
from suxin.lending.terms import ApplicantKind, GuaranteeMode, LoanPurpose, RequestTerms

REQUEST = RequestTerms(
    50_000_000, 12, LoanPurpose.WORKING_CAPITAL, GuaranteeMode.CREDIT, rate_ceiling_bps=450
)
NOTHING_KNOWN = ApplicantFacts(kind=ApplicantKind.FIRM)
PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
MISSING = "，数据缺失，授权或自行申报后可重新匹配"


def facts(**known):
    return ApplicantFacts(**{"kind": ApplicantKind.FIRM, **known})


def answer(criterion, known=NOTHING_KNOWN, request=REQUEST):
    (finding,) = evaluate([criterion], request, known)
    return finding.outcome, finding.zh


EXAMPLES = [
    (
        SubjectKindIn((ApplicantKind.FIRM, ApplicantKind.COOPERATIVE)),
        facts(),
        PASSED,
        "面向企业、农民专业合作社，您是企业",
    ),
    (SubjectKindIn((ApplicantKind.COOPERATIVE,)), facts(), FAILED, "面向农民专业合作社，您是企业"),
    (
        AmountWithin(10_000_000, 50_000_000),
        facts(),
        PASSED,
        "可贷金额 10万元—50万元，您申请 50万元",
    ),
    (
        AmountWithin(10_000_000, 49_999_999),
        facts(),
        FAILED,
        "可贷金额 10万元—499,999.99元，您申请 50万元",
    ),
    (TermWithin(12, 36), facts(), PASSED, "贷款期限 12—36 个月，您申请 12 个月"),
    (TermWithin(13, 36), facts(), FAILED, "贷款期限 13—36 个月，您申请 12 个月"),
    (
        AreaIn(("321302", "321311")),
        facts(town_code="321302001"),
        PASSED,
        "服务区域：321302、321311，您在321302001",
    ),
    (
        AreaIn(("321302",), ("宿城区",)),
        facts(county_code="321323", area_name="泗阳县"),
        FAILED,
        "服务区域：宿城区，您在泗阳县",
    ),
    (AreaIn(("321302001",)), facts(county_code="321302"), UNKNOWN, "服务区域：321302001" + MISSING),
    (
        AreaIn(("321302001",)),
        facts(county_code="321311"),
        FAILED,
        "服务区域：321302001，您在321311",
    ),
    (AreaIn(("321302",)), facts(), UNKNOWN, "服务区域：321302" + MISSING),
    (IndustryIn(("C",)), facts(industry="C1311"), PASSED, "限行业：制造业，您属于制造业 13"),
    (IndustryIn(("13",)), facts(industry="13"), PASSED, "限行业：制造业 13，您属于制造业 13"),
    (IndustryIn(("13",)), facts(industry="C"), UNKNOWN, "限行业：制造业 13" + MISSING),
    (IndustryIn(("13",)), facts(industry="F"), FAILED, "限行业：制造业 13，您属于批发和零售业"),
    (IndustryIn(("13",)), facts(industry="14"), FAILED, "限行业：制造业 13，您属于制造业 14"),
    (IndustryIn(("C",)), facts(industry="99"), UNKNOWN, "限行业：制造业" + MISSING),
    (
        IndustryNotIn(("K",)),
        facts(industry="70"),
        FAILED,
        "不支持行业：房地产业，您属于房地产业 70",
    ),
    (
        IndustryNotIn(("K",)),
        facts(industry="C"),
        PASSED,
        "不支持行业：房地产业，您属于制造业",
    ),
    (IndustryNotIn(("K",)), facts(), UNKNOWN, "不支持行业：房地产业" + MISSING),
    (MinimumAgeMonths(24), facts(age_months=24), PASSED, "成立满 24 个月，您成立 24 个月"),
    (MinimumAgeMonths(24), facts(age_months=13), FAILED, "成立满 24 个月，您成立 13 个月"),
    (MinimumAgeMonths(24), facts(), UNKNOWN, "成立满 24 个月" + MISSING),
    (
        TaxGradeAtLeast(TaxGrade.M),
        facts(tax_grade=TaxGrade.M),
        PASSED,
        "纳税信用M级及以上，您为M级",
    ),
    (
        TaxGradeAtLeast(TaxGrade.M),
        facts(tax_grade=TaxGrade.C),
        FAILED,
        "纳税信用M级及以上，您为C级",
    ),
    (TaxGradeAtLeast(TaxGrade.M), facts(), UNKNOWN, "纳税信用M级及以上" + MISSING),
    (
        MinimumAnnualTaxFen(1_000_000),
        facts(annual_tax_fen=1_000_000),
        PASSED,
        "年纳税额不低于 1万元，您为 1万元",
    ),
    (
        MinimumAnnualTaxFen(1_000_000),
        facts(annual_tax_fen=0),
        FAILED,
        "年纳税额不低于 1万元，您为 0元",
    ),
    (MinimumAnnualTaxFen(1_000_000), facts(), UNKNOWN, "年纳税额不低于 1万元" + MISSING),
    (
        SocialInsuranceAtLeast(3),
        facts(social_insurance_headcount=3),
        PASSED,
        "社保参保满 3 人，您为 3 人",
    ),
    (
        SocialInsuranceAtLeast(3),
        facts(social_insurance_headcount=0),
        FAILED,
        "社保参保满 3 人，您为 0 人",
    ),
    (SocialInsuranceAtLeast(3), facts(), UNKNOWN, "社保参保满 3 人" + MISSING),
    (
        NoOpenPenaltyWithin(12),
        facts(open_penalties=0),
        PASSED,
        "近 12 个月内无有效行政处罚，您没有有效行政处罚",
    ),
    (
        NoOpenPenaltyWithin(12),
        facts(open_penalties=2, months_since_last_penalty=11),
        FAILED,
        "近 12 个月内无有效行政处罚，您有 2 项，最近一项在 11 个月前",
    ),
    (
        NoOpenPenaltyWithin(12),
        facts(open_penalties=1, months_since_last_penalty=12),
        PASSED,
        "近 12 个月内无有效行政处罚，您有 1 项，最近一项在 12 个月前",
    ),
    (
        NoOpenPenaltyWithin(12),
        facts(open_penalties=1),
        UNKNOWN,
        "近 12 个月内无有效行政处罚" + MISSING,
    ),
    (NoOpenPenaltyWithin(12), facts(), UNKNOWN, "近 12 个月内无有效行政处罚" + MISSING),
    (
        EcoGradeAtLeast(EcoGrade.YELLOW),
        facts(eco_grade=EcoGrade.BLUE),
        PASSED,
        "生态环境信用黄色及以上，您为蓝色",
    ),
    (
        EcoGradeAtLeast(EcoGrade.YELLOW),
        facts(eco_grade=EcoGrade.RED),
        FAILED,
        "生态环境信用黄色及以上，您为红色",
    ),
    (
        RuralGradeAtLeast(RuralGradeFact.A),
        facts(rural_grade=RuralGradeFact.AA),
        PASSED,
        "涉农主体信用等级 A级及以上，您为AA级",
    ),
    (
        RuralGradeAtLeast(RuralGradeFact.A),
        facts(rural_grade=RuralGradeFact.B),
        FAILED,
        "涉农主体信用等级 A级及以上，您为B级",
    ),
    (RuralGradeAtLeast(RuralGradeFact.A), facts(), UNKNOWN, "涉农主体信用等级 A级及以上" + MISSING),
    (
        VillagePointsAtLeast(3),
        facts(village_point_months=3),
        PASSED,
        "近 12 个月内有 3 个月获村级治理积分加分，您有 3 个月",
    ),
    (
        VillagePointsAtLeast(3),
        facts(village_point_months=2),
        FAILED,
        "近 12 个月内有 3 个月获村级治理积分加分，您有 2 个月",
    ),
    (
        VillagePointsAtLeast(3),
        facts(),
        UNKNOWN,
        "近 12 个月内有 3 个月获村级治理积分加分" + MISSING,
    ),
    (EcoGradeAtLeast(EcoGrade.YELLOW), facts(), UNKNOWN, "生态环境信用黄色及以上" + MISSING),
    (FirstLoanOnly(), facts(first_loan=True), PASSED, "仅限首贷，您是首贷户"),
    (FirstLoanOnly(), facts(first_loan=False), FAILED, "仅限首贷，您已有贷款记录"),
    (FirstLoanOnly(), facts(), UNKNOWN, "仅限首贷" + MISSING),
    (
        GuaranteeModeIn((GuaranteeMode.CREDIT,)),
        facts(),
        PASSED,
        "担保方式：信用，您选择信用",
    ),
    (
        GuaranteeModeIn((GuaranteeMode.MORTGAGE, GuaranteeMode.PLEDGE)),
        facts(),
        FAILED,
        "担保方式：抵押、质押，您选择信用",
    ),
    (
        PurposeIn((LoanPurpose.WORKING_CAPITAL,)),
        facts(),
        PASSED,
        "贷款用途：流动资金周转，您的用途是流动资金周转",
    ),
    (
        PurposeIn((LoanPurpose.LIVESTOCK,)),
        facts(),
        FAILED,
        "贷款用途：畜禽水产养殖，您的用途是流动资金周转",
    ),
    (
        HonourAny(("高新技术企业", "专精特新")),
        facts(honours=frozenset({"专精特新", "守合同重信用"})),
        PASSED,
        "具有荣誉之一：高新技术企业、专精特新，您具有专精特新",
    ),
    (
        HonourAny(("高新技术企业",)),
        facts(honours=frozenset()),
        FAILED,
        "具有荣誉之一：高新技术企业，您没有其中任何一项",
    ),
    (HonourAny(("高新技术企业",)), facts(), UNKNOWN, "具有荣誉之一：高新技术企业" + MISSING),
    (RateCeiling(450), facts(), PASSED, "年利率 4.50% 起，您最高接受 4.50%"),
    (RateCeiling(451), facts(), FAILED, "年利率 4.51% 起，您最高接受 4.50%"),
    (
        UpfrontFeesBearable(Fees(upfront_fen=5_000_000)),
        facts(),
        PASSED,
        "一次性费用不超过申请金额的十分之一，按您的申请须先付 5万元",
    ),
    (
        UpfrontFeesBearable(Fees(upfront_fen=5_000_001)),
        facts(),
        FAILED,
        "一次性费用不超过申请金额的十分之一，按您的申请须先付 50,000.01元",
    ),
]


@pytest.mark.parametrize(("criterion", "known", "outcome", "zh"), EXAMPLES)
def test_a_criterion_answers_with_its_figures(criterion, known, outcome, zh):
    assert answer(criterion, known) == (outcome, zh)


def test_every_kind_of_criterion_has_an_example_of_passing_and_failing():
    seen = {(type(criterion), outcome) for criterion, _, outcome, _ in EXAMPLES}
    assert seen >= {(kind, outcome) for kind in CRITERION_TYPES for outcome in (PASSED, FAILED)}


def test_english_words_carry_the_same_figures():
    passed, unknown = evaluate(
        [MinimumAgeMonths(24), MinimumAnnualTaxFen(1_000_000)], REQUEST, facts(age_months=36)
    )
    assert passed.en == "in business for 24 months; you have been for 36"
    assert unknown.en == (
        "annual tax of at least 10,000 yuan; "
        "unknown: authorise the data or declare it, then match again"
    )
    for criterion, known, _, _ in EXAMPLES:
        (finding,) = evaluate([criterion], REQUEST, known)
        assert finding.en.isascii() or isinstance(criterion, AreaIn | HonourAny)


def test_without_a_ceiling_every_rate_is_acceptable():
    open_request = msgspec.structs.replace(REQUEST, rate_ceiling_bps=None)
    assert answer(RateCeiling(2_400), request=open_request) == (
        PASSED,
        "年利率 24.00% 起，您未设利率上限",
    )


@given(st.sampled_from(TaxGrade), st.sampled_from(TaxGrade))
def test_tax_grades_are_ordinals(held, wanted):
    best_first = "ABMCD"
    expected = best_first.index(held) <= best_first.index(wanted)
    assert answer(TaxGradeAtLeast(wanted), facts(tax_grade=held))[0] is (
        PASSED if expected else FAILED
    )


@given(st.sampled_from(EcoGrade), st.sampled_from(EcoGrade))
def test_environmental_grades_are_ordinals(held, wanted):
    best_first = ["green", "blue", "yellow", "red", "black"]
    expected = best_first.index(held) <= best_first.index(wanted)
    assert answer(EcoGradeAtLeast(wanted), facts(eco_grade=held))[0] is (
        PASSED if expected else FAILED
    )


def test_no_criterion_and_no_fact_is_a_personal_score():
    """The score opens benefits, it closes no door (plan §22)."""
    codes = {kind.__struct_config__.tag for kind in CRITERION_TYPES}
    assert codes == {
        "SUBJECT_KIND_IN",
        "AMOUNT_WITHIN",
        "TERM_WITHIN",
        "AREA_IN",
        "INDUSTRY_IN",
        "INDUSTRY_NOT_IN",
        "MINIMUM_AGE_MONTHS",
        "TAX_GRADE_AT_LEAST",
        "MINIMUM_ANNUAL_TAX_FEN",
        "SOCIAL_INSURANCE_AT_LEAST",
        "NO_OPEN_PENALTY_WITHIN",
        "ECO_GRADE_AT_LEAST",
        "RURAL_GRADE_AT_LEAST",
        "VILLAGE_POINTS_AT_LEAST",
        "FIRST_LOAN_ONLY",
        "GUARANTEE_MODE_IN",
        "PURPOSE_IN",
        "HONOUR_ANY",
        "RATE_CEILING",
        "UPFRONT_FEES_BEARABLE",
    }
    names = {name for kind in (*CRITERION_TYPES, ApplicantFacts) for name in kind.__struct_fields__}
    assert not [name for name in names if "score" in name or "tier" in name or "xichu" in name]


def test_criteria_survive_json_in_order():
    one_of_each = {type(criterion): criterion for criterion, *_ in reversed(EXAMPLES)}
    criteria = tuple(one_of_each[kind] for kind in CRITERION_TYPES)
    plain = criteria_to_builtins(criteria)
    assert plain[0] == {"criterion": "SUBJECT_KIND_IN", "kinds": ["firm", "cooperative"]}
    assert parse_criteria(plain) == criteria
    assert parse_criteria(json.dumps(plain)) == criteria
    assert parse_criteria(json.dumps(plain).encode()) == criteria
    assert parse_criteria([]) == ()


def test_industries_follow_the_standard():
    assert "".join(section.code for section in SECTIONS) == "ABCDEFGHIJKLMNOPQRST"
    assert sorted(SECTION_BY_DIVISION) == [f"{division:02d}" for division in range(1, 98)]
    assert parse_industry("C1311") == parse_industry("1311") == parse_industry("13") == ("C", "13")
    assert parse_industry("A") == ("A", None)
    for wrong in ("", "Z", "00", "98", "A13", "13111", "C13a", "１３", "1"):
        assert parse_industry(wrong) is None
