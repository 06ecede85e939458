"""What a helper does at a counter: opens a visit, reads the notice aloud, takes the evidence, ends the visit.

None of it decides anything: what was signed is carried out as the person's own act (``suxin.counter.deciding``).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.giving import NoticeOutdated
from suxin.counter import queries
from suxin.counter.models import (
    DECISIONS,
    EVIDENCE,
    VISIT_LIFE,
    CounterEvidence,
    CounterVisit,
    Decision,
    EvidenceKind,
    Matter,
    ReceiptBy,
    VisitNotReady,
    VisitState,
)
from suxin.counter.policies import require_helper
from suxin.counter.signatures import check_paper_number, check_signature
from suxin.counter.words import ReadOut, read_out
from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.sealing import Sealer
from suxin.tenancy.queries import branches_by_id, tenant_name

EXPIRE_TOPIC: Final = "counter.visit.expire"


class VisitRunning(Refusal):
    """The helper serves somebody at the moment."""

    code = "VISIT_RUNNING"
    zh = "您正在接待一位办事人，请先办结或结束接待"
    en = "You are serving somebody already; finish or end that visit first"


class SignedAlready(Refusal):
    """What was read aloud last has its signature; another decision needs another reading."""

    code = "SIGNED_ALREADY"
    zh = "本次宣读已留存签字凭据，如需改变决定请重新宣读"
    en = "This reading has its signature; to decide otherwise, read the notice aloud again"


class WordsChanged(Refusal):
    """What would be given is no longer what was read aloud."""

    code = "WORDS_CHANGED"
    zh = "告知内容已变化，请重新宣读后再请本人决定"
    en = "The notice says something else now; read it aloud again before he decides"


class PhoneNotConfirmed(Refusal):
    """No phone was confirmed at this visit, so that no receipt can be sent to one."""

    code = "PHONE_NOT_CONFIRMED"
    zh = "本次接待未核验手机号，请选择纸质回执"
    en = "No phone was confirmed at this visit; choose a receipt on paper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """That a notice was read aloud: about which matter, which text, and what the helper ticked."""

    consent_id: UUID
    matter: Matter
    notice_version: str
    words_sha256: str
    read: bool
    understood: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SignedForm:
    """What the person decided and how he shows it: the pad's picture as a data URL, or the number of the paper he signed."""

    decision: Decision
    kind: EvidenceKind
    signature: str = ""
    paper_number: str = ""
    receipt: ReceiptBy = ReceiptBy.PAPER


async def open_visit(session: AsyncSession, actor: Actor, *, now: datetime) -> CounterVisit:
    """Begin to serve somebody; a visit that ran out before is ended.

    :raises Forbidden: if the actor does not help at a counter
    :raises VisitRunning: if he serves somebody at the moment
    """
    require_helper(actor)
    before = await queries.lock_running_visit(session, actor)
    if before is not None:
        if before.is_running(now):
            raise VisitRunning
        _end(session, before, now=now)
        # Only one may not have ended.
        await session.flush()
    visit = CounterVisit(
        id=new_id(now),
        tenant_id=actor.own_tenant,
        helper_id=actor.own_staff,
        branch_id=actor.branch_id,
        office=await _office(session, actor),
        state=VisitState.OPENED,
        opened_at=now,
        expires_at=now + VISIT_LIFE,
        proof_tries=0,
        reading=0,
    )
    session.add(visit)
    await outbox.post(
        session, EXPIRE_TOPIC, {"visit_id": visit.id}, now=now, not_before=visit.expires_at
    )
    record(session, visit, "visit.opened", now=now)
    return visit


async def end_visit(
    session: AsyncSession, actor: Actor, *, visit_id: UUID, now: datetime
) -> CounterVisit:
    """Stop serving somebody: from the next statement on the helper sees nothing of him.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if it is another's visit
    :raises VisitOver: if it has ended or run out
    """
    visit = await queries.lock_own_visit(session, actor, visit_id, now=now)
    _end(session, visit, now=now)
    return visit


async def read_aloud(
    session: AsyncSession, actor: Actor, *, visit_id: UUID, reading: Reading, now: datetime
) -> CounterVisit:
    """Note that the text of one matter was read aloud, and that the person said again what it means.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if it is another's visit, or no matter of the person who was proved
    :raises VisitOver: if it has ended or run out
    :raises VisitNotReady: if nobody was proved
    :raises RecipientHelps: if the permission is for the helper's own organisation
    :raises Invalid: if he does not say that he read it, and that it was understood
    :raises NoticeOutdated: if another wording was read than the one in force
    :raises WordsChanged: if the words are not those of now
    :raises ConsentStateConflict, RecipientUnknown, LicensedChannelRequired: see ``read_out``
    Source: PIPL art. 14, 17, 23
    """
    visit = await queries.lock_own_visit(session, actor, visit_id, now=now)
    if visit.person_id is None:
        raise VisitNotReady(state=visit.state)
    _require_heard(reading)
    at_hand = await queries.matter_at_hand(session, actor, visit, reading.consent_id, now=now)
    text = await read_out(session, at_hand.consent, at_hand.recipient, reading.matter)
    _require_same(text, version=reading.notice_version, words_sha256=reading.words_sha256)
    visit.enter(VisitState.READ_ALOUD)
    visit.subject_id, visit.consent_id = at_hand.consent.subject_id, at_hand.consent.id
    visit.matter, visit.notice_version = reading.matter, text.version
    visit.notice_sha256, visit.words_sha256 = text.sha256, text.words_sha256
    visit.reading, visit.read_aloud_at = visit.reading + 1, now
    record(session, visit, "notice.read_aloud", now=now, detail=_about(visit))
    return visit


async def take_evidence(
    session: AsyncSession,
    actor: Actor,
    *,
    visit_id: UUID,
    form: SignedForm,
    sealer: Sealer,
    now: datetime,
) -> CounterEvidence:
    """Keep what the person signed, sealed; nothing is decided by it until it is carried out as his own act.

    :raises Forbidden: if the actor does not help at a counter
    :raises NotFound: if it is another's visit, or the matter is no longer the person's
    :raises VisitOver: if it has ended or run out
    :raises VisitNotReady: if nothing was read aloud since the last decision
    :raises Invalid: if the decision is not about what was read aloud, or the paper's number is none
    :raises SignatureUnusable: if the pad's picture cannot be kept, or is empty
    :raises PhoneNotConfirmed: if the receipt is to go to a phone that was not confirmed
    :raises NoticeOutdated, WordsChanged: if the text says something else than what was read aloud
    :raises SignedAlready: if what was read aloud has its signature
    :raises RecipientHelps, ConsentStateConflict, RecipientUnknown, LicensedChannelRequired: see ``read_aloud``
    """
    visit = await queries.lock_own_visit(session, actor, visit_id, now=now)
    matter, consent_id = visit.matter, visit.consent_id
    if visit.state is not VisitState.READ_ALOUD or matter is None or consent_id is None:
        raise VisitNotReady(state=visit.state)
    if form.decision not in DECISIONS[matter]:
        raise Invalid(
            field="decision",
            reason_zh="不是对所宣读事项的决定",
            reason_en="it is no decision about what was read aloud",
        )
    content = _content(form)
    if form.receipt is ReceiptBy.SMS and visit.phone_confirmed_at is None:
        raise PhoneNotConfirmed(field="receipt")
    await _require_unsigned(session, visit)
    at_hand = await queries.matter_at_hand(session, actor, visit, consent_id, now=now)
    text = await read_out(session, at_hand.consent, at_hand.recipient, matter)
    _require_same(text, version=visit.notice_version, words_sha256=visit.words_sha256)
    evidence_id = new_id(now)
    evidence = CounterEvidence(
        id=evidence_id,
        visit_id=visit.id,
        tenant_id=visit.tenant_id,
        helper_id=visit.helper_id,
        office=visit.office,
        person_id=visit.person_id,
        subject_id=visit.subject_id,
        consent_id=consent_id,
        decision=form.decision,
        notice_version=text.version,
        notice_sha256=text.sha256,
        words_sha256=text.words_sha256,
        reading=visit.reading,
        read_aloud_at=visit.read_aloud_at,
        kind=form.kind,
        content_sealed=sealer.seal(content, purpose=EVIDENCE, row=evidence_id),
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        receipt=form.receipt,
        taken_at=now,
    )
    session.add(evidence)
    detail = {**_about(visit), "decision": form.decision.value, "evidence_kind": form.kind.value}
    record(session, visit, "decision.signed", now=now, detail=detail)
    return evidence


def record(
    session: AsyncSession,
    visit: CounterVisit,
    step: str,
    *,
    now: datetime,
    detail: dict[str, str] | None = None,
) -> None:
    """Note a step of a visit in the audit stream, where the person finds it too."""
    append_act(
        session,
        action=f"counter.{step}",
        now=now,
        subject_id=visit.person_id,
        object_type="counter_visit",
        object_id=visit.id,
        detail={"counter_office": visit.office, **(detail or {})},
    )


def _about(visit: CounterVisit) -> dict[str, str]:
    return {
        "consent": str(visit.consent_id),
        "matter": str(visit.matter),
        "notice": str(visit.notice_version),
    }


def _end(session: AsyncSession, visit: CounterVisit, *, now: datetime) -> None:
    """End a visit; one whose last matter is not decided is abandoned."""
    if visit.state is not VisitState.DECIDED:
        visit.enter(VisitState.ABANDONED)
    visit.ended_at = now
    record(session, visit, "visit.ended", now=now)


async def _office(session: AsyncSession, actor: Actor) -> str:
    """Return where the helper works: his branch, or the operator itself."""
    house = await tenant_name(session, actor.own_tenant)
    if actor.branch_id is None:
        return house
    branch = (
        await session.scalars(branches_by_id(actor.own_tenant, [actor.branch_id]))
    ).one_or_none()
    return house if branch is None else f"{house} {branch.name}"


def _content(form: SignedForm) -> str:
    if form.kind is EvidenceKind.SIGNATURE:
        return check_signature(form.signature)
    return check_paper_number(form.paper_number)


def _require_heard(reading: Reading) -> None:
    if not reading.read:
        raise Invalid(
            field="read",
            reason_zh="请向本人宣读全文后勾选",
            reason_en="read the whole text aloud to the person, then tick it",
        )
    if not reading.understood:
        raise Invalid(
            field="understood",
            reason_zh="请本人复述要点、确认听懂后勾选",
            reason_en="have the person say again what it means, then tick it",
        )


def _require_same(text: ReadOut, *, version: str | None, words_sha256: str | None) -> None:
    """Refuse where the text of now is not the one that was read aloud."""
    if text.version != version:
        raise NoticeOutdated(field="noticeVersion", version=text.version)
    if text.words_sha256 != words_sha256:
        raise WordsChanged


async def _require_unsigned(session: AsyncSession, visit: CounterVisit) -> None:
    signed = await session.scalar(
        select(CounterEvidence.id).where(
            CounterEvidence.visit_id == visit.id,
            CounterEvidence.reading == visit.reading,
        )
    )
    if signed is not None:
        raise SignedAlready
