"""Filing a notice of exemption, deciding on it, and ending it: one person asks, another decides (decision 33)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, Invalid, Refusal
from suxin.kernel.sealed_documents import Seals, handed_in, sealed_row
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.places.models import Area, AreaLevel
from suxin.relief import queries
from suxin.relief.models import (
    CATEGORIES,
    DOCUMENT,
    DOCUMENT_KEY,
    DisasterNotice,
    NoticeState,
)
from suxin.relief.policies import NOTICE_DECIDE, NOTICE_FILE
from suxin.subjects.models import DataCategory

MAX_TITLE: Final = 60
MAX_AUTHORITY: Final = 60
MAX_REASON: Final = 300
MAX_ANSWER: Final = 300
MAX_AREAS: Final = 50
MAX_DAYS: Final = 366
"""How many days a notice may be about: a disaster, and what came of it within the year."""

_SEALS: Final = Seals(content=DOCUMENT, key=DOCUMENT_KEY)
_LEVELS: Final = (AreaLevel.CITY, AreaLevel.COUNTY, AreaLevel.TOWN)


class NoticeNotHere(Refusal):
    """The notice does not stand where this step begins."""

    code = "DISASTER_NOTICE_NOT_HERE"
    zh = "该公告的状态已变化，请刷新后重试"
    en = "The notice does not stand where this step begins; read it anew"


class NoticeNotCounted(Refusal):
    """The platform has not counted yet whom the notice would concern."""

    code = "DISASTER_NOTICE_NOT_COUNTED"
    zh = "影响范围尚在统计，请稍后再审定"
    en = "Whom the notice would concern is not counted yet; decide a little later"


class SecondPersonNeeded(Refusal):
    """Whoever asked for it decides on it."""

    code = "DISASTER_NOTICE_SECOND_PERSON"
    zh = "提出人不能审定自己提出的事项，请由另一人办理"
    en = "Whoever asked for this does not decide on it; another person does"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft:
    """What a notice says; ``from_on`` to ``to_on`` are both included, ``ends_on`` is the first day without it."""

    title: str
    authority: str
    reason: str
    areas: Sequence[str]
    categories: Sequence[DataCategory]
    from_on: date
    to_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The document by which an authority declared the disaster."""

    name: str
    content: bytes


async def propose_notice(
    session: AsyncSession,
    actor: Actor,
    *,
    draft: NoticeDraft,
    paper: Paper,
    sealer: Sealer,
    source: str | None = None,
    now: datetime,
) -> DisasterNotice:
    """File a notice, which exempts nothing before somebody else has put it in force.

    The platform files what a declared disaster (``source``) proposes, each once: what is there already is returned.

    :raises Forbidden: if the actor may not file notices
    :raises Invalid: if a text, the areas, the categories or the days are not what they must be
    :raises DocumentTooLarge, DocumentTypeRefused: see ``sealed_documents.media_type_of``
    Source: 宿政办发〔2021〕62号 (信用豁免); plan §28 (disasters)
    """
    by_platform = actor.kind is ActorKind.SYSTEM
    if not by_platform:
        actor.require(NOTICE_FILE)
    if by_platform is (source is None):
        raise Forbidden(permission=NOTICE_FILE)
    if source is not None and (there := await queries.proposed_from(session, source)) is not None:
        return there
    await check_draft(session, draft, today=local_day(now))
    given, notice_id = handed_in(paper.name, paper.content), new_id(now)
    notice = DisasterNotice(
        id=notice_id,
        title=draft.title.strip(),
        authority=draft.authority.strip(),
        reason=draft.reason.strip(),
        areas=sorted(set(draft.areas)),
        categories=[one.value for one in CATEGORIES if one in draft.categories],
        from_on=draft.from_on,
        to_on=draft.to_on,
        ends_on=draft.ends_on,
        source=source,
        state=NoticeState.PROPOSED,
        filed_by=None if by_platform else actor.own_staff,
        filed_at=now,
        **sealed_row(sealer, notice_id, given, seals=_SEALS, now=now),
    )
    session.add(notice)
    await session.flush()
    _record(session, "relief.notice.filed", notice, now=now)
    return notice


async def withdraw_notice(
    session: AsyncSession, actor: Actor, *, notice_id: UUID, now: datetime
) -> DisasterNotice:
    """Take a notice back that nobody has decided on.

    :raises Forbidden: if the actor may not file notices
    :raises NotFound: if there is none
    :raises NoticeNotHere: if it was decided on, or taken back
    """
    actor.require(NOTICE_FILE)
    notice = await _at(session, actor, notice_id, NoticeState.PROPOSED)
    notice.state = NoticeState.WITHDRAWN
    _record(session, "relief.notice.withdrawn", notice, now=now)
    return notice


async def decide_notice(
    session: AsyncSession,
    actor: Actor,
    *,
    notice_id: UUID,
    granted: bool,
    answer: str,
    now: datetime,
) -> DisasterNotice:
    """Put a notice in force, which somebody else has filed, or reject it; the platform then exempts what falls within.

    :raises Forbidden: if the actor may not decide on notices
    :raises NotFound: if there is none
    :raises NoticeNotHere: if it was decided on, or taken back
    :raises SecondPersonNeeded: if the actor filed it
    :raises NoticeNotCounted: if it is to be put in force before it is known whom it would concern
    :raises Invalid: if the answer is missing or too long
    """
    actor.require(NOTICE_DECIDE)
    said = _text(answer, "answer", MAX_ANSWER)
    notice = await _at(session, actor, notice_id, NoticeState.PROPOSED)
    if notice.filed_by == actor.own_staff:
        raise SecondPersonNeeded
    if granted and notice.counted_at is None:
        raise NoticeNotCounted
    notice.state = NoticeState.IN_FORCE if granted else NoticeState.REJECTED
    notice.decided_by, notice.decided_at, notice.answer = actor.own_staff, now, said
    action = "relief.notice.in_force" if granted else "relief.notice.rejected"
    _record(session, action, notice, now=now)
    return notice


async def ask_to_end(
    session: AsyncSession, actor: Actor, *, notice_id: UUID, reason: str, now: datetime
) -> DisasterNotice:
    """Ask that a notice ends, which somebody else must confirm.

    :raises Forbidden: if the actor may not file notices
    :raises NotFound: if there is none
    :raises NoticeNotHere: if it is not in force, or its end is asked for already
    :raises Invalid: if the reason is missing or too long
    """
    actor.require(NOTICE_FILE)
    said = _text(reason, "reason", MAX_REASON)
    notice = await _at(session, actor, notice_id, NoticeState.IN_FORCE)
    if notice.ending_by is not None:
        raise NoticeNotHere
    notice.ending_by, notice.ending_at, notice.ending_reason = actor.own_staff, now, said
    _record(session, "relief.notice.end_asked", notice, now=now)
    return notice


async def answer_ending(
    session: AsyncSession, actor: Actor, *, notice_id: UUID, granted: bool, now: datetime
) -> DisasterNotice:
    """End a notice as somebody else has asked, or let it go on; what it alone exempted is active again after its end.

    :raises Forbidden: if the actor may not decide on notices
    :raises NotFound: if there is none
    :raises NoticeNotHere: if its end is not asked for
    :raises SecondPersonNeeded: if the actor asked for it
    """
    actor.require(NOTICE_DECIDE)
    notice = await _at(session, actor, notice_id, NoticeState.IN_FORCE)
    if notice.ending_by is None:
        raise NoticeNotHere
    if notice.ending_by == actor.own_staff:
        raise SecondPersonNeeded
    if granted:
        notice.state = NoticeState.ENDED
        notice.ended_by, notice.ended_at = actor.own_staff, now
        _record(session, "relief.notice.ended", notice, now=now)
    else:
        notice.ending_by = notice.ending_at = notice.ending_reason = None
        _record(session, "relief.notice.goes_on", notice, now=now)
    return notice


async def take_proposal_back(
    session: AsyncSession, actor: Actor, *, source: str, reason: str, now: datetime
) -> None:
    """Take the notice back that something has proposed: withdraw it, or ask for its end where it is in force; do nothing where there is none.

    :raises Forbidden: if the actor may not file notices
    :raises Invalid: if the reason is missing or too long
    """
    actor.require(NOTICE_FILE)
    there = await queries.proposed_from(session, source)
    if there is None:
        return
    notice = await queries.lock_notice(session, actor, there.id)
    if notice.state is NoticeState.PROPOSED:
        await withdraw_notice(session, actor, notice_id=notice.id, now=now)
    elif notice.state is NoticeState.IN_FORCE and notice.ending_by is None:
        await ask_to_end(session, actor, notice_id=notice.id, reason=reason, now=now)


async def _at(
    session: AsyncSession, actor: Actor, notice_id: UUID, state: NoticeState
) -> DisasterNotice:
    notice = await queries.lock_notice(session, actor, notice_id)
    if notice.state is not state:
        raise NoticeNotHere
    return notice


async def check_draft(session: AsyncSession, draft: NoticeDraft, *, today: date) -> None:
    """Accept only what a notice can say.

    :raises Invalid: if a text, the areas, the categories or the days are not what they must be
    """
    _text(draft.title, "title", MAX_TITLE)
    _text(draft.authority, "authority", MAX_AUTHORITY)
    _text(draft.reason, "reason", MAX_REASON)
    if not draft.categories or not set(draft.categories) <= set(CATEGORIES):
        raise Invalid(
            field="categories",
            reason_zh="请选择公告适用的信息类别",
            reason_en="a notice names categories of records",
        )
    if not draft.from_on <= draft.to_on <= today or (draft.to_on - draft.from_on).days >= MAX_DAYS:
        raise Invalid(
            field="toOn",
            reason_zh=f"止日不早于起日、不晚于今日，期间不超过 {MAX_DAYS} 日",
            reason_en=f"the period ends today at the latest and has at most {MAX_DAYS} days",
        )
    if draft.ends_on is not None and draft.ends_on <= today:
        raise Invalid(
            field="endsOn",
            reason_zh="终止日应晚于今日",
            reason_en="a notice ends after today",
        )
    await _check_areas(session, set(draft.areas))


async def _check_areas(session: AsyncSession, codes: set[str]) -> None:
    known: set[str] = set()
    if 1 <= len(codes) <= MAX_AREAS:
        known = set(
            await session.scalars(
                select(Area.code).where(Area.code.in_(codes), Area.level.in_(_LEVELS))
            )
        )
    if not known or known != codes:
        raise Invalid(
            field="areas",
            reason_zh=f"请选择 1 至 {MAX_AREAS} 个县区或乡镇",
            reason_en=f"a notice names 1 to {MAX_AREAS} counties or towns",
        )


def _text(given: str, field: str, most: int) -> str:
    said = given.strip()
    if not 1 <= len(said) <= most:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {most} 字",
            reason_en=f"it has 1 to {most} characters",
        )
    return said


def _record(session: AsyncSession, action: str, notice: DisasterNotice, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="disaster_notice",
        object_id=notice.id,
        detail={"title": notice.title},
    )
