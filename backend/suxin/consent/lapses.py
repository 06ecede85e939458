"""What the platform does about a request for consent: it tells the subject, and lets a request lapse that nobody answers."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries
from suxin.consent.giving import record
from suxin.consent.models import Consent, ConsentState
from suxin.kernel import notices
from suxin.subjects.models import Mandate, Subject, SubjectKind

LAPSE_TOPIC: Final = "consent.request.lapse"
ASKED_TOPIC: Final = "consent.request.asked"


async def lapse_request(
    session: AsyncSession, *, subject_id: UUID, consent_id: UUID, now: datetime
) -> bool:
    """Let a request that nobody answered in time lapse, and tell the subject; return False when there is nothing to do."""
    consent = await queries.lock_consent(session, subject_id, consent_id)
    if consent is None or consent.state is not ConsentState.REQUESTED:
        return False
    if consent.answer_by is None or consent.answer_by > now:
        return False
    consent.enter(ConsentState.LAPSED)
    consent.ended_at = now
    record(session, consent, "lapsed", now=now)
    await _tell(
        session,
        consent,
        template="consent_lapsed",
        title="授权请求已失效",
        body="一项授权请求因您未答复而失效，您的信息未被提供，您无需操作。",
        now=now,
    )
    return True


async def tell_of_request(
    session: AsyncSession, *, subject_id: UUID, consent_id: UUID, now: datetime
) -> bool:
    """Tell the subject that a request waits for his answer; return False when none does."""
    consent = await queries.lock_consent(session, subject_id, consent_id)
    if consent is None or consent.state is not ConsentState.REQUESTED:
        return False
    await _tell(
        session,
        consent,
        template="consent_requested",
        title="有机构请求您的授权",
        body="请查看接收方、用途、类别和期限后决定；不同意不影响您使用其他服务。",
        link=f"/pages/consent?id={consent.id}&subject={consent.subject_id}",
        now=now,
    )
    return True


async def _tell(
    session: AsyncSession,
    consent: Consent,
    *,
    template: str,
    title: str,
    body: str,
    link: str = "/pages/permissions",
    now: datetime,
) -> None:
    """Put a notice to whoever decides for the subject: himself, or those who hold its mandate."""
    kind = await session.scalar(select(Subject.kind).where(Subject.id == consent.subject_id))
    if kind is SubjectKind.PERSON:
        persons = [consent.subject_id]
    else:
        held = select(Mandate.person_id).where(
            Mandate.subject_id == consent.subject_id,
            Mandate.ended_at.is_(None),
            Mandate.starts_at <= now,
            Mandate.ends_at > now,
        )
        persons = list(await session.scalars(held.order_by(Mandate.id)))
    for person_id in persons:
        await notices.notify_person(
            session,
            person_id=person_id,
            template=template,
            title=title,
            body=body,
            link=link,
            facts={"purpose": consent.purpose},
            now=now,
        )
