"""What scoring holds about a subject: its scores with what made them up, and its tiers."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from suxin.kernel.holdings import Kept, Portion, Rows
from suxin.scoring.models import Score, ScoreModel, ScoreTier
from suxin.scoring.queries import scores_of

SCORES_KEPT: Final = Kept(
    why_zh="评分由公共信用主管部门依职责按记录计算，用于守信激励；记录有误的请申请更正，更正后重新计算",
    why_en="a score follows from what is on record; what is wrong there is corrected, and it is reckoned anew",
    law_zh="《个人信息保护法》第十三条第三项、第三十四条、第三十七条（依法定职责）；《江苏省公共信用信息管理办法》",
    until_zh="评分满 24 个月（平台暂定）自动删除；等级以最近一次评分为准",
)


def _scores(subject_id: UUID) -> Rows:
    return (
        scores_of(subject_id)
        .add_columns(ScoreModel)
        .join(ScoreModel, ScoreModel.id == Score.model_id)
    )


def _tiers(subject_id: UUID) -> Rows:
    return select(ScoreTier).where(ScoreTier.subject_id == subject_id)


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="scores",
        zh="信用评分",
        en="scores with the points of each indicator",
        tables=("scores",),
        fields={
            "as_of": "评分日期",
            "model": "评分模型",
            "score": "得分",
            "tier": "等级",
            "lines": "各指标得分",
        },
        values={
            "model": lambda row, _: f"{row[1].document['name']} 第 {row[1].version} 版",
            "lines": lambda row, _: _lines(row[0], row[1]),
        },
        rows=_scores,
        by=(Score.run_id,),
        kept=SCORES_KEPT,
    ),
    Portion(
        code="score_tiers",
        zh="信用等级",
        en="tiers",
        tables=("score_tiers",),
        fields={
            "model_code": "评分模型代码",
            "tier": "等级",
            "as_of": "评分日期",
            "valid_until": "有效至",
        },
        rows=_tiers,
        by=(ScoreTier.run_id,),
        kept=SCORES_KEPT,
    ),
)


def _lines(score: Score, model: ScoreModel) -> dict[str, int]:
    indicators = [
        one["name"] for dimension in model.document["dimensions"] for one in dimension["indicators"]
    ]
    return {indicators[number]: points for number, points in score.lines.items()}
