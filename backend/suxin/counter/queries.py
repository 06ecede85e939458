"""Visits and evidence, as a helper, an auditor and the platform read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import GIVEN, Consent, ConsentState
from suxin.consent.purposes import COUNTER_ASSIST
from suxin.counter.models import EVIDENCE, CounterEvidence, CounterVisit, EvidenceKind
from suxin.counter.policies import EVIDENCE_READ, RecipientHelps, require_helper, require_running
from suxin.kernel.actor import Actor
from suxin.kernel.audit import Ground, Receipt, note_read
from suxin.kernel.refusals import NotFound, Refusal
from suxin.kernel.sealing import Sealer
from suxin.subjects.models import DataCategory, Mandate, Subject
from suxin.tenancy.models import Tenant

MATTERS_SHOWN: Final = 50
"""How many requests and permissions a counter shows at once, the newest of them."""

VISITS_SHOWN: Final = 20
"""How many of his own visits a helper finds on his front page."""


class EvidenceMissing(Refusal):
    """There is nothing signed for this decision, or it was signed for another reading."""

    code = "EVIDENCE_MISSING"
    zh = "没有本人对这一决定的签字凭据，不能办理"
    en = "There is no evidence that the person made this decision; nothing is done"


AT_HIS_WISH: Final = Ground()
"""A visit is no consent of the consents table: the person came himself, and the receipt names the visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterAtHand:
    """A consent that somebody at a counter may decide about; ``recipient`` is nothing where it is suspended."""

    consent: Consent
    recipient: Tenant | None
    subject: Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A decision that was signed at a running visit, with what it stands on; ``done`` says that it is carried out."""

    visit: CounterVisit
    evidence: CounterEvidence
    mandate_id: UUID | None
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Opened:
    """Evidence with its seal opened: the signature's Base64, or the number of the paper."""

    evidence: CounterEvidence
    content: str

    @property
    def signature(self) -> str | None:
        """The signature as a picture's address, where there is one."""
        drawn = self.evidence.kind is EvidenceKind.SIGNATURE
        return f"data:image/png;base64,{self.content}" if drawn else None


def own_visits(actor: Actor) -> Select[CounterVisit]:
    """Return the visits at the actor's own counter, newest first."""
    return (
        select(CounterVisit)
        .where(
            CounterVisit.tenant_id == actor.own_tenant, CounterVisit.helper_id == actor.own_staff
        )
        .order_by(CounterVisit.id.desc())
    )


async def own_visit(session: AsyncSession, actor: Actor, visit_id: UUID) -> CounterVisit:
    """Return one of the helper's own visits.

    :raises NotFound: if it is another's
    """
    return _found(await session.scalar(own_visits(actor).where(CounterVisit.id == visit_id)))


async def lock_own_visit(
    session: AsyncSession, actor: Actor, visit_id: UUID, *, now: datetime
) -> CounterVisit:
    """Return one of the helper's own visits while it runs, locked.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if it is another's
    :raises VisitOver: if it has ended or run out
    """
    require_helper(actor)
    visit = _found(
        await session.scalar(
            own_visits(actor)
            .where(CounterVisit.id == visit_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    require_running(visit, now=now)
    return visit


async def lock_running_visit(session: AsyncSession, actor: Actor) -> CounterVisit | None:
    """Return the helper's visit that has not ended, if there is one, locked; it may have run out."""
    return await session.scalar(
        own_visits(actor).where(CounterVisit.ended_at.is_(None)).with_for_update()
    )


async def person_at(session: AsyncSession, visit: CounterVisit, *, now: datetime) -> Subject | None:
    """Return who was proved at a helper's running visit, his name masked; nothing before, and nothing after it."""
    if visit.person_id is None or not visit.is_running(now):
        return None
    return await session.get(Subject, visit.person_id)


async def matters(
    session: AsyncSession, actor: Actor, visit: CounterVisit, *, now: datetime
) -> Sequence[MatterAtHand]:
    """Return what the person at the counter, and whom he represents, is asked for or gave, newest first.

    That the helper saw it is on record for each of them.
    """
    if visit.person_id is None or not visit.is_running(now):
        return []
    rows = await session.execute(
        _matters(visit, now)
        .where(Consent.tenant_id != actor.own_tenant)
        .order_by(Consent.id.desc())
        .limit(MATTERS_SHOWN)
    )
    found = [MatterAtHand(consent=row[0], recipient=row[1], subject=row[2]) for row in rows]
    _note(session, visit.person_id, visit, rows=_count(found, visit.person_id))
    for subject_id in dict.fromkeys(one.subject.id for one in found):
        if subject_id != visit.person_id:
            _note(session, subject_id, visit, rows=_count(found, subject_id))
    return found


async def matter_at_hand(
    session: AsyncSession, actor: Actor, visit: CounterVisit, consent_id: UUID, *, now: datetime
) -> MatterAtHand:
    """Return one consent that the person at the counter may decide about, and note that the helper saw it.

    :raises NotFound: if it is nobody's whom he may act for
    :raises RecipientHelps: if it is for the helper's own organisation
    """
    row = (await session.execute(_matters(visit, now).where(Consent.id == consent_id))).first()
    if row is None:
        raise NotFound(thing_zh="授权事项", thing_en="matter of consent")
    if row[0].tenant_id == actor.own_tenant:
        raise RecipientHelps
    _note(session, row[0].subject_id, visit, rows=1)
    return MatterAtHand(consent=row[0], recipient=row[1], subject=row[2])


async def consent_decided(
    session: AsyncSession, evidence: CounterEvidence
) -> tuple[Consent, Tenant | None]:
    """Return the consent that evidence is about, as it now stands, with its recipient, where the caller sees it.

    :raises NotFound: if he does not
    """
    row = (
        await session.execute(
            select(Consent, Tenant)
            .outerjoin(Tenant, Tenant.id == Consent.tenant_id)
            .where(Consent.subject_id == evidence.subject_id, Consent.id == evidence.consent_id)
        )
    ).first()
    if row is None:
        raise NotFound(thing_zh="授权事项", thing_en="matter of consent")
    return row[0], row[1]


def evidence_at(visit_id: UUID) -> Select[CounterEvidence]:
    """Return what was signed at a visit, newest first; whether it was carried out stands with it."""
    return (
        select(CounterEvidence)
        .where(CounterEvidence.visit_id == visit_id)
        .order_by(CounterEvidence.id.desc())
    )


def evidence_taken() -> Select[CounterEvidence]:
    """Return what was signed at the counters that the caller sees, newest first."""
    return select(CounterEvidence).order_by(CounterEvidence.id.desc())


async def signed_decision(
    session: AsyncSession, actor: Actor, visit_id: UUID, evidence_id: UUID, *, now: datetime
) -> Signed:
    """Return a decision that was signed at the helper's own visit, ready to be carried out, or carried out before.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if the visit is another's, or the person acts for the subject no more
    :raises EvidenceMissing: if nothing of that id was signed there, or it was for another reading than the last
    :raises VisitOver: if the visit has ended or run out
    """
    require_helper(actor)
    visit = await own_visit(session, actor, visit_id)
    evidence = await session.scalar(evidence_at(visit_id).where(CounterEvidence.id == evidence_id))
    if evidence is None:
        raise EvidenceMissing
    if evidence.carried_out_at is not None:
        return Signed(visit=visit, evidence=evidence, mandate_id=None, done=True)
    if evidence.reading != visit.reading:
        raise EvidenceMissing
    require_running(visit, now=now)
    if evidence.subject_id == evidence.person_id:
        return Signed(visit=visit, evidence=evidence, mandate_id=None, done=False)
    mandate_id = await session.scalar(
        select(Mandate.id).where(Mandate.subject_id == evidence.subject_id, _held(visit, now))
    )
    if mandate_id is None:
        raise NotFound(thing_zh="可代理的主体", thing_en="subject you may act for")
    return Signed(visit=visit, evidence=evidence, mandate_id=mandate_id, done=False)


async def opened_evidence(
    session: AsyncSession, actor: Actor, sealer: Sealer, evidence_id: UUID
) -> Opened:
    """Return evidence with its seal opened, and note that it was; for disputes and audits.

    :raises Forbidden: if the actor may not open it
    :raises NotFound: if the caller sees none of that id
    """
    actor.require(EVIDENCE_READ)
    evidence = await session.scalar(
        select(CounterEvidence).where(CounterEvidence.id == evidence_id)
    )
    if evidence is None:
        raise NotFound(thing_zh="窗口凭据", thing_en="evidence")
    for subject_id in {evidence.subject_id, evidence.person_id}:
        note_read(
            session,
            Receipt(
                subject_id=subject_id,
                purpose=COUNTER_ASSIST.code,
                categories=(DataCategory.IDENTITY.value,),
                fields=("evidence",),
                row_count=1,
                object_type="counter_evidence",
                object_id=evidence.id,
                ground=AT_HIS_WISH,
            ),
        )
    content = sealer.open(evidence.content_sealed, purpose=EVIDENCE, row=evidence.id)
    return Opened(evidence=evidence, content=content)


def _matters(visit: CounterVisit, now: datetime) -> Select[Consent, Tenant, Subject]:
    represented = select(Mandate.subject_id).where(_held(visit, now))
    waiting = and_(
        Consent.state == ConsentState.REQUESTED,
        or_(Consent.answer_by.is_(None), Consent.answer_by > now),
    )
    return (
        select(Consent, Tenant, Subject)
        .join(Subject, Subject.id == Consent.subject_id)
        .outerjoin(Tenant, Tenant.id == Consent.tenant_id)
        .where(
            or_(Consent.subject_id == visit.person_id, Consent.subject_id.in_(represented)),
            or_(waiting, Consent.state.in_(GIVEN)),
        )
    )


def _held(visit: CounterVisit, now: datetime) -> ColumnElement[bool]:
    return and_(
        Mandate.person_id == visit.person_id,
        Mandate.ended_at.is_(None),
        Mandate.starts_at <= now,
        Mandate.ends_at > now,
    )


def _count(found: Sequence[MatterAtHand], subject_id: UUID) -> int:
    return sum(one.subject.id == subject_id for one in found)


def _note(session: AsyncSession, subject_id: UUID, visit: CounterVisit, *, rows: int) -> None:
    note_read(
        session,
        Receipt(
            subject_id=subject_id,
            purpose=COUNTER_ASSIST.code,
            categories=(DataCategory.IDENTITY.value,),
            fields=("name", "consents"),
            row_count=rows,
            object_type="counter_visit",
            object_id=visit.id,
            ground=AT_HIS_WISH,
        ),
    )


def _found(visit: CounterVisit | None) -> CounterVisit:
    if visit is None:
        raise NotFound(thing_zh="窗口接待", thing_en="visit")
    return visit
