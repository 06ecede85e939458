"""What rural ratings hold about a subject: where it took part, how it was reckoned, its hearings and grades, and what villages attest."""

from collections.abc import Sequence
from typing import Final

from suxin.kernel.holdings import Kept, Portion
from suxin.rural.models import RatingEntry, RuralGrade, RuralHearing, RuralReckoning, RuralStatement
from suxin.rural.queries.own import (
    entries_about,
    grades_about,
    hearings_about,
    reckonings_about,
    statements_about,
)
from suxin.rural.states import ENTRIES_ZH, GRADES_ZH, KINDS_ZH

RATING_KEPT: Final = Kept(
    why_zh="评级由您自愿参加，结果及其依据用于复核、申诉和年度复评；撤回授权即退出并清除",
    why_en="you take part of your own accord; what came of it is kept to be checked, appealed against and reviewed, and goes when you take your consent back",
    law_zh="《个人信息保护法》第十三条第一项、第十五条、第四十七条",
    until_zh="撤回授权即清除；否则自等级到期起 1 年（平台暂定）",
)

PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="rural_entries",
        zh="参加的涉农信用评级",
        en="rural ratings taken part in",
        tables=("rural_entries",),
        fields={
            "kind": "主体类型",
            "year": "年度",
            "number": "公示编号",
            "label": "名称",
            "publish_name": "同意公示名称",
            "state": "状态",
            "tier": "等级",
            "tier_before": "此前等级",
            "entered_at": "参评时间",
            "appealed_at": "申诉时间",
        },
        values={
            "kind": lambda row, _: KINDS_ZH[row[1].kind],
            "year": lambda row, _: row[1].year,
            "state": lambda row, _: ENTRIES_ZH[row[0].state],
        },
        rows=entries_about,
        by=(RatingEntry.id,),
        kept=RATING_KEPT,
    ),
    Portion(
        code="rural_reckonings",
        zh="涉农信用评级测算",
        en="how rural ratings were reckoned",
        tables=("rural_reckonings",),
        fields={
            "as_of": "测算日期",
            "model": "评级模型",
            "score": "得分",
            "tier": "等级",
            "panel_points": "评议得分",
            "votes": "评议人数",
            "aspects": "评议各项平均（十分之一分）",
        },
        values={
            "model": lambda row, _: f"{row[1].document['name']} 第 {row[1].version} 版",
        },
        rows=reckonings_about,
        by=(RuralReckoning.entry_id,),
        kept=RATING_KEPT,
    ),
    Portion(
        code="rural_hearings",
        zh="降级前的陈述",
        en="hearings before a fall",
        tables=("rural_hearings",),
        fields={
            "tier_before": "原等级",
            "tier_proposed": "拟定等级",
            "opened_at": "告知时间",
            "open_until": "陈述截止",
            "statement": "陈述",
            "stated_at": "陈述时间",
            "lowered": "是否降级",
            "answer": "决定理由",
            "decided_at": "决定时间",
        },
        rows=hearings_about,
        by=(RuralHearing.entry_id,),
        kept=RATING_KEPT,
    ),
    Portion(
        code="rural_grades",
        zh="涉农信用等级",
        en="rural grades",
        tables=("rural_grades",),
        fields={
            "kind": "主体类型",
            "year": "年度",
            "tier": "等级",
            "effective_on": "生效日期",
            "expires_on": "到期日期",
            "state": "状态",
            "ended_at": "终止时间",
        },
        values={
            "kind": lambda row, _: KINDS_ZH[row[0].kind],
            "state": lambda row, _: GRADES_ZH[row[0].state],
        },
        rows=grades_about,
        by=(RuralGrade.id,),
        kept=RATING_KEPT,
    ),
    Portion(
        code="rural_statements",
        zh="村居出具的情况证明",
        en="what villages attest",
        tables=("rural_statements",),
        fields={
            "item_code": "事项",
            "content": "内容",
            "state": "状态",
            "stated_at": "出具时间",
            "verified_at": "复核时间",
            "valid_until": "有效至",
        },
        rows=statements_about,
        by=(RuralStatement.id,),
        kept=RATING_KEPT,
    ),
)
