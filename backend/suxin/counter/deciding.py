"""A decision that was signed at a counter is carried out as the person's own act, by the same commands as anywhere.

This is the only place where a visit becomes a subject's actor, and it does so for evidence alone. The actor carries the visit:
the row policies then let it bring that one consent where the person signed, on the notice that was read aloud, and change no
other (``kernel.at_counter``). Once it is done the visit is DECIDED, and the same evidence does nothing more.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.commands import pause_consent, resume_consent, revoke_consent
from suxin.consent.queries import lock_own_consent
from suxin.consent.requests import approve_request, reject_request
from suxin.counter import queries
from suxin.counter.models import CounterEvidence, CounterVisit, Decision, ReceiptBy, VisitState
from suxin.counter.policies import VisitOver
from suxin.counter.queries import EvidenceMissing, Signed
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.subjects.models import DataCategory

RECEIPT_TOPIC: Final = "counter.receipt.send"


async def carry_out(
    database: Database, actor: Actor, *, visit_id: UUID, evidence_id: UUID, now: datetime
) -> None:
    """Carry out what the person at the helper's counter signed; what was carried out before is left as it is.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if it is another's visit, or the person acts for the subject no more
    :raises EvidenceMissing: if nothing was signed for what was read aloud last
    :raises VisitOver: if the visit has ended or run out
    :raises ConsentStateConflict, NoticeOutdated, RecipientUnknown: see the commands of consent
    """
    async with database.snapshot(actor, now=now) as session:
        signed = await queries.signed_decision(session, actor, visit_id, evidence_id, now=now)
    if signed.done:
        return
    person = decider(actor, signed)

    async def work(session: AsyncSession) -> None:
        await _decide(session, person, signed, now=now)

    await database.run(person, work, now=now)


def decider(actor: Actor, signed: Signed) -> Actor:
    """Return the person who signed, acting under his visit; it is for whoever has the evidence alone to ask for him."""
    evidence = signed.evidence
    person = Actor.subject(
        actor.request_id,
        person_id=evidence.person_id,
        subject_id=evidence.subject_id,
        mandate_id=signed.mandate_id,
    )
    return replace(person, assistance=signed.visit.assistance)


async def _decide(session: AsyncSession, actor: Actor, signed: Signed, *, now: datetime) -> None:
    visit = await session.scalar(
        select(CounterVisit)
        .where(CounterVisit.id == signed.visit.id, CounterVisit.person_id == actor.own_person)
        .with_for_update()
    )
    if visit is None or not visit.is_running(now):
        raise VisitOver
    evidence = await session.get(CounterEvidence, signed.evidence.id)
    if evidence is None or evidence.reading != visit.reading:
        raise EvidenceMissing
    await _STEPS[evidence.decision](session, actor, evidence, now)
    # Where the policies look at what was signed, the visit must not be decided yet.
    await session.flush()
    evidence.carried_out_at = now
    visit.enter(VisitState.DECIDED)
    if evidence.receipt is ReceiptBy.SMS:
        await outbox.post(session, RECEIPT_TOPIC, {"evidence_id": evidence.id}, now=now, wake=True)


async def _allow(
    session: AsyncSession, actor: Actor, evidence: CounterEvidence, now: datetime
) -> None:
    """Say yes to the whole of what was read aloud."""
    consent = await lock_own_consent(session, actor, evidence.consent_id)
    await approve_request(
        session,
        actor,
        consent_id=consent.id,
        categories=[DataCategory(category) for category in consent.categories],
        life_days=consent.life_days,
        notice_version=evidence.notice_version,
        now=now,
    )


async def _refuse(
    session: AsyncSession, actor: Actor, evidence: CounterEvidence, now: datetime
) -> None:
    await reject_request(session, actor, consent_id=evidence.consent_id, reason=None, now=now)


async def _pause(
    session: AsyncSession, actor: Actor, evidence: CounterEvidence, now: datetime
) -> None:
    await pause_consent(session, actor, consent_id=evidence.consent_id, now=now)


async def _resume(
    session: AsyncSession, actor: Actor, evidence: CounterEvidence, now: datetime
) -> None:
    await resume_consent(session, actor, consent_id=evidence.consent_id, now=now)


async def _revoke(
    session: AsyncSession, actor: Actor, evidence: CounterEvidence, now: datetime
) -> None:
    await revoke_consent(session, actor, consent_id=evidence.consent_id, reason=None, now=now)


_STEPS: Final[
    Mapping[Decision, Callable[[AsyncSession, Actor, CounterEvidence, datetime], Awaitable[None]]]
] = {
    Decision.ALLOW: _allow,
    Decision.REFUSE: _refuse,
    Decision.PAUSE: _pause,
    Decision.RESUME: _resume,
    Decision.REVOKE: _revoke,
}
