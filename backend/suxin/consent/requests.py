"""Requests for consent: a tenant asks, the subject says yes or no, and silence lapses.

Asking is checked in the order syntax → schema → business. A no counts wherever it was said, and for a time after it the
same may not be asked again (网络数据安全管理条例 art. 22(5)). How long is proposed (demo configuration), after the 48 hours
that GB/T 41391-2022 gives for apps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries
from suxin.consent.giving import (
    Ask,
    ConsentExists,
    Granted,
    activate,
    answer,
    checked_ask,
    is_natural_person,
    lawful,
    new_consent,
    record,
    require_current,
)
from suxin.consent.lapses import ASKED_TOPIC, LAPSE_TOPIC
from suxin.consent.models import Consent, ConsentState, ConsentStateConflict
from suxin.consent.narrowing import Cut, Wanted
from suxin.consent.notice_texts import current_text
from suxin.consent.purposes import Frequency, purpose_named
from suxin.kernel import notices, outbox
from suxin.kernel.actor import Actor, Permission
from suxin.kernel.refusals import Forbidden, Invalid, Refusal, RefusalKind
from suxin.subjects.models import DataCategory

CONSENT_ASK: Final = Permission("consent.request.ask", "向信息主体请求授权")
ANSWER_WITHIN: Final = timedelta(days=7)
"""How long a request waits for an answer, proposed (demo configuration)."""

CLOCKS_APART: Final = timedelta(minutes=15)
"""How far an asking system's clock may be off, as in India's Account Aggregator certification."""

ASK_AGAIN_AFTER: Final = timedelta(hours=48)
ASK_AGAIN_AFTER_SECOND: Final = timedelta(days=30)
REFUSALS_COUNT_FOR: Final = timedelta(days=60)
MAX_REASON: Final = 200


class ClockApart(Refusal):
    """The time at which the asking system says it asks is not now."""

    code = "CLOCK_APART"
    kind = RefusalKind.INVALID
    zh = "请求时间与平台时间相差超过 {minutes} 分钟，请校准时钟"
    en = "The request's time is more than {minutes} minutes off; set the clock right"


class AskedAgainTooSoon(Refusal):
    """The subject has refused this; he may be asked again only after a while."""

    code = "ASKED_AGAIN_TOO_SOON"
    kind = RefusalKind.LIMITED
    zh = "对方已明确拒绝，{again_at} 之前不得再次征求同意"
    en = "This was refused; it may not be asked again before {again_at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentForm:
    """What a tenant asks a subject for. ``sent_at`` is the asking system's own time."""

    subject_id: UUID
    purpose: str
    categories: Sequence[DataCategory]
    life_days: int
    context_id: UUID | None = None
    range_months: int | None = None
    frequency: Frequency | None = None
    retention_days: int | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was put to the subject; ``cuts`` says in words what was narrowed."""

    consent_id: UUID
    answer_by: datetime
    categories: tuple[DataCategory, ...]
    cuts: tuple[Cut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permittable:
    """What saying yes to a request gives, within every limit; ``cuts`` says in words what it does not."""

    ask: Ask
    natural_person: bool
    categories: tuple[DataCategory, ...]
    cuts: tuple[Cut, ...]


async def request_consent(
    session: AsyncSession, actor: Actor, *, form: ConsentForm, now: datetime
) -> Asked:
    """Ask a subject for a consent; he is told, and a request nobody answers lapses.

    Whether the subject exists is not told to who asks: a request to nobody lapses as one that nobody answers.

    :raises Forbidden: if the actor may not ask, or his kind of tenant has no such purpose
    :raises ClockApart: if ``sent_at`` is more than 15 minutes off
    :raises Invalid: if a number is not positive
    :raises PurposeUnknown, CategoriesOutsidePurpose, AssessmentMissing, RecipientUnknown: see ``checked_ask``
    :raises ConsentExists: if the same was asked for and waits, or is given
    :raises AskedAgainTooSoon: if the subject refused it a short while ago
    Source: PIPL art. 6, 23; 网络数据安全管理条例 art. 22(5)
    """
    actor.require(CONSENT_ASK)
    _check_syntax(form, now=now)
    wanted = Wanted(
        categories=form.categories,
        life_days=form.life_days,
        range_months=form.range_months,
        frequency=form.frequency,
        retention_days=form.retention_days,
    )
    ask = await checked_ask(
        session, tenant_id=actor.own_tenant, purpose=form.purpose, wanted=wanted
    )
    # A sandbox asks nobody of the city, who would be told of it; its applicants permit with their requests.
    if form.purpose not in actor.purposes or actor.sandbox_id is not None:
        raise Forbidden(permission=form.purpose)
    if await queries.is_open(
        session,
        actor,
        subject_id=form.subject_id,
        purpose=form.purpose,
        context_id=form.context_id,
    ):
        raise ConsentExists(field="purpose")
    await require_may_ask(
        session,
        subject_id=form.subject_id,
        tenant_id=actor.own_tenant,
        purpose=form.purpose,
        context_id=form.context_id,
        now=now,
    )
    consent = new_consent(
        ask,
        subject_id=form.subject_id,
        context_id=form.context_id,
        categories=list(ask.narrowed.categories),
        answer_by=now + ANSWER_WITHIN,
        now=now,
    )
    session.add(consent)
    named = {"subject_id": consent.subject_id, "consent_id": consent.id}
    await outbox.post(session, ASKED_TOPIC, named, now=now, wake=True)
    await outbox.post(session, LAPSE_TOPIC, named, now=now, not_before=now + ANSWER_WITHIN)
    record(session, consent, "requested", cuts=ask.narrowed.cuts, now=now)
    return Asked(consent.id, now + ANSWER_WITHIN, ask.narrowed.categories, ask.narrowed.cuts)


async def require_may_ask(
    session: AsyncSession,
    *,
    subject_id: UUID,
    tenant_id: UUID,
    purpose: str,
    context_id: UUID | None,
    now: datetime,
) -> None:
    """Refuse while a no is fresh: for 48 hours after the first, for 30 days after a second within 60.

    :raises AskedAgainTooSoon: if it is
    """
    refused = await queries.refusals_of(
        session,
        subject_id=subject_id,
        tenant_id=tenant_id,
        purpose=purpose,
        context_id=context_id,
        since=now - REFUSALS_COUNT_FOR,
    )
    if not refused:
        return
    again_at = refused[0] + (ASK_AGAIN_AFTER if len(refused) == 1 else ASK_AGAIN_AFTER_SECOND)
    if now < again_at:
        raise AskedAgainTooSoon(field="purpose", again_at=again_at.isoformat())


async def approve_request(
    session: AsyncSession,
    actor: Actor,
    *,
    consent_id: UUID,
    categories: Sequence[DataCategory],
    life_days: int,
    notice_version: str,
    now: datetime,
) -> Granted:
    """Say yes to a request, to all of it or to less: to no more than was asked.

    :raises NotFound: if no such request was put to the subject
    :raises ConsentStateConflict: if it was answered or has lapsed
    :raises NoticeOutdated: if another wording was shown than the one in force
    :raises LicensedChannelRequired: if the purpose needs what may not reach this bank
    :raises PurposeUnknown, CategoriesOutsidePurpose, AssessmentMissing, RecipientUnknown: see ``checked_ask``
    """
    consent = await _waiting(session, actor, consent_id, now=now)
    require_current(current_text(consent.purpose), notice_version)
    given = await permittable(session, consent, categories=categories, life_days=life_days)
    offered = new_consent(
        given.ask,
        subject_id=consent.subject_id,
        context_id=consent.context_id,
        categories=list(given.categories),
        answer_by=consent.answer_by,
        now=now,
    )
    # The range was asked for and told as a day, which does not move while the request waits.
    offered.records_from = max(offered.records_from, consent.records_from)
    answer(consent, offered)
    await activate(
        session,
        consent,
        decided_by=actor.person_id,
        natural_person=given.natural_person,
        cuts=given.cuts,
        now=now,
    )
    return Granted(consent.id, consent.expires_at, consent.life_days, given.categories, given.cuts)


async def permittable(
    session: AsyncSession,
    consent: Consent,
    *,
    categories: Sequence[DataCategory],
    life_days: int,
) -> Permittable:
    """Return what its subject permits by saying yes to that much of a request: no more than was asked.

    What he is shown before he decides and what he then gives both come from here.

    :raises LicensedChannelRequired: if the purpose needs what may not reach this bank
    :raises PurposeUnknown, CategoriesOutsidePurpose, AssessmentMissing, RecipientUnknown: see ``checked_ask``
    """
    asked = {DataCategory(category) for category in consent.categories}
    wanted = Wanted(
        categories=[category for category in categories if category in asked],
        life_days=min(life_days, consent.life_days),
        frequency=consent.frequency,
        retention_days=consent.retention_days,
    )
    ask = await checked_ask(
        session, tenant_id=consent.tenant_id, purpose=consent.purpose, wanted=wanted
    )
    natural = await is_natural_person(session, consent.subject_id)
    kept, cuts = lawful(ask, natural_person=natural)
    return Permittable(ask=ask, natural_person=natural, categories=tuple(kept), cuts=cuts)


async def reject_request(
    session: AsyncSession, actor: Actor, *, consent_id: UUID, reason: str | None, now: datetime
) -> Consent:
    """Say no to a request; whoever asked may not ask the same again for a while.

    :raises NotFound: if no such request was put to the subject
    :raises ConsentStateConflict: if it was answered or has lapsed
    :raises Invalid: if the reason is too long
    """
    if reason is not None and len(reason) > MAX_REASON:
        raise Invalid(
            field="reason",
            reason_zh=f"最多 {MAX_REASON} 字",
            reason_en=f"at most {MAX_REASON} characters",
        )
    consent = await _waiting(session, actor, consent_id, now=now)
    _reject(session, actor, consent, reason=reason, now=now)
    await notices.notify_tenant(
        session,
        tenant_id=consent.tenant_id,
        permission=None,
        template="consent_rejected",
        title="授权请求被拒绝",
        body="一位信息主体拒绝了贵机构的授权请求；在规定期限内不得再次征求同意。",
        link="/desk",
        now=now,
    )
    return consent


async def refuse_consent(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    purpose: str,
    categories: Sequence[DataCategory],
    life_days: int,
    context_id: UUID | None,
    now: datetime,
) -> UUID | None:
    """Remember a no that was said where the question came up, as on a client's authorization page; return its id.

    A request of the tenant for the same that waits is answered by it. What is given already is not taken back by it: then
    nothing is remembered.

    :raises PurposeUnknown, CategoriesOutsidePurpose, AssessmentMissing, RecipientUnknown: see ``checked_ask``
    """
    wanted = Wanted(categories=categories, life_days=life_days)
    ask = await checked_ask(session, tenant_id=tenant_id, purpose=purpose, wanted=wanted)
    subject_id = actor.own_subject
    found = await queries.lock_open(
        session, subject_id, tenant_id, purpose_named(purpose).code, context_id
    )
    if found is not None and found.state is not ConsentState.REQUESTED:
        return None
    if found is None:
        found = new_consent(
            ask,
            subject_id=subject_id,
            context_id=context_id,
            categories=list(ask.narrowed.categories),
            answer_by=None,
            now=now,
        )
        session.add(found)
        await session.flush()
    _reject(session, actor, found, reason=None, now=now)
    return found.id


def _check_syntax(form: ConsentForm, *, now: datetime) -> None:
    if form.sent_at is not None and abs(now - form.sent_at) > CLOCKS_APART:
        raise ClockApart(field="sentAt", minutes=int(CLOCKS_APART.total_seconds() // 60))
    numbers = {
        "lifeDays": form.life_days,
        "rangeMonths": form.range_months,
        "retentionDays": form.retention_days,
        "frequency": None if form.frequency is None else form.frequency.times,
    }
    for field, number in numbers.items():
        if number is not None and number < 1:
            raise Invalid(field=field, reason_zh="应为正整数", reason_en="it must be positive")


async def _waiting(
    session: AsyncSession, actor: Actor, consent_id: UUID, *, now: datetime
) -> Consent:
    consent = await queries.lock_own_consent(session, actor, consent_id)
    if consent.state is not ConsentState.REQUESTED:
        raise ConsentStateConflict(state=consent.state)
    if consent.answer_by is not None and consent.answer_by <= now:
        raise ConsentStateConflict(state=ConsentState.LAPSED)
    return consent


def _reject(
    session: AsyncSession, actor: Actor, consent: Consent, *, reason: str | None, now: datetime
) -> None:
    consent.enter(ConsentState.REJECTED)
    consent.decided_at, consent.decided_by = now, actor.person_id
    consent.ended_at, consent.end_reason = now, reason
    record(session, consent, "rejected", now=now)
