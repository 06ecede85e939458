"""What villages hold about somebody who linked himself: his household, who he is in it, and what he asked."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from suxin.kernel.holdings import Kept, Portion, Rows
from suxin.villages.models import Household, HouseholdLink, HouseholdMember
from suxin.villages.states import HOUSEHOLDS_ZH, LINKS_ZH, RELATIONS_ZH, HouseholdState

REGISTER_KEPT: Final = Kept(
    why_zh="村户名册由村居依法定职责保管，平台受其委托存放；登记有误的，请向村居申请更正，您可以随时解除与本人的关联",
    why_en="the village keeps its register by its duties, and the platform for it; the link to yourself ends at your wish",
    law_zh="《个人信息保护法》第十三条第三项、第二十一条；《村民委员会组织法》第三十四条（村务档案）",
    until_zh="至离开本村名册满 3 年（平台暂定）",
)


def in_household(
    tenant_id: InstrumentedAttribute[UUID],
    household_id: InstrumentedAttribute[UUID],
    subject_id: UUID,
) -> ColumnElement[bool]:
    """Return the condition, over ``HouseholdMember``, that a person is in a household now."""
    return and_(
        HouseholdMember.tenant_id == tenant_id,
        HouseholdMember.household_id == household_id,
        HouseholdMember.subject_id == subject_id,
        HouseholdMember.left_at.is_(None),
    )


def _households(subject_id: UUID) -> Rows:
    member = in_household(Household.tenant_id, Household.id, subject_id)
    return select(Household).where(
        Household.state != HouseholdState.TRANSFERRED,
        or_(
            Household.subject_id == subject_id,
            select(HouseholdMember.id).where(member).exists(),
        ),
    )


def _members(subject_id: UUID) -> Rows:
    return select(HouseholdMember).where(
        or_(
            HouseholdMember.subject_id == subject_id,
            HouseholdMember.household_subject_id == subject_id,
        )
    )


def _links(subject_id: UUID) -> Rows:
    return select(HouseholdLink).where(HouseholdLink.person_id == subject_id)


PORTIONS: Final[Sequence[Portion]] = (
    Portion(
        code="village_households",
        zh="村户名册中的农户",
        en="households in villages' registers",
        tables=("households",),
        fields={
            "number": "户号",
            "group_name": "村民小组",
            "address": "门牌",
            "state": "状态",
            "register_number": "农村编号",
            "registered_at": "登记时间",
            "linked_at": "建立信用档案时间",
        },
        values={"state": lambda row, _: HOUSEHOLDS_ZH[row[0].state]},
        rows=_households,
        by=(Household.id,),
        kept=REGISTER_KEPT,
    ),
    Portion(
        code="village_members",
        zh="村户名册中的家庭成员",
        en="members of households in villages' registers",
        tables=("household_members",),
        fields={
            "name_masked": "姓名",
            "relation": "与户主关系",
            "birth_year": "出生年份",
            "phone": "手机",
            "resident_id": "证件号码",
            "joined_at": "登记时间",
            "left_at": "离户时间",
        },
        values={
            "relation": lambda row, _: RELATIONS_ZH[row[0].relation],
            "phone": lambda row, _: "已登记" if row[0].phone_sealed else None,
            "resident_id": lambda row, _: "已登记" if row[0].resident_id_sealed else None,
        },
        rows=_members,
        by=(HouseholdMember.id,),
        kept=REGISTER_KEPT,
    ),
    Portion(
        code="village_links",
        zh="农户关联申请",
        en="links to households",
        tables=("household_links",),
        fields={
            "id": "编号",
            "state": "状态",
            "asked_at": "申请时间",
            "decided_at": "答复时间",
            "reason": "理由",
            "ended_at": "解除时间",
        },
        values={"state": lambda row, _: LINKS_ZH[row[0].state]},
        rows=_links,
        by=(HouseholdLink.id,),
        of_person=True,
        kept=REGISTER_KEPT,
    ),
)
