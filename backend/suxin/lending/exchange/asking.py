"""A bank asks for more by list; the applicant supplies or declines each thing; the bank's time to decide stands still meanwhile.

The pause is written as a later deadline at once: as if the answer came on the last day, and earlier when it comes earlier. What a bank had left when it
asked it has left when it is answered, in whole working days, and one at least. How often and how long is a proposed default (demo
configuration).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import notices, outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.calendars import calendar_for_deadlines
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, NotFound, Refusal, RefusalKind
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import (
    SHANGHAI,
    Calendar,
    add_working_days,
    local_day,
    working_days_between,
)
from suxin.lending import dispatch, policies
from suxin.lending.claims import keep_claim
from suxin.lending.deadlines import DECIDE_WITHIN_DAYS
from suxin.lending.exchange import queries
from suxin.lending.exchange.attachments import FileGiven, put_down
from suxin.lending.exchange.models import (
    AttachmentKind,
    ItemState,
    MaterialRequest,
    MaterialState,
    asked_item,
)
from suxin.lending.exchange.standing import ReferralEnded, hold_applicant
from suxin.lending.exchange.telling import tell_of_material
from suxin.lending.models import DispatchMode, LoanRequest, Referral, ReferralState, Step
from suxin.lending.models.steps import StepNotPossible
from suxin.lending.queries import referrals as referral_queries
from suxin.lending.queries import requests as request_queries
from suxin.lending.routing.telling import tell_desk
from suxin.lending.telling import tell_of_deadlines

ANSWER_WITHIN: Final = timedelta(days=7)
"""How long an applicant has, to the end of the last day in Shanghai."""

MAX_ASKS: Final = 2
"""How often a bank may ask on one referral: its time to decide stands still for a fortnight at the most."""

MAX_ITEMS: Final = 10
MAX_NOTE: Final = 200
CLOSE_TOPIC: Final = "lending.material.close"
_ASKING: Final = (ReferralState.CONTACTED, ReferralState.DUE_DILIGENCE)
_LAST_SECOND: Final = time(23, 59, 59)


class AskedTooOften(Refusal):
    """The bank has asked as often as it may on this referral."""

    code = "ASKED_TOO_OFTEN"
    kind = RefusalKind.LIMITED
    zh = "每笔对接最多要求补充 {limit} 次"
    en = "A bank asks for more at most {limit} times on one referral"


class MaterialAsked(Refusal):
    """What was asked for before is not answered yet."""

    code = "MATERIAL_ASKED"
    zh = "上一次补充材料要求尚未答复"
    en = "The applicant has not answered the former request for material yet"


@dataclass(frozen=True, slots=True)
class ItemAsked:
    """One thing that a bank asks for, with what it says of it."""

    kind: AttachmentKind
    note: str = ""


async def ask_for_material(
    session: AsyncSession,
    actor: Actor,
    *,
    referral_id: UUID,
    items: Sequence[ItemAsked],
    note: str,
    now: datetime,
) -> MaterialRequest:
    """Ask the applicant for more by list; the bank's time to decide stands still until he has answered, a week at the most.

    :raises NotFound, Forbidden, OutsideOwnArea: if it is not the actor's to work on
    :raises Invalid: if nothing or too much is asked for, or a note is too long
    :raises StepNotPossible: if the applicant was not contacted yet, or the bank has decided
    :raises AskedTooOften: if the bank has asked ``MAX_ASKS`` times
    :raises MaterialAsked: if what it asked for before waits for an answer
    :raises ConsentRequired: without a live basis for this request
    """
    actor.require(policies.REFERRAL_WORK)
    checked = _checked_items(items)
    words = _checked_note(note, "note")
    known, _ = await referral_queries.own_referral(session, actor, referral_id)
    policies.require_in_reach(actor, known)
    if known.mode is DispatchMode.OPEN_POOL:
        await referral_queries.lock_lead(session, known.lead_id)
    referral = await referral_queries.lock_own_referral(session, actor, referral_id)
    if referral.state not in _ASKING:
        raise StepNotPossible(
            state=referral.state, step_zh="要求补充材料", step_en="ask for more material"
        )
    before = (await session.scalars(queries.material_of(referral.tenant_id, referral.id))).all()
    if any(one.open for one in before):
        raise MaterialAsked
    if len(before) >= MAX_ASKS:
        raise AskedTooOften(limit=MAX_ASKS)
    party, _ = await hold_applicant(session, actor, referral, now=now)
    calendar = await calendar_for_deadlines(session)
    left = max(1, working_days_between(now, referral.decide_by, calendar=calendar).days)
    asked = MaterialRequest(
        tenant_id=referral.tenant_id,
        id=new_id(now),
        referral_id=referral.id,
        request_id=party.request_id,
        subject_id=party.subject_id,
        note=words,
        items=[asked_item(item.kind, text) for item, text in checked],
        state=MaterialState.OPEN,
        left_days=left,
        asked_by=actor.staff_id,
        asked_at=now,
        closes_at=_closes_at(now),
        ended_at=None,
    )
    session.add(asked)
    await session.flush()
    await _give_time(session, referral, asked, calendar, start=asked.closes_at, now=now)
    await _post_close(session, asked, now=now)
    await _tell_applicant(session, referral, asked, now=now)
    _record(session, asked, "asked", now=now, detail={"items": len(asked.items)})
    return asked


async def supply_material(
    session: AsyncSession,
    actor: Actor,
    *,
    material_id: UUID,
    number: int,
    file: FileGiven,
    sealer: Sealer,
    now: datetime,
) -> MaterialRequest:
    """Hand in one thing that a bank asked for, for that bank alone; with the last the bank's time runs on.

    ``number`` counts the things asked for from one; the file is of the kind that was asked for, whatever ``file`` says.

    :raises NotFound: if nothing of the kind was asked of the acting subject
    :raises StepNotPossible: if it has ended, or this thing was answered already
    :raises ReferralEnded: if the bank has answered the referral, or it has ended
    :raises Invalid, DocumentTooLarge, DocumentTypeRefused, TooManyAttachments: see ``attach_file``
    """
    request, referral, asked = await _lock_asked(session, actor, material_id)
    item = _open_item(asked, number)
    given = FileGiven(kind=AttachmentKind.coded(item["kind"]), name=file.name, content=file.content)
    attachment = await put_down(
        session,
        request,
        given,
        by=actor.own_person,
        tenant_id=asked.tenant_id,
        sealer=sealer,
        now=now,
    )
    done = {"state": ItemState.SUPPLIED.value, "attachment": str(attachment.id)}
    await _answered(session, referral, asked, number, done, now=now)
    return asked


async def decline_material(
    session: AsyncSession,
    actor: Actor,
    *,
    material_id: UUID,
    number: int,
    words: str,
    now: datetime,
) -> MaterialRequest:
    """Decline to hand in one thing that a bank asked for, with words or without; with the last the bank's time runs on.

    :raises NotFound, StepNotPossible, ReferralEnded: see ``supply_material``
    :raises Invalid: if the words are too long
    """
    said = _checked_note(words, "words")
    _, referral, asked = await _lock_asked(session, actor, material_id)
    _open_item(asked, number)
    done = {"state": ItemState.DECLINED.value, "words": said or None}
    await _answered(session, referral, asked, number, done, now=now)
    return asked


async def close_material(
    session: AsyncSession, *, tenant_id: UUID, material_id: UUID, now: datetime
) -> None:
    """End what was not answered in time; the bank's time has run on since, by the deadline that it was given when it asked.

    A duty of the platform.
    """
    asked = await queries.lock_material(session, tenant_id, material_id)
    if asked is None or not asked.open or asked.closes_at > now:
        return
    referral = await referral_queries.lock_referral(session, tenant_id, asked.referral_id)
    if referral is None or referral.state not in _ASKING:
        asked.close(now=now)
        _record(session, asked, "closed", now=now)
        return
    asked.expire(now=now)
    _record(session, asked, "expired", now=now)
    body = "申请人未在 7 日内补齐材料，答复时限继续计算。"
    await tell_desk(session, referral, "补充材料已到期", body, now=now)


async def _answered(
    session: AsyncSession,
    referral: Referral,
    asked: MaterialRequest,
    number: int,
    done: dict[str, Any],
    *,
    now: datetime,
) -> None:
    items = [dict(item) for item in asked.items]
    items[number - 1] |= {**done, "at": now.isoformat()}
    asked.items = items
    step = "supplied" if done["state"] == ItemState.SUPPLIED.value else "declined"
    if all(item["state"] != ItemState.ASKED.value for item in items):
        asked.answer(now=now)
        calendar = await calendar_for_deadlines(session)
        await _give_time(session, referral, asked, calendar, start=now, now=now)
        body = "申请人已逐项答复补充材料要求，答复时限继续计算。"
        await tell_desk(session, referral, "补充材料已答复", body, now=now)
    _record(session, asked, step, now=now, detail={"number": number})


async def _give_time(
    session: AsyncSession,
    referral: Referral,
    asked: MaterialRequest,
    calendar: Calendar,
    *,
    start: datetime,
    now: datetime,
) -> None:
    """Let the bank decide within the working days that it had left, counted from ``start``."""
    deadline = add_working_days(start, asked.left_days, calendar=calendar)
    if deadline.at == referral.decide_by:
        return
    referral.decide_by = deadline.at
    whole = working_days_between(referral.decide_from, deadline.at, calendar=calendar).days
    referral.extra_days = max(0, whole - DECIDE_WITHIN_DAYS)
    referral.deadlines_provisional = referral.deadlines_provisional or deadline.provisional
    await dispatch.start_clock(session, referral, Step.DECIDE, now=now)
    tell_of_deadlines(session, referral, now=now)
    await keep_claim(session, referral)


async def _lock_asked(
    session: AsyncSession, actor: Actor, material_id: UUID
) -> tuple[LoanRequest, Referral, MaterialRequest]:
    known = await queries.material_for(session, actor, material_id)
    request = await request_queries.lock_own_request(session, actor, known.request_id)
    await request_queries.lock_lead_of(session, request.id)
    referral = await referral_queries.lock_referral(session, known.tenant_id, known.referral_id)
    asked = await queries.lock_material(session, known.tenant_id, material_id)
    if referral is None or asked is None:
        raise NotFound(thing_zh="补充材料要求", thing_en="request for material")
    asked.require_open()
    if referral.state not in _ASKING:
        raise ReferralEnded
    return request, referral, asked


def _open_item(asked: MaterialRequest, number: int) -> dict[str, Any]:
    if not 1 <= number <= len(asked.items):
        raise NotFound(thing_zh="补充材料项", thing_en="item", field="number")
    item = asked.items[number - 1]
    if item["state"] != ItemState.ASKED.value:
        raise StepNotPossible(state=MaterialState.ANSWERED, step_zh="再次答复", step_en="answer it")
    return item


async def _post_close(session: AsyncSession, asked: MaterialRequest, *, now: datetime) -> None:
    await outbox.post(
        session,
        CLOSE_TOPIC,
        {"tenant_id": asked.tenant_id, "material_id": asked.id},
        now=now,
        tenant_id=asked.tenant_id,
        not_before=asked.closes_at,
    )


async def _tell_applicant(
    session: AsyncSession, referral: Referral, asked: MaterialRequest, *, now: datetime
) -> None:
    request = await referral_queries.request_behind(session, referral.lead_id)
    if request is None:
        return
    bank = await request_queries.bank_name(session, asked.tenant_id)
    day = local_day(asked.closes_at)
    listed = "、".join(AttachmentKind.coded(item["kind"]).zh for item in asked.items)
    await notices.notify_person(
        session,
        person_id=request.person_id,
        template="request_progress",
        title="银行请您补充材料",
        body=f"{bank}请您在 {day.month} 月 {day.day} 日前补充：{listed}。可以提供，也可以逐项说明不提供。",
        link=f"/pages/request?id={asked.request_id}",
        facts={"number": request.number, "progress": "银行请您补充材料"},
        now=now,
    )


def _record(
    session: AsyncSession,
    asked: MaterialRequest,
    step: str,
    *,
    now: datetime,
    detail: dict[str, int] | None = None,
) -> None:
    append_act(
        session,
        action=f"lending.material.{step}",
        now=now,
        tenant_id=asked.tenant_id,
        subject_id=asked.subject_id,
        object_type="material_request",
        object_id=asked.id,
        detail=detail,
    )
    tell_of_material(session, asked, step, now=now)


def _checked_items(items: Sequence[ItemAsked]) -> list[tuple[ItemAsked, str]]:
    if not 1 <= len(items) <= MAX_ITEMS:
        raise Invalid(
            field="items",
            reason_zh=f"应有 1 至 {MAX_ITEMS} 项",
            reason_en=f"there are 1 to {MAX_ITEMS} things asked for",
        )
    return [(item, _checked_note(item.note, "items")) for item in items]


def _checked_note(note: str, field: str) -> str:
    words = note.strip()
    if len(words) > MAX_NOTE:
        raise Invalid(
            field=field,
            reason_zh=f"最多 {MAX_NOTE} 字",
            reason_en=f"at most {MAX_NOTE} characters",
        )
    return words


def _closes_at(now: datetime) -> datetime:
    return datetime.combine(local_day(now + ANSWER_WITHIN), _LAST_SECOND, SHANGHAI)
