"""Telling a household how it stands in a round: its line on notice, in force, ended, or why it has none."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices
from suxin.kernel.working_days import local_day
from suxin.subjects.models import Mandate
from suxin.village_credit.models import CreditRound, RoundMember
from suxin.village_credit.states import MemberState

TOLD_AT_ONCE: Final = 200
PAGE: Final = "/pages/village-credit"
_TITLES: Final = {
    MemberState.NOTICED: "预授信额度公示中",
    MemberState.NOT_OFFERED: "暂无预授信额度",
    MemberState.ACTIVE: "预授信额度已生效",
    MemberState.ENDED: "预授信额度已终止",
}
_YUAN_FEN: Final = 100


async def tell_of_members(
    session: AsyncSession, *, now: datetime, limit: int = TOLD_AT_ONCE
) -> int:
    """Tell some households where they stand; return how many. A duty of the platform."""
    rows = (
        await session.execute(
            select(RoundMember, CreditRound)
            .join(CreditRound, CreditRound.id == RoundMember.round_id)
            .where(
                RoundMember.state.in_(_TITLES),
                RoundMember.told.is_distinct_from(RoundMember.state),
            )
            .order_by(RoundMember.id)
            .limit(limit)
            .with_for_update(of=RoundMember)
        )
    ).all()
    for member, found in rows:
        title, body = _TITLES[member.state], _body(member, found)
        for person_id in await _people_of(session, member.subject_id, now=now):
            await notices.notify_person(
                session,
                person_id=person_id,
                template="village_credit",
                title=title,
                body=body,
                link=PAGE,
                facts={"thing": title},
                now=now,
            )
        member.told = member.state.value
    await session.flush()
    return len(rows)


def _body(member: RoundMember, found: CreditRound) -> str:
    line = f"{(member.line_fen or 0) // _YUAN_FEN:,} 元"
    match member.state:
        case MemberState.NOTICED if member.notice_ends_at is not None:
            until = local_day(member.notice_ends_at)
            return f"“{found.product_name}”拟给予本户额度 {line}，公示至 {until:%Y年%m月%d日}，只公示编号；有异议的可在公示期内提出。"
        case MemberState.ACTIVE:
            return f"“{found.product_name}”额度 {line}已生效，有效期至 {member.expires_on:%Y年%m月%d日}前；用款时再申请，由银行审批。"
        case MemberState.NOT_OFFERED:
            return f"“{found.product_name}”暂未给予额度：{member.answer or member.reason}。可提出异议，由银行另一人复核。"
        case _:
            why = member.reason or "一年期满，可重新参加"
            return f"“{found.product_name}”额度已终止：{why}。已发放的贷款按合同履行。"


async def _people_of(session: AsyncSession, subject_id: UUID, *, now: datetime) -> Sequence[UUID]:
    """Return who acts for a household now."""
    acting = select(Mandate.person_id).where(
        Mandate.subject_id == subject_id,
        Mandate.ended_at.is_(None),
        Mandate.starts_at <= now,
        Mandate.ends_at > now,
    )
    return sorted(set(await session.scalars(acting)))
