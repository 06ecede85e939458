"""Filing a notice of exemption, deciding on it, and ending it: one person asks, another decides (decision 33)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.official_papers import MAX_ANSWER, MAX_AUTHORITY, MAX_TITLE
from suxin.kernel.refusals import Forbidden, Invalid
from suxin.kernel.sealed_documents import SentFile
from suxin.kernel.sealing import Sealer
from suxin.kernel.texts import bounded_text
from suxin.kernel.working_days import local_day
from suxin.places.models import Area, AreaLevel
from suxin.relief import queries
from suxin.relief.models import CATEGORIES, NOTICES, DisasterNotice, NoticeState
from suxin.relief.policies import NOTICE_DECIDE, NOTICE_FILE
from suxin.relief.refusals import NoticeNotCounted, NoticeNotHere
from suxin.subjects.models import DataCategory

MAX_REASON: Final = 300
MAX_AREAS: Final = 50
MAX_DAYS: Final = 366
"""How many days a notice may be about: a disaster, and what came of it within the year."""

_LEVELS: Final = (AreaLevel.CITY, AreaLevel.COUNTY, AreaLevel.TOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stricken:
    """Whom a disaster has hit, and by whose word; ``from_on`` to ``to_on`` are both included, ``categories`` are of the records to be exempted."""

    title: str
    authority: str
    reason: str
    areas: Sequence[str]
    categories: Sequence[DataCategory]
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDraft(Stricken):
    """What a notice says; ``ends_on`` is the first day without it."""

    ends_on: date | None = None


async def propose_notice(
    session: AsyncSession,
    actor: Actor,
    *,
    draft: NoticeDraft,
    paper: SentFile,
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
    await _check_draft(session, draft, today=local_day(now))
    says = {
        "title": draft.title.strip(),
        "authority": draft.authority.strip(),
        "reason": draft.reason.strip(),
        "areas": sorted(set(draft.areas)),
        "categories": [one.value for one in CATEGORIES if one in draft.categories],
        "from_on": draft.from_on,
        "to_on": draft.to_on,
        "ends_on": draft.ends_on,
        "source": source,
    }
    by = None if by_platform else actor.own_staff
    notice = await NOTICES.put_in(session, says, paper, by=by, sealer=sealer, now=now)
    NOTICES.record(session, "relief.notice.filed", notice, now=now)
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
    notice = await queries.lock_notice(session, actor, notice_id)
    NOTICES.withdraw(notice)
    NOTICES.record(session, "relief.notice.withdrawn", notice, now=now)
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
    said = bounded_text(answer, "answer", most=MAX_ANSWER)
    notice = await queries.lock_notice(session, actor, notice_id)
    NOTICES.require_decidable(notice, actor)
    if granted and notice.counted_at is None:
        raise NoticeNotCounted
    NOTICES.decide(notice, actor, granted=granted, answer=said, now=now)
    action = "relief.notice.in_force" if granted else "relief.notice.rejected"
    NOTICES.record(session, action, notice, now=now)
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
    said = bounded_text(reason, "reason", most=MAX_REASON)
    notice = await queries.lock_notice(session, actor, notice_id)
    NOTICES.require_at(notice, NoticeState.IN_FORCE)
    if notice.ending_by is not None:
        raise NoticeNotHere
    notice.ending_by, notice.ending_at, notice.ending_reason = actor.own_staff, now, said
    NOTICES.record(session, "relief.notice.end_asked", notice, now=now)
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
    notice = await queries.lock_notice(session, actor, notice_id)
    NOTICES.require_at(notice, NoticeState.IN_FORCE)
    if notice.ending_by is None:
        raise NoticeNotHere
    NOTICES.require_other(notice.ending_by, actor)
    if granted:
        notice.state = NoticeState.ENDED
        notice.ended_by, notice.ended_at = actor.own_staff, now
        NOTICES.record(session, "relief.notice.ended", notice, now=now)
    else:
        notice.ending_by = notice.ending_at = notice.ending_reason = None
        NOTICES.record(session, "relief.notice.goes_on", notice, now=now)
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


async def check_stricken(session: AsyncSession, stricken: Stricken, *, today: date) -> None:
    """Accept only what a notice can be about.

    :raises Invalid: if a text, the areas, the categories or the days are not what they must be
    """
    _check_words(stricken, today=today)
    await _check_areas(session, set(stricken.areas))


async def _check_draft(session: AsyncSession, draft: NoticeDraft, *, today: date) -> None:
    _check_words(draft, today=today)
    if draft.ends_on is not None and draft.ends_on <= today:
        raise Invalid(
            field="endsOn",
            reason_zh="终止日应晚于今日",
            reason_en="a notice ends after today",
        )
    await _check_areas(session, set(draft.areas))


def _check_words(draft: Stricken, *, today: date) -> None:
    bounded_text(draft.title, "title", most=MAX_TITLE)
    bounded_text(draft.authority, "authority", most=MAX_AUTHORITY)
    bounded_text(draft.reason, "reason", most=MAX_REASON)
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
