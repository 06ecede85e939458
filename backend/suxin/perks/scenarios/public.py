"""Templates of public life: 就医就学就业养老 and approvals. None of medical care and schooling ever becomes a record."""

from typing import Final

from suxin.perks.scenarios.templates import (
    FIRM_MODEL,
    Limits,
    Scenario,
    benefit,
    ordinary,
    organisations,
    tier,
)
from suxin.perks.states import BenefitKind, RecordRule, RiskFundName, Sector

_FREE = BenefitKind.DEPOSIT_WAIVER
_LATER = BenefitKind.PAY_LATER
_FAST = BenefitKind.PRIORITY

PUBLIC: Final = (
    Scenario(
        code="medical.pay_later",
        zh="先诊疗后付费",
        en="Treatment first, payment later",
        sector=Sector.MEDICAL,
        kind=_LATER,
        offers=(tier(3, benefit(_LATER, "先诊疗后付费，额度 1000 元，10 日内付清", 100_000)),),
        fallback=ordinary("按医院规定付费，急诊先行救治"),
        limits=Limits(person_daily=3, use_days=10),
        risk_fund=RiskFundName.ESTIMATE_ORDER_COST,
        source="杭州惠信分 500 分以上先诊疗后还款，额度 1000 元，10 个自然日免息",
    ),
    Scenario(
        code="medical.admission",
        zh="住院免押金",
        en="Admission to hospital without a deposit",
        sector=Sector.MEDICAL,
        kind=_FREE,
        offers=(tier(2, benefit(_FREE, "免住院押金，最高 5000 元", 500_000)),),
        fallback=ordinary("按医院规定交押金，急诊先行救治"),
        limits=Limits(use_days=90),
        risk_fund=RiskFundName.DEPOSIT,
        source="宿迁西楚分：住院免押金（公开报道）",
    ),
    Scenario(
        code="school.card",
        zh="校园服务先用后付",
        en="School services first, payment later",
        sector=Sector.SCHOOL,
        kind=_LATER,
        offers=(tier(3, benefit(_LATER, "培训、餐费先用后付，额度 300 元", 30_000)),),
        fallback=ordinary("按学校规定缴费"),
        limits=Limits(use_days=30),
    ),
    Scenario(
        code="school.course",
        zh="技能培训学费减免",
        en="Cheaper training courses",
        sector=Sector.SCHOOL,
        kind=BenefitKind.DISCOUNT,
        offers=(tier(2, benefit(BenefitKind.DISCOUNT, "培训学费 8 折", 2_000, value_fen=20_000)),),
        fallback=benefit(BenefitKind.DISCOUNT, "培训学费 9 折", 1_000, value_fen=10_000),
        limits=Limits(uses_each=1, use_days=180),
    ),
    Scenario(
        code="work.job_fair",
        zh="就业创业优先对接",
        en="Priority in finding work",
        sector=Sector.WORK,
        kind=_FAST,
        offers=(tier(2, benefit(_FAST, "创业指导优先预约")),),
        fallback=ordinary("按顺序预约"),
    ),
    Scenario(
        code="work.desk",
        zh="创业工位免押金",
        en="A desk for founders without a deposit",
        sector=Sector.WORK,
        kind=_FREE,
        offers=(
            tier(2, benefit(_FREE, "工位免押金，免 1000 元", 100_000), model=FIRM_MODEL),
            tier(2, benefit(_FREE, "工位免押金，免 1000 元", 100_000)),
        ),
        fallback=ordinary("按约定交押金"),
        limits=Limits(use_days=400),
        record_rule=RecordRule.KEPT,
        risk_fund=RiskFundName.CASH_DEPOSIT,
    ),
    Scenario(
        code="elderly.equipment",
        zh="康复器具免押租借",
        en="Mobility aids without a deposit",
        sector=Sector.ELDERLY,
        kind=_FREE,
        offers=(tier(3, benefit(_FREE, "轮椅、护理床免押租借，免 800 元", 80_000)),),
        fallback=ordinary("交押金租借，归还即退"),
        limits=Limits(use_days=180),
        record_rule=RecordRule.KEPT,
        risk_fund=RiskFundName.DEPOSIT,
    ),
    Scenario(
        code="elderly.home_care",
        zh="居家养老服务优惠",
        en="Cheaper care at home",
        sector=Sector.ELDERLY,
        kind=BenefitKind.DISCOUNT,
        offers=(tier(2, benefit(BenefitKind.DISCOUNT, "上门服务 8 折", 2_000, value_fen=1_600)),),
        fallback=benefit(BenefitKind.DISCOUNT, "上门服务 9 折", 1_000, value_fen=800),
        limits=Limits(person_daily=2, scenario_monthly=30),
    ),
    Scenario(
        code="approval.green_lane",
        zh="行政审批绿色通道",
        en="A green lane for approvals",
        sector=Sector.APPROVAL,
        kind=_FAST,
        offers=(
            tier(1, benefit(_FAST, "绿色通道，专人导办"), model=FIRM_MODEL),
            organisations(benefit(_FAST, "企业专窗办理")),
        ),
        fallback=ordinary("综合窗口办理"),
        limits=Limits(person_daily=5),
    ),
    Scenario(
        code="approval.incomplete_filing",
        zh="容缺受理",
        en="Filing with a paper to follow",
        sector=Sector.APPROVAL,
        kind=BenefitKind.LONGER_PERIOD,
        offers=(
            tier(2, benefit(BenefitKind.LONGER_PERIOD, "容缺受理，5 日内补齐", 7_200)),
            tier(2, benefit(BenefitKind.LONGER_PERIOD, "容缺受理，5 日内补齐", 7_200), model=FIRM_MODEL),
        ),
        fallback=ordinary("材料齐全后受理，一次告知"),
        limits=Limits(person_daily=5),
    ),
)  # fmt: skip
