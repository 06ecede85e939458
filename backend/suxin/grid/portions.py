"""What is held about somebody by his village's points: claims of his household, what he objected to, what he agreed to."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from suxin.grid.models import PointAgreement, PointAppeal, PointClaim
from suxin.kernel.holdings import Kept, Portion, Rows
from suxin.villages.models import HouseholdMember
from suxin.villages.portions import in_household

POINTS_KEPT: Final = Kept(
    why_zh="积分账的凭据，公示和异议据此处理；账目只能冲正，不能删除",
    why_en="the evidence of what is on the village's book, which is reversed and never deleted",
    law_zh="《个人信息保护法》第十三条第三项；《村民委员会组织法》",
    until_zh="村积分账存续期间（平台暂定）",
)


def _claims(subject_id: UUID) -> Rows:
    return select(PointClaim).join(
        HouseholdMember, in_household(PointClaim.tenant_id, PointClaim.household_id, subject_id)
    )


def _appeals(subject_id: UUID) -> Rows:
    return select(PointAppeal).where(PointAppeal.filed_by == subject_id)


def _agreements(subject_id: UUID) -> Rows:
    return select(PointAgreement).where(PointAgreement.person_id == subject_id)


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="point_claims",
        zh="本户积分申报",
        en="claims of the household's points",
        tables=("grid_claims",),
        fields={
            "id": "编号",
            "rule_name": "事项",
            "points": "分值",
            "posted_points": "入账分值",
            "happened_on": "发生日期",
            "note": "说明",
            "state": "状态",
            "reason": "未通过原因",
            "claimed_at": "申报时间",
            "posted_at": "入账时间",
            "ended_at": "结束时间",
        },
        rows=_claims,
        by=(PointClaim.id,),
        of_person=True,
        kept=POINTS_KEPT,
    ),
    Portion(
        code="point_appeals",
        zh="积分异议",
        en="objections to points",
        tables=("grid_appeals",),
        fields={
            "id": "编号",
            "claim_id": "申报编号",
            "reason": "异议理由",
            "filed_at": "提出时间",
            "answer": "村监委答复",
            "answered_at": "答复时间",
            "town_reason": "提请乡镇理由",
            "town_answer": "乡镇答复",
            "town_decided_at": "乡镇决定时间",
        },
        rows=_appeals,
        by=(PointAppeal.id,),
        of_person=True,
        kept=POINTS_KEPT,
    ),
    Portion(
        code="point_agreements",
        zh="积分公示和记录的同意",
        en="what was agreed to about points",
        tables=("grid_agreements",),
        fields={
            "id": "编号",
            "use": "用途",
            "text_version": "告知书版本",
            "given_at": "同意时间",
            "ended_at": "撤回时间",
        },
        rows=_agreements,
        by=(PointAgreement.id,),
        of_person=True,
        kept=Kept(
            why_zh="证明同意和撤回的凭据",
            why_en="the evidence of a yes and of its end",
            law_zh="《个人信息保护法》第十四条、第十五条、第五十五条",
            until_zh="撤回后 3 年（平台暂定）",
        ),
    ),
)
