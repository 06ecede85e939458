"""Declaring a disaster, confirming it by another person, and revoking one that turned out to be wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.disasters import queries
from suxin.disasters.models import DISASTERS, DeclaredDisaster
from suxin.disasters.policies import DISASTER_CONFIRM, DISASTER_DECLARE
from suxin.disasters.states import DisasterState, Weather
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.official_papers import MAX_ANSWER, MAX_DOCUMENT_NUMBER
from suxin.kernel.sealed_documents import SentFile
from suxin.kernel.sealing import Sealer
from suxin.kernel.texts import bounded_text
from suxin.kernel.working_days import local_day
from suxin.relief import commands as relief
from suxin.subjects.models import DataCategory

CONFIRMED_TOPIC: Final = "disasters.disaster.confirmed"
REVOKED_TOPIC: Final = "disasters.disaster.revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class DisasterDraft(relief.Stricken):
    """What an authority declared, and under which number."""

    weather: Weather
    document_number: str


async def declare_disaster(
    session: AsyncSession,
    actor: Actor,
    *,
    draft: DisasterDraft,
    paper: SentFile,
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
    number = bounded_text(draft.document_number, "documentNumber", most=MAX_DOCUMENT_NUMBER)
    # Whatever a notice could not say is refused here, so that what is confirmed can always be proposed.
    await relief.check_stricken(session, draft, today=local_day(now))
    says = {
        "weather": draft.weather,
        "title": draft.title.strip(),
        "authority": draft.authority.strip(),
        "document_number": number,
        "reason": draft.reason.strip(),
        "areas": sorted(set(draft.areas)),
        "categories": sorted({one.value for one in draft.categories}),
        "from_on": draft.from_on,
        "to_on": draft.to_on,
    }
    disaster = await DISASTERS.put_in(
        session, says, paper, by=actor.own_staff, sealer=sealer, now=now
    )
    DISASTERS.record(session, "disasters.disaster.declared", disaster, now=now)
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
    disaster = await queries.lock_disaster(session, actor, disaster_id)
    DISASTERS.withdraw(disaster)
    DISASTERS.record(session, "disasters.disaster.withdrawn", disaster, now=now)
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
    said = bounded_text(answer, "answer", most=MAX_ANSWER)
    disaster = await queries.lock_disaster(session, actor, disaster_id)
    DISASTERS.require_decidable(disaster, actor)
    if granted:
        await relief.check_stricken(session, notice_draft(disaster), today=local_day(now))
        await outbox.post(
            session, CONFIRMED_TOPIC, {"disaster_id": disaster.id}, now=now, wake=True
        )
    DISASTERS.decide(disaster, actor, granted=granted, answer=said, now=now)
    action = "disasters.disaster.confirmed" if granted else "disasters.disaster.rejected"
    DISASTERS.record(session, action, disaster, now=now)
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
    said = bounded_text(reason, "reason", most=MAX_ANSWER)
    disaster = await queries.lock_disaster(session, actor, disaster_id)
    DISASTERS.require_at(disaster, DisasterState.CONFIRMED)
    disaster.state, disaster.revoked_reason = DisasterState.REVOKED, said
    disaster.revoked_by, disaster.revoked_at = actor.own_staff, now
    await relief.take_proposal_back(session, actor, source=disaster.source, reason=said, now=now)
    await outbox.post(session, REVOKED_TOPIC, {"disaster_id": disaster.id}, now=now, wake=True)
    DISASTERS.record(session, "disasters.disaster.revoked", disaster, now=now)
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
