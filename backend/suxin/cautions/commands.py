"""Proposing a public warning, publishing it by another person, and taking it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.cautions import queries
from suxin.cautions.models import CAUTIONS, CautionKind, CautionState, PublicCaution
from suxin.cautions.policies import CAUTION_DECIDE, CAUTION_FILE
from suxin.cautions.refusals import CautionOver
from suxin.cautions.wording import check_texts, checked_organisations
from suxin.kernel.actor import Actor
from suxin.kernel.official_papers import (
    MAX_ANSWER,
    MAX_AUTHORITY,
    MAX_DOCUMENT_NUMBER,
    MAX_TITLE,
)
from suxin.kernel.refusals import Invalid
from suxin.kernel.sealed_documents import SentFile
from suxin.kernel.sealing import Sealer
from suxin.kernel.texts import bounded_text
from suxin.kernel.working_days import SHANGHAI, local_day

MAX_BODY: Final = 2_000
MAX_DAYS: Final = 366
"""How many days a warning is shown at the most, from the day on which it is proposed (proposed default)."""


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


async def propose_caution(
    session: AsyncSession,
    actor: Actor,
    *,
    draft: CautionDraft,
    paper: SentFile,
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
    says = {
        "kind": draft.kind,
        "title": draft.title.strip(),
        "authority": draft.authority.strip(),
        "document_number": draft.document_number.strip(),
        "issued_on": draft.issued_on,
        "body": draft.body.strip(),
        "organisations": checked_organisations(draft.organisations),
        "expires_on": draft.expires_on,
        "expires_at": datetime.combine(draft.expires_on, time.min, SHANGHAI),
    }
    caution = await CAUTIONS.put_in(
        session, says, paper, by=actor.own_staff, sealer=sealer, now=now
    )
    CAUTIONS.record(session, "cautions.caution.filed", caution, now=now)
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
    caution = await queries.lock_caution(session, actor, caution_id)
    CAUTIONS.withdraw(caution)
    CAUTIONS.record(session, "cautions.caution.withdrawn", caution, now=now)
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
    said = bounded_text(answer, "answer", most=MAX_ANSWER)
    caution = await queries.lock_caution(session, actor, caution_id)
    CAUTIONS.require_decidable(caution, actor)
    if granted and caution.expires_at <= now:
        raise CautionOver
    if granted and not names_nobody:
        raise Invalid(
            field="namesNobody",
            reason_zh="请核对并确认没有出现自然人的姓名",
            reason_en="confirm that it names no natural person",
        )
    CAUTIONS.decide(caution, actor, granted=granted, answer=said, now=now)
    action = "cautions.caution.published" if granted else "cautions.caution.rejected"
    CAUTIONS.record(session, action, caution, now=now)
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
    said = bounded_text(reason, "reason", most=MAX_ANSWER)
    caution = await queries.lock_caution(session, actor, caution_id)
    CAUTIONS.require_at(caution, CautionState.PUBLISHED)
    caution.state, caution.taken_down_reason = CautionState.TAKEN_DOWN, said
    caution.taken_down_by, caution.taken_down_at = actor.own_staff, now
    CAUTIONS.record(session, "cautions.caution.taken_down", caution, now=now)
    return caution


def _check(draft: CautionDraft, *, today: date) -> None:
    said = (
        ("title", draft.title, MAX_TITLE),
        ("authority", draft.authority, MAX_AUTHORITY),
        ("documentNumber", draft.document_number, MAX_DOCUMENT_NUMBER),
        ("body", draft.body, MAX_BODY),
    )
    for field, given, most in said:
        bounded_text(given, field, most=most)
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
