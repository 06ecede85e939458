"""Declaring a disaster, confirming it by another person, and revoking one that turned out to be wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.disasters import queries
from suxin.disasters.models import DOCUMENT, DOCUMENT_KEY, DeclaredDisaster
from suxin.disasters.policies import DISASTER_CONFIRM, DISASTER_DECLARE
from suxin.disasters.refusals import DisasterNotHere, DisasterSecondPerson
from suxin.disasters.states import DisasterState, Weather
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.kernel.sealed_documents import Seals, handed_in, sealed_row
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.relief import commands as relief
from suxin.subjects.models import DataCategory

CONFIRMED_TOPIC: Final = "disasters.disaster.confirmed"
REVOKED_TOPIC: Final = "disasters.disaster.revoked"
MAX_TITLE: Final = relief.MAX_TITLE
MAX_AUTHORITY: Final = relief.MAX_AUTHORITY
MAX_DOCUMENT_NUMBER: Final = 60
MAX_REASON: Final = relief.MAX_REASON
MAX_ANSWER: Final = 300

_SEALS: Final = Seals(content=DOCUMENT, key=DOCUMENT_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisasterDraft:
    """What an authority declared; ``from_on`` to ``to_on`` are both included, ``categories`` are of the records to be exempted."""

    weather: Weather
    title: str
    authority: str
    document_number: str
    reason: str
    areas: Sequence[str]
    categories: Sequence[DataCategory]
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DisasterPaper:
    """The document by which the authority declared it."""

    name: str
    content: bytes


async def declare_disaster(
    session: AsyncSession,
    actor: Actor,
    *,
    draft: DisasterDraft,
    paper: DisasterPaper,
    sealer: Sealer,
    now: datetime,
) -> DeclaredDisaster:
    """Enter a disaster that an authority has declared; nothing is proposed before somebody else has confirmed it.

    :raises Forbidden: if the actor may not declare disasters
    :raises Invalid: if a text, the areas, the categories or the days are not what they must be
    :raises DocumentTooLarge, DocumentTypeRefused: see ``sealed_documents.media_type_of``
    Source: plan §4, §28; 气象灾害防御条例 art. 2, 41 (kinds of weather; the damage is assessed by the authority)
    """
    actor.require(DISASTER_DECLARE)
    _text(draft.document_number, "documentNumber", MAX_DOCUMENT_NUMBER)
    # Whatever a notice could not say is refused here, so that what is confirmed can always be proposed.
    await relief.check_draft(session, _noticed(draft), today=local_day(now))
    given, disaster_id = handed_in(paper.name, paper.content), new_id(now)
    disaster = DeclaredDisaster(
        id=disaster_id,
        weather=draft.weather,
        title=draft.title.strip(),
        authority=draft.authority.strip(),
        document_number=draft.document_number.strip(),
        reason=draft.reason.strip(),
        areas=sorted(set(draft.areas)),
        categories=sorted({one.value for one in draft.categories}),
        from_on=draft.from_on,
        to_on=draft.to_on,
        state=DisasterState.DECLARED,
        declared_by=actor.own_staff,
        declared_at=now,
        **sealed_row(sealer, disaster_id, given, seals=_SEALS, now=now),
    )
    session.add(disaster)
    await session.flush()
    _record(session, "disasters.disaster.declared", disaster, now=now)
    return disaster


async def withdraw_disaster(
    session: AsyncSession, actor: Actor, *, disaster_id: UUID, now: datetime
) -> DeclaredDisaster:
    """Take a declaration back that nobody has confirmed or rejected.

    :raises Forbidden: if the actor may not declare disasters
    :raises NotFound: if there is none
    :raises DisasterNotHere: if it was decided on, or taken back
    """
    actor.require(DISASTER_DECLARE)
    disaster = await _at(session, actor, disaster_id, DisasterState.DECLARED)
    disaster.state = DisasterState.WITHDRAWN
    _record(session, "disasters.disaster.withdrawn", disaster, now=now)
    return disaster


async def decide_disaster(
    session: AsyncSession,
    actor: Actor,
    *,
    disaster_id: UUID,
    granted: bool,
    answer: str,
    now: datetime,
) -> DeclaredDisaster:
    """Confirm a disaster that somebody else has entered, or reject it; the platform then proposes what follows, and people decide on that.

    :raises Forbidden: if the actor may not confirm disasters
    :raises NotFound: if there is none
    :raises DisasterNotHere: if it was decided on, or taken back
    :raises DisasterSecondPerson: if the actor entered it
    :raises Invalid: if the answer is missing or too long, or an area of it is no more
    """
    actor.require(DISASTER_CONFIRM)
    said = _text(answer, "answer", MAX_ANSWER)
    disaster = await _at(session, actor, disaster_id, DisasterState.DECLARED)
    if disaster.declared_by == actor.own_staff:
        raise DisasterSecondPerson
    if granted:
        await relief.check_draft(session, notice_draft(disaster), today=local_day(now))
        await outbox.post(
            session, CONFIRMED_TOPIC, {"disaster_id": disaster.id}, now=now, wake=True
        )
    disaster.state = DisasterState.CONFIRMED if granted else DisasterState.REJECTED
    disaster.decided_by, disaster.decided_at, disaster.answer = actor.own_staff, now, said
    action = "disasters.disaster.confirmed" if granted else "disasters.disaster.rejected"
    _record(session, action, disaster, now=now)
    return disaster


async def revoke_disaster(
    session: AsyncSession, actor: Actor, *, disaster_id: UUID, reason: str, now: datetime
) -> DeclaredDisaster:
    """Revoke a confirmed disaster at once, and take back what it proposed and nobody has decided on.

    One person is enough: nothing that was proposed in error must wait for a second one. A notice that is in force already is asked to
    end, which another decides; renewals that banks have decided on are theirs.

    :raises Forbidden: if the actor may not declare disasters, or file notices
    :raises NotFound: if there is none
    :raises DisasterNotHere: if it is not confirmed
    :raises Invalid: if the reason is missing or too long
    """
    actor.require(DISASTER_DECLARE)
    said = _text(reason, "reason", MAX_ANSWER)
    disaster = await _at(session, actor, disaster_id, DisasterState.CONFIRMED)
    disaster.state, disaster.revoked_reason = DisasterState.REVOKED, said
    disaster.revoked_by, disaster.revoked_at = actor.own_staff, now
    await relief.take_proposal_back(session, actor, source=disaster.source, reason=said, now=now)
    await outbox.post(session, REVOKED_TOPIC, {"disaster_id": disaster.id}, now=now, wake=True)
    _record(session, "disasters.disaster.revoked", disaster, now=now)
    return disaster


def notice_draft(disaster: DeclaredDisaster) -> relief.NoticeDraft:
    """Return the notice of exemption that a disaster proposes."""
    return relief.NoticeDraft(
        title=disaster.title,
        authority=disaster.authority,
        reason=disaster.reason,
        areas=disaster.areas,
        categories=[DataCategory(one) for one in disaster.categories],
        from_on=disaster.from_on,
        to_on=disaster.to_on,
    )


def _noticed(draft: DisasterDraft) -> relief.NoticeDraft:
    return relief.NoticeDraft(
        title=draft.title,
        authority=draft.authority,
        reason=draft.reason,
        areas=draft.areas,
        categories=draft.categories,
        from_on=draft.from_on,
        to_on=draft.to_on,
    )


async def _at(
    session: AsyncSession, actor: Actor, disaster_id: UUID, state: DisasterState
) -> DeclaredDisaster:
    disaster = await queries.lock_disaster(session, actor, disaster_id)
    if disaster.state is not state:
        raise DisasterNotHere
    return disaster


def _text(given: str, field: str, most: int) -> str:
    said = given.strip()
    if not 1 <= len(said) <= most:
        raise Invalid(
            field=field,
            reason_zh=f"应为 1 至 {most} 字",
            reason_en=f"it has 1 to {most} characters",
        )
    return said


def _record(
    session: AsyncSession, action: str, disaster: DeclaredDisaster, *, now: datetime
) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="declared_disaster",
        object_id=disaster.id,
        detail={"title": disaster.title},
    )
