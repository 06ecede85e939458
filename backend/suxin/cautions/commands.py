"""Proposing a public warning, publishing it by another person, and taking it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.cautions import queries
from suxin.cautions.models import (
    DOCUMENT,
    DOCUMENT_KEY,
    CautionKind,
    CautionState,
    PublicCaution,
)
from suxin.cautions.policies import CAUTION_DECIDE, CAUTION_FILE
from suxin.cautions.refusals import CautionNotHere, CautionOver, CautionSecondPerson
from suxin.cautions.wording import check_texts, checked_organisations
from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.kernel.sealed_documents import Seals, handed_in, sealed_row
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import SHANGHAI, local_day

MAX_TITLE: Final = 60
MAX_AUTHORITY: Final = 60
MAX_DOCUMENT_NUMBER: Final = 60
MAX_BODY: Final = 2_000
MAX_ANSWER: Final = 300
MAX_DAYS: Final = 366
"""How many days a warning is shown at the most, from the day on which it is proposed (proposed default)."""

_SEALS: Final = Seals(content=DOCUMENT, key=DOCUMENT_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class CautionDraft:
    """What a warning says; ``expires_on`` is the first day on which it is shown no more."""

    kind: CautionKind
    title: str
    authority: str
    document_number: str
    issued_on: date
    body: str
    organisations: Sequence[str]
    expires_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CautionPaper:
    """The authority's notice itself."""

    name: str
    content: bytes


async def propose_caution(
    session: AsyncSession,
    actor: Actor,
    *,
    draft: CautionDraft,
    paper: CautionPaper,
    sealer: Sealer,
    now: datetime,
) -> PublicCaution:
    """Propose a warning, which nobody sees before somebody else has published it.

    :raises Forbidden: if the actor may not propose warnings
    :raises Invalid: if a text or a day is not what it must be
    :raises CautionNamesPerson, CautionNotAnOrganisation: see ``wording``
    :raises DocumentTooLarge, DocumentTypeRefused: see ``sealed_documents.media_type_of``
    Source: 防范和处置非法集资条例 art. 9, 13 (warning the public); PIPL art. 6, 25 (no natural person is published)
    """
    actor.require(CAUTION_FILE)
    _check(draft, today=local_day(now))
    given, caution_id = handed_in(paper.name, paper.content), new_id(now)
    caution = PublicCaution(
        id=caution_id,
        kind=draft.kind,
        title=draft.title.strip(),
        authority=draft.authority.strip(),
        document_number=draft.document_number.strip(),
        issued_on=draft.issued_on,
        body=draft.body.strip(),
        organisations=checked_organisations(draft.organisations),
        expires_on=draft.expires_on,
        expires_at=datetime.combine(draft.expires_on, time.min, SHANGHAI),
        state=CautionState.PROPOSED,
        filed_by=actor.own_staff,
        filed_at=now,
        **sealed_row(sealer, caution_id, given, seals=_SEALS, now=now),
    )
    session.add(caution)
    await session.flush()
    _record(session, "cautions.caution.filed", caution, now=now)
    return caution


async def withdraw_caution(
    session: AsyncSession, actor: Actor, *, caution_id: UUID, now: datetime
) -> PublicCaution:
    """Take a warning back that nobody has decided on.

    :raises Forbidden: if the actor may not propose warnings
    :raises NotFound: if there is none
    :raises CautionNotHere: if it was decided on, or taken back
    """
    actor.require(CAUTION_FILE)
    caution = await _at(session, actor, caution_id, CautionState.PROPOSED)
    caution.state = CautionState.WITHDRAWN
    _record(session, "cautions.caution.withdrawn", caution, now=now)
    return caution


async def decide_caution(
    session: AsyncSession,
    actor: Actor,
    *,
    caution_id: UUID,
    granted: bool,
    answer: str,
    names_nobody: bool,
    now: datetime,
) -> PublicCaution:
    """Publish a warning that somebody else has proposed, or reject it.

    ``names_nobody`` is what whoever publishes it has looked for: that it names no natural person.

    :raises Forbidden: if the actor may not decide on warnings
    :raises NotFound: if there is none
    :raises CautionNotHere: if it was decided on, or taken back
    :raises CautionSecondPerson: if the actor proposed it
    :raises CautionOver: if it is to be published after its last day
    :raises Invalid: if the answer is missing or too long, or it is to be published and was not looked through
    """
    actor.require(CAUTION_DECIDE)
    said = _text(answer, "answer", MAX_ANSWER)
    caution = await _at(session, actor, caution_id, CautionState.PROPOSED)
    if caution.filed_by == actor.own_staff:
        raise CautionSecondPerson
    if granted and caution.expires_at <= now:
        raise CautionOver
    if granted and not names_nobody:
        raise Invalid(
            field="namesNobody",
            reason_zh="请核对并确认没有出现自然人的姓名",
            reason_en="confirm that it names no natural person",
        )
    caution.state = CautionState.PUBLISHED if granted else CautionState.REJECTED
    caution.decided_by, caution.decided_at, caution.answer = actor.own_staff, now, said
    action = "cautions.caution.published" if granted else "cautions.caution.rejected"
    _record(session, action, caution, now=now)
    return caution


async def take_down_caution(
    session: AsyncSession, actor: Actor, *, caution_id: UUID, reason: str, now: datetime
) -> PublicCaution:
    """Take a public warning down at once.

    One person is enough, whoever it is: a mistake about somebody must not stay public until a second one is found.

    :raises Forbidden: if the actor may not propose warnings
    :raises NotFound: if there is none
    :raises CautionNotHere: if it is not public
    :raises Invalid: if the reason is missing or too long
    """
    actor.require(CAUTION_FILE)
    said = _text(reason, "reason", MAX_ANSWER)
    caution = await _at(session, actor, caution_id, CautionState.PUBLISHED)
    caution.state, caution.taken_down_reason = CautionState.TAKEN_DOWN, said
    caution.taken_down_by, caution.taken_down_at = actor.own_staff, now
    _record(session, "cautions.caution.taken_down", caution, now=now)
    return caution


async def _at(
    session: AsyncSession, actor: Actor, caution_id: UUID, state: CautionState
) -> PublicCaution:
    caution = await queries.lock_caution(session, actor, caution_id)
    if caution.state is not state:
        raise CautionNotHere
    return caution


def _check(draft: CautionDraft, *, today: date) -> None:
    said = (
        ("title", draft.title, MAX_TITLE),
        ("authority", draft.authority, MAX_AUTHORITY),
        ("documentNumber", draft.document_number, MAX_DOCUMENT_NUMBER),
        ("body", draft.body, MAX_BODY),
    )
    for field, given, most in said:
        _text(given, field, most)
    check_texts([(field, given) for field, given, _ in said], today=today)
    if draft.issued_on > today:
        raise Invalid(
            field="issuedOn",
            reason_zh="发布日期不晚于今日",
            reason_en="it was issued today at the latest",
        )
    if not 1 <= (draft.expires_on - today).days <= MAX_DAYS:
        raise Invalid(
            field="expiresOn",
            reason_zh=f"停止公开的日期应在明日起 {MAX_DAYS} 日内",
            reason_en=f"a warning is shown for 1 to {MAX_DAYS} days",
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


def _record(session: AsyncSession, action: str, caution: PublicCaution, *, now: datetime) -> None:
    append_act(
        session,
        action=action,
        now=now,
        object_type="public_caution",
        object_id=caution.id,
        detail={"title": caution.title},
    )
