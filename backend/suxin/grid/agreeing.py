"""What a resident agrees to about his points, each by itself, and takes back as easily (PIPL art. 14, 15, 25)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.models import PointAgreement, PointNotice
from suxin.grid.notice_lines import read_lines, stored, without_name
from suxin.grid.refusals import AgreementOutdated, NotOfVillage
from suxin.grid.states import AgreedTo
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.ids import new_id
from suxin.villages import queries as villages
from suxin.villages.models import HouseholdMember

TEXT_VERSION: Final = "2026-1"
TEXTS_ZH: Final = {
    AgreedTo.SHOW_NAME: "村（居）委会公示积分时，在您的加分项旁显示您的姓名（隐去一字）。公示 5 至 7 个工作日，张贴的海报和扫码页面在公示结束后失效。扣分项从不显示姓名。不同意不影响积分；随时可以撤回，撤回后正在公示的姓名立即隐去。",
    AgreedTo.RECORD: "每月将您“参与村级治理”这一事实（不含分值、不含事项、不含任何扣分）作为正面信用记录提供给市公共信用信息平台，用于您本人的信用评价，保留 12 个月。您是户主的，本户共同的加分同样记录在已关联的农户信用档案。不同意不影响积分；随时可以撤回，撤回后不再产生新的记录。",
}
"""The notices that are shown before each yes; a change of them is another version."""


async def agree(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    use: AgreedTo,
    text_version: str,
    now: datetime,
) -> PointAgreement:
    """Say yes to one use, as a member of a household of the village; a yes that stands is left as it is.

    :raises NotOfVillage: if the person is in no household of the village
    :raises AgreementOutdated: if the notice that was shown is not the one in force
    """
    if text_version != TEXT_VERSION:
        raise AgreementOutdated(field="textVersion", version=TEXT_VERSION)
    member = await _mine(session, actor, tenant_id)
    # A second click meets the first one's yes, or waits for it.
    await queries.take_turn(session, tenant_id)
    known = await queries.live_agreement(session, tenant_id, member.id, use)
    if known is not None:
        return known
    agreement = PointAgreement(
        tenant_id=tenant_id,
        id=new_id(now),
        member_id=member.id,
        person_id=actor.own_person,
        use=use,
        text_version=TEXT_VERSION,
        given_at=now,
    )
    session.add(agreement)
    _note(session, agreement, "given", now=now)
    await session.flush()
    return agreement


async def take_back(
    session: AsyncSession, actor: Actor, *, tenant_id: UUID, use: AgreedTo, now: datetime
) -> None:
    """Take a yes back; a name goes from the notices that stand at once. Without one nothing happens.

    :raises NotOfVillage: if the person is in no household of the village
    """
    member = await _mine(session, actor, tenant_id)
    await queries.take_turn(session, tenant_id)
    known = await queries.live_agreement(session, tenant_id, member.id, use)
    if known is None:
        return
    known.ended_at = now
    _note(session, known, "taken_back", now=now)
    await session.flush()
    if use is AgreedTo.SHOW_NAME:
        async with act_for(session, tenant_id=tenant_id, reason="name taken off notices"):
            await _take_name_off(session, tenant_id, member.id, now=now)


async def _take_name_off(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, *, now: datetime
) -> None:
    standing = await session.scalars(
        select(PointNotice)
        .where(PointNotice.tenant_id == tenant_id, PointNotice.ends_at > now)
        .order_by(PointNotice.id)
        .with_for_update()
    )
    for notice in standing:
        notice.lines = stored(without_name(read_lines(notice.lines), member_id))
    await session.flush()


async def _mine(session: AsyncSession, actor: Actor, tenant_id: UUID) -> HouseholdMember:
    member = await villages.household_of_person(session, tenant_id, actor.own_person)
    if member is None:
        raise NotOfVillage
    return member


def _note(session: AsyncSession, agreement: PointAgreement, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"grid.agreement.{step}",
        now=now,
        tenant_id=agreement.tenant_id,
        object_type="grid_agreement",
        object_id=agreement.id,
        detail={"use": agreement.use.value, "text_version": agreement.text_version},
    )
