"""How downloaded data names what stands within a row: the keys of its documents, in Chinese."""

from collections.abc import Mapping
from typing import Final

from suxin.lending.matching import ContributionKind
from suxin.rural.panel import ASPECTS
from suxin_web.content_words import NAMES as RECORDED

_HELPED: Final = {
    "counter_office": "代办窗口",
    "counter_helper": "帮办员编号",
    "counter_visit": "窗口接待编号",
}
CASES: Final[Mapping[str, str]] = {
    "value": "记载",
    "occurredOn": "发生日期",
    "amountFen": "金额",
    "content": "内容",
    "sourceRef": "来源文号",
    "about": "对象",
    "remedy": "更正方式",
    "evidence": "豁免依据与证明",
    "automated": "自动结果",
    "score": "得分",
    "tier": "等级",
    "asOf": "评分日期",
    "eligible": "符合",
    "reasons": "原因",
    "benefit": "适用待遇",
    "programme": "权益编号",
    "day": "核销日期",
    "limit": "限制编号",
    "order": "订单",
    "owed": "逾期未付（元）",
    "months": "拟限制（月）",
    "why": "商户理由",
    "year": "评级年度",
    "kind": "主体类型",
}
"""What a case keeps of what was contested."""

FACTS: Final[Mapping[str, str]] = {
    "kind": "主体类型",
    "county_code": "县区代码",
    "town_code": "乡镇代码",
    "area_name": "所在地",
    "industry": "行业代码",
    "age_months": "成立月数",
    "tax_grade": "纳税信用级别",
    "annual_tax_fen": "年纳税额",
    "social_insurance_headcount": "参保人数",
    "open_penalties": "公示期内处罚数",
    "months_since_last_penalty": "距最近一次处罚（月）",
    "eco_grade": "环保信用等级",
    "honours": "荣誉",
    "first_loan": "首贷",
    "credit_grade": "企业信用等级",
    "rural_grade": "涉农信用等级",
    "village_point_months": "近一年有治理积分加分的月数",
}
"""What is known about an applicant when a request is matched."""

SEEN: Final[Mapping[str, str]] = {
    "request": "申请",
    "number": "编号",
    "termMonths": "期限（月）",
    "purpose": "用途",
    "facts": "匹配所用资料",
    "offer": "报价",
    "rateBps": "利率",
    "annualisedRateBps": "年化利率",
    "totalCostFen": "总成本",
    "consent": "授权编号",
    "records": "记录",
    "item": "目录代码",
    "status": "状态",
    "category": "信息类别",
    "selfDeclared": "本人申报",
}
"""What a bank had seen, and what was delivered, beside what a case keeps."""

COPIED: Final = frozenset({"item", "records"})
"""A document under ``content`` with one of these is a copy of records; without, it is what one record holds."""

NAMES: Final[Mapping[str, str]] = {**RECORDED, **_HELPED, **CASES, **FACTS, **SEEN}
WITHIN: Final[Mapping[str, Mapping[str, str]]] = {
    "contributions": {kind.value: kind.zh for kind in ContributionKind},
    "aspects": ASPECTS,
    "items": {
        "kind": "材料",
        "note": "要求",
        "state": "状态",
        "attachment": "附件编号",
        "words": "说明",
        "at": "答复时间",
    },
}
"""Documents whose keys have names of their own, because others use the same keys otherwise."""
