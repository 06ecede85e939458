"""Registering what an organisation promised a department, with the department's number for it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.identifiers import check_uscc
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.working_days import local_day
from suxin.subjects.commitments.models import Commitment, CommitmentKind, CommitmentState
from suxin.subjects.commitments.outcomes import record_of
from suxin.subjects.commitments.policies import COMMITMENT_JUDGE
from suxin.subjects.doors import subject_behind, uscc_door
from suxin.subjects.mandates import SubjectUnknown
from suxin.subjects.models import NATURAL_PERSONS, Subject

MAX_NUMBER: Final = 60
MAX_TITLE: Final = 60
MAX_AUTHORITY: Final = 60
MAX_TEXT: Final = 500
ITEM: Final = "COMMITMENT"


class CommitmentRegistered(Refusal):
    """The department's commitment of this number is registered already."""

    code = "COMMITMENT_REGISTERED"
    zh = "{authority}的承诺“{number}”已登记"
    en = "The commitment {number} of {authority} is registered already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What was promised: of which kind, under which number of which department, until when."""

    kind: CommitmentKind
    number: str
    authority: str
    title: str
    text: str
    made_on: date
    due_on: date | None


async def register_commitment(
    session: AsyncSession, actor: Actor, *, uscc: str, promise: Promise, now: datetime
) -> Commitment:
    """Put on record what an organisation promised a department, and publish it.

    :raises Forbidden: if the actor may not register commitments
    :raises UsccMalformed, UsccChecksum: if ``uscc`` is no credit code
    :raises SubjectUnknown: if the city has no such organisation, or it is a natural person's household
    :raises Invalid: if a text is missing or too long, a day does not fit, or the kind is a declaration's
    :raises CommitmentRegistered: if the department's number is taken
    Source: 宿政办发〔2021〕62号 §15
    """
    actor.require(COMMITMENT_JUDGE)
    code = check_uscc(uscc, field="uscc")
    _check(promise, today=local_day(now))
    await _require_new(session, promise)
    subject_id = await subject_behind(session, uscc_door(code))
    if subject_id is None:
        raise SubjectUnknown(field="uscc")
    async with act_for(session, subject_id=subject_id, reason="commitment registered"):
        subject = await session.get(Subject, subject_id)
        if subject is None or subject.kind in NATURAL_PERSONS:
            raise SubjectUnknown(field="uscc")
        commitment = _commitment(subject, promise, now=now)
        session.add(commitment)
        await session.flush()
        content = {
            "number": promise.number,
            "title": promise.title,
            "authority": promise.authority,
        }
        session.add(
            await record_of(
                session,
                commitment,
                ITEM,
                record_id=commitment.record_id,
                content=content,
                on=promise.made_on,
                now=now,
            )
        )
    append_act(
        session,
        action="subjects.commitment.registered",
        now=now,
        subject_id=subject_id,
        object_type="commitment",
        object_id=commitment.id,
        detail={"authority": promise.authority, "number": promise.number},
    )
    await session.flush()
    return commitment


def _commitment(subject: Subject, promise: Promise, *, now: datetime) -> Commitment:
    return Commitment(
        subject_id=subject.id,
        id=new_id(now),
        kind=promise.kind,
        number=promise.number,
        subject_name=subject.name,
        published=True,
        authority=promise.authority,
        title=promise.title,
        text=promise.text,
        record_id=new_id(now),
        stated={},
        made_on=promise.made_on,
        due_on=promise.due_on,
        made_at=now,
        state=CommitmentState.OPEN,
    )


async def _require_new(session: AsyncSession, promise: Promise) -> None:
    taken = await session.scalar(
        select(Commitment.id).where(
            Commitment.authority == promise.authority, Commitment.number == promise.number
        )
    )
    if taken is not None:
        raise CommitmentRegistered(
            field="number", authority=promise.authority, number=promise.number
        )


def _check(promise: Promise, *, today: date) -> None:
    if promise.kind is CommitmentKind.TRUTH:
        raise Invalid(
            field="kind",
            reason_zh="真实性承诺由申报人签署，不能登记",
            reason_en="that a declaration is true is promised by who declares it",
        )
    for field, value, most in (
        ("number", promise.number, MAX_NUMBER),
        ("authority", promise.authority, MAX_AUTHORITY),
        ("title", promise.title, MAX_TITLE),
        ("text", promise.text, MAX_TEXT),
    ):
        if not 1 <= len(value) <= most or value != value.strip():
            raise Invalid(
                field=field,
                reason_zh=f"应为 1 至 {most} 字",
                reason_en=f"it has 1 to {most} characters",
            )
    if promise.made_on > today:
        raise Invalid(field="madeOn", reason_zh="晚于今天", reason_en="it lies in the future")
    if promise.due_on is not None and promise.due_on <= promise.made_on:
        raise Invalid(
            field="dueOn", reason_zh="应晚于承诺日期", reason_en="it must be after the promise"
        )
