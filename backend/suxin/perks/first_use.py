"""First use (首次使用告知): before somebody's tier is weighed for a merchant he reads who does it and why, and says yes or no.

What he said last on the present wording stands for that merchant until he says otherwise or takes it back. A yes makes each code
that he shows there a one-time consent of its own; a no lets him show a code all the same, and have what everybody has.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.commands import grant_consent
from suxin.consent.giving import NoticeOutdated, end
from suxin.consent.models import Consent, ConsentState
from suxin.consent.notice_texts import Told, current_text, told
from suxin.consent.purposes import PERK_REDEEM
from suxin.consent.queries import hold_consent_basis, lock_open, recipient
from suxin.consent.requests import refuse_consent
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound, Refusal
from suxin.subjects.models import DataCategory
from suxin.tenancy.models import Tenant

CONSENT_DAYS: Final = 1
CATEGORIES: Final = (DataCategory.SCORE_TIER,)


class FirstUseNoticeNeeded(Refusal):
    """The subject has not said yet whether his tier may be weighed for this merchant."""

    code = "PERK_NOTICE_NEEDED"
    zh = "首次在该商户使用，请先阅读告知并选择是否同意"
    en = "This is the first use at this merchant: read the notice and say yes or no"


class FirstUseAnswer(StrEnum):
    """What a subject said last about one merchant, on the wording in force."""

    NONE = "none"
    AGREED = "agreed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstUse:
    """The notice about one merchant, and what the subject said on it last."""

    merchant: Tenant
    notice: Told
    answer: FirstUseAnswer


_ANSWERS: Final = {
    ConsentState.REJECTED: FirstUseAnswer.DECLINED,
    ConsentState.ACTIVE: FirstUseAnswer.AGREED,
    ConsentState.EXPIRED: FirstUseAnswer.AGREED,
    ConsentState.SUPERSEDED: FirstUseAnswer.AGREED,
}
"""What was paused or taken back is asked about anew."""


async def first_use(session: AsyncSession, actor: Actor, *, tenant_id: UUID) -> FirstUse:
    """Return the notice about a merchant with the acting subject's last answer.

    :raises Forbidden: if the actor acts for no subject
    :raises NotFound: if there is no such merchant, or it is suspended
    Source: PIPL art. 17, 23
    """
    merchant = await recipient(session, tenant_id)
    if merchant is None:
        raise NotFound(thing_zh="商户", thing_en="merchant")
    shown = told(
        current_text(PERK_REDEEM.code),
        recipient=merchant.name,
        contact=merchant.contact,
        categories=tuple(category.value for category in CATEGORIES),
        life_days=CONSENT_DAYS,
        retention_days=PERK_REDEEM.retention_days,
    )
    answer = await last_answer(session, actor, tenant_id=tenant_id)
    return FirstUse(merchant=merchant, notice=shown, answer=answer)


async def last_answer(session: AsyncSession, actor: Actor, *, tenant_id: UUID) -> FirstUseAnswer:
    """Return what the acting subject said last about a merchant on the wording in force.

    :raises Forbidden: if the actor acts for no subject
    """
    state = await session.scalar(
        select(Consent.state)
        .where(
            Consent.subject_id == actor.own_subject,
            Consent.tenant_id == tenant_id,
            Consent.purpose == PERK_REDEEM.code,
            Consent.notice_version == current_text(PERK_REDEEM.code).version,
            Consent.decided_at.is_not(None),
        )
        .order_by(func.coalesce(Consent.ended_at, Consent.decided_at).desc(), Consent.id.desc())
        .limit(1)
    )
    return FirstUseAnswer.NONE if state is None else _ANSWERS.get(state, FirstUseAnswer.NONE)


async def settle_answer(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    agree: bool | None,
    notice_version: str | None,
) -> bool:
    """Return whether the acting subject's tier may be weighed for a merchant: by what he says now, else by what he said last.

    :raises FirstUseNoticeNeeded: if he says nothing and has said nothing
    :raises NoticeOutdated: if he answers another wording than the one in force
    """
    version = current_text(PERK_REDEEM.code).version
    if agree is not None and notice_version != version:
        raise NoticeOutdated(field="noticeVersion", version=version)
    last = await last_answer(session, actor, tenant_id=tenant_id)
    if agree is None:
        if last is FirstUseAnswer.NONE:
            raise FirstUseNoticeNeeded(field="agree")
        return last is FirstUseAnswer.AGREED
    return agree


async def give_once(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    programme_id: UUID,
    needed_for: timedelta,
    now: datetime,
) -> UUID:
    """Give a merchant the one-time consent for one programme, or keep an unused one that lasts long enough; return its id.

    :raises AssessmentMissing, RecipientUnknown: see ``grant_consent``
    Source: PIPL art. 13(1), 14; docs/api/perks.md
    """
    found = await lock_open(session, actor.own_subject, tenant_id, PERK_REDEEM.code, programme_id)
    if found is not None and found.state in (ConsentState.ACTIVE, ConsentState.PAUSED):
        lasts = found.state is ConsentState.ACTIVE and found.expires_at >= now + needed_for
        # What was used has no basis any more, until the platform ends it.
        if lasts and await hold_consent_basis(session, found, now=now) is not None:
            return found.id
        await end(session, found, ConsentState.SUPERSEDED, step="superseded", now=now)
        await session.flush()
    granted = await grant_consent(
        session,
        actor,
        tenant_id=tenant_id,
        purpose=PERK_REDEEM.code,
        categories=CATEGORIES,
        life_days=CONSENT_DAYS,
        notice_version=current_text(PERK_REDEEM.code).version,
        context_id=programme_id,
        now=now,
    )
    return granted.consent_id


async def decline(
    session: AsyncSession, actor: Actor, *, tenant_id: UUID, programme_id: UUID, now: datetime
) -> None:
    """Remember a no, and end the one-time consent of this programme that was not used yet.

    :raises AssessmentMissing, RecipientUnknown: see ``refuse_consent``
    """
    await leave(session, actor, tenant_id=tenant_id, programme_id=programme_id, now=now)
    if await last_answer(session, actor, tenant_id=tenant_id) is FirstUseAnswer.DECLINED:
        return
    await refuse_consent(
        session,
        actor,
        tenant_id=tenant_id,
        purpose=PERK_REDEEM.code,
        categories=CATEGORIES,
        life_days=CONSENT_DAYS,
        context_id=programme_id,
        now=now,
    )


async def leave(
    session: AsyncSession, actor: Actor, *, tenant_id: UUID, programme_id: UUID, now: datetime
) -> None:
    """End the one-time consent for a code that is not shown any more, so that nothing stays open that is not needed."""
    found = await lock_open(session, actor.own_subject, tenant_id, PERK_REDEEM.code, programme_id)
    if found is not None and found.state in (ConsentState.ACTIVE, ConsentState.PAUSED):
        await end(session, found, ConsentState.SUPERSEDED, step="superseded", now=now)
        await session.flush()
