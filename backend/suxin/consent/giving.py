"""How a consent is given: what it is narrowed to, which one it replaces, and the basis that opens with it.

Parts of the commands, which check who decides and on what he was shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Update, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries
from suxin.consent.assessments import require_assessed
from suxin.consent.bases import basis_of_consent
from suxin.consent.channels import LicensedChannelRequired, barred
from suxin.consent.event_types import CONSENT_STEPS
from suxin.consent.models import AssessedKind, Consent, ConsentState
from suxin.consent.narrowing import Cut, Narrowed, Wanted, narrow
from suxin.consent.notice_texts import CATEGORY_ZH, Text, current_text
from suxin.consent.oauth.grants import end_grants_on_consent
from suxin.consent.purposes import Purpose, purpose_named
from suxin.events.feed import record_event
from suxin.kernel import outbox
from suxin.kernel.announcements import announce
from suxin.kernel.audit import append_act
from suxin.kernel.bases import AccessBasis
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.single_steps import Term
from suxin.subjects.models import NATURAL_PERSONS, DataCategory, Subject
from suxin.tenancy.models import Tenant

EXPIRE_TOPIC: Final = "consent.consent.expire"
SIGN_TOPIC: Final = "consent.artefact.sign"
ERASE_TOPIC: Final = "consent.received.erase"
CONSENT_ENDED: Final = "consent.consent.ended"
"""Announced to the tenant whose consent ended, whoever or whatever ended it."""


class NoticeOutdated(Refusal):
    """The subject was shown a wording that is no longer in force; he must be shown the present one."""

    code = "NOTICE_OUTDATED"
    zh = "授权告知书已更新为 {version}，请重新阅读后确认"
    en = "The notice is now {version}; please read it again before deciding"


class ConsentExists(Refusal):
    """The same permission is already given, or asked for, and has not ended."""

    code = "CONSENT_EXISTS"
    zh = "您已对该机构作出相同用途的授权"
    en = "You have already given this organisation this permission"


class RecipientUnknown(Refusal):
    """The organisation does not exist or may not act at present."""

    code = "RECIPIENT_UNKNOWN"
    kind = RefusalKind.NOT_FOUND
    zh = "找不到该机构，或其已暂停服务"
    en = "No such organisation, or it is suspended"


@dataclass(frozen=True, slots=True)
class Granted:
    """A consent that was given; ``cuts`` says in words what was narrowed, ``supersedes`` which one it replaces."""

    consent_id: UUID
    expires_at: datetime
    life_days: int
    categories: tuple[DataCategory, ...]
    cuts: tuple[Cut, ...]
    supersedes: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What may be asked of, or given by, somebody: the purpose, its wording, the recipient, and what is left of the wish."""

    purpose: Purpose
    text: Text
    recipient: Tenant
    narrowed: Narrowed


async def checked_ask(
    session: AsyncSession, *, tenant_id: UUID, purpose: str, wanted: Wanted
) -> Ask:
    """Return what is left of a wish after every limit.

    :raises PurposeUnknown: if there is no such purpose, or nobody is ever asked for it
    :raises CategoriesOutsidePurpose: if no category belongs to it
    :raises AssessmentMissing: if no impact assessment of it is on file
    :raises RecipientUnknown: if the tenant does not exist or is suspended
    """
    limits = purpose_named(purpose)
    text = current_text(limits.code)
    narrowed = narrow(limits, wanted)
    await require_assessed(session, AssessedKind.PURPOSE, limits.code, about=limits.code)
    recipient = await queries.recipient(session, tenant_id)
    if recipient is None:
        raise RecipientUnknown(field="tenantId")
    return Ask(purpose=limits, text=text, recipient=recipient, narrowed=narrowed)


def require_current(text: Text, version: str) -> None:
    """Refuse a decision after another wording than the one in force.

    :raises NoticeOutdated: if another was shown
    """
    if version != text.version:
        raise NoticeOutdated(field="noticeVersion", version=text.version)


async def is_natural_person(session: AsyncSession, subject_id: UUID) -> bool:
    """Tell whether a subject is a natural person or a household; to be asked by the subject himself."""
    subject = await session.get_one(Subject, subject_id)
    return subject.kind in NATURAL_PERSONS


def lawful(ask: Ask, *, natural_person: bool) -> tuple[list[DataCategory], tuple[Cut, ...]]:
    """Return the categories that may lawfully reach the recipient, and in words which may not.

    :raises LicensedChannelRequired: if the purpose cannot do without one that may not
    """
    closed = barred(ask.narrowed.categories, natural_person=natural_person, recipient=ask.recipient)
    for category in closed:
        if category in ask.purpose.required:
            raise LicensedChannelRequired(field="categories", category=category)
    kept = [category for category in ask.narrowed.categories if category not in closed]
    cuts = tuple(
        Cut(
            f"“{CATEGORY_ZH[category.value]}”须经持牌个人征信渠道提供，本次不提供给该银行",
            f"the category {category.value} needs a licensed credit reporting channel",
        )
        for category in closed
    )
    return kept, ask.narrowed.cuts + cuts


def new_consent(
    ask: Ask,
    *,
    subject_id: UUID,
    context_id: UUID | None,
    categories: list[DataCategory],
    answer_by: datetime | None,
    now: datetime,
) -> Consent:
    """Return a consent that is asked for, with everything that limits it."""
    kept = ask.narrowed
    return Consent(
        subject_id=subject_id,
        id=new_id(now),
        tenant_id=ask.recipient.id,
        purpose=ask.purpose.code,
        categories=[category.value for category in categories],
        context_id=context_id,
        notice_version=ask.text.version,
        notice_sha256=ask.text.sha256,
        life_days=kept.life_days,
        records_from=kept.records_from(now),
        frequency_times=kept.frequency.times,
        frequency_unit=kept.frequency.unit,
        retention_days=kept.retention_days,
        natural_person=None,
        state=ConsentState.REQUESTED,
        requested_at=now,
        answer_by=answer_by,
        starts_at=now,
        expires_at=now + timedelta(days=kept.life_days),
        decided_at=None,
        decided_by=None,
        ended_at=None,
        end_reason=None,
    )


async def make_way(
    session: AsyncSession, offered: Consent, *, now: datetime
) -> tuple[Consent, UUID | None]:
    """Return the consent to begin, and the id of the one it takes the place of, if any.

    A request that waits for an answer is answered by what the subject gives. A permission that says something else is
    superseded: its basis and its grants end.

    :raises ConsentExists: if the one that is open says the same
    """
    found = await queries.lock_open(
        session, offered.subject_id, offered.tenant_id, offered.purpose, offered.context_id
    )
    if found is None:
        session.add(offered)
        return offered, None
    if found.state is ConsentState.REQUESTED:
        answer(found, offered)
        return found, None
    if _says_the_same(found, offered):
        raise ConsentExists(field="tenantId")
    await end(session, found, ConsentState.SUPERSEDED, step="superseded", now=now)
    # The one that is open must be gone before the next is added.
    await session.flush()
    session.add(offered)
    return offered, found.id


_ANSWERED: Final = (
    "categories",
    "notice_version",
    "notice_sha256",
    "life_days",
    "records_from",
    "frequency_times",
    "frequency_unit",
    "retention_days",
    "starts_at",
    "expires_at",
)


def answer(asked: Consent, offered: Consent) -> None:
    """Write into a request what the subject gives on it."""
    for name in _ANSWERED:
        setattr(asked, name, getattr(offered, name))


def _says_the_same(one: Consent, other: Consent) -> bool:
    return (one.categories, one.life_days, one.frequency) == (
        other.categories,
        other.life_days,
        other.frequency,
    )


async def activate(
    session: AsyncSession,
    consent: Consent,
    *,
    decided_by: UUID | None,
    natural_person: bool,
    cuts: Sequence[Cut],
    now: datetime,
) -> None:
    """Let a consent that somebody decides on for the subject begin: its basis opens, its end is set, its artefact is signed."""
    consent.enter(ConsentState.ACTIVE)
    consent.decided_at, consent.decided_by = now, decided_by
    consent.natural_person = natural_person
    session.add(basis_of_consent(consent, basis_id=new_id(), starts_at=now))
    named = {"subject_id": consent.subject_id, "consent_id": consent.id}
    await outbox.post(session, EXPIRE_TOPIC, named, now=now, not_before=consent.expires_at)
    await outbox.post(session, SIGN_TOPIC, named, now=now)
    record(session, consent, "granted", cuts=cuts, now=now)


async def end(
    session: AsyncSession,
    consent: Consent,
    to: ConsentState,
    *,
    step: str,
    reason: str | None = None,
    now: datetime,
) -> None:
    """Let a given consent end: its basis and grants end now, what was received on it when its retention is over.

    What was taken back is erased at once (PIPL art. 47(1)(3)); what ran out or was replaced may be kept for the time that
    was told.
    """
    consent.enter(to)
    consent.ended_at, consent.end_reason = now, reason
    await end_bases(session, consent, now=now)
    await end_grants_on_consent(session, consent.id, reason=f"consent_{step}", now=now)
    kept = timedelta(0) if to is ConsentState.REVOKED else timedelta(days=consent.retention_days)
    named = {"subject_id": consent.subject_id, "consent_id": consent.id}
    await outbox.post(session, ERASE_TOPIC, named, now=now, not_before=now + kept)
    record(session, consent, step, now=now)
    await announce(session, tenant_id=consent.tenant_id, topic=CONSENT_ENDED, object_id=consent.id)


async def end_bases(session: AsyncSession, consent: Consent, *, now: datetime) -> None:
    """End the bases of a consent: the tenant's next statement reads nothing on it."""
    await session.execute(bases_ended(consent.subject_id, consent.id, now=now))


def bases_ended(subject_id: Term[UUID], consent_id: Term[UUID], *, now: Term[datetime]) -> Update:
    """Return the statement that ends the bases of a consent."""
    return (
        update(AccessBasis)
        .where(
            AccessBasis.subject_id == subject_id,
            AccessBasis.source_id == consent_id,
            AccessBasis.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def record(
    session: AsyncSession,
    consent: Consent,
    step: str,
    *,
    cuts: Sequence[Cut] = (),
    now: datetime,
) -> None:
    """Note a step of a consent in the audit stream, and as an event for its tenant; ``cuts`` say what was narrowed by it, which is a step of its own."""
    append_act(
        session,
        action=f"consent.consent.{step}",
        now=now,
        tenant_id=consent.tenant_id,
        subject_id=consent.subject_id,
        object_type="consent",
        object_id=consent.id,
        detail={"purpose": consent.purpose, "categories": consent.categories},
    )
    record_event(
        session,
        CONSENT_STEPS[step],
        tenant_id=consent.tenant_id,
        object_id=consent.id,
        now=now,
        state=consent.state.value,
        purpose=consent.purpose,
    )
    if cuts:
        append_act(
            session,
            action="consent.consent.narrowed",
            now=now,
            tenant_id=consent.tenant_id,
            subject_id=consent.subject_id,
            object_type="consent",
            object_id=consent.id,
            detail={"purpose": consent.purpose, "cuts": [cut.zh for cut in cuts]},
        )
