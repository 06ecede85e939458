"""Duties after a visit: it ends when its half hour is over, and a receipt goes to the phone that was confirmed at it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.counter import queries
from suxin.counter.commands import EXPIRE_TOPIC, record
from suxin.counter.deciding import RECEIPT_TOPIC
from suxin.counter.models import CounterEvidence, CounterVisit, Decision, VisitState
from suxin.counter.words import SUSPENDED
from suxin.kernel.audit import append_act
from suxin.kernel.messaging import MessageChannel
from suxin.kernel.outbox import Handler, Job
from suxin.kernel.sealing import Sealer
from suxin.subjects.jobs import require_settled
from suxin.subjects.models import PHONE, PersonIdentity

RECEIPT_TEMPLATE: Final = "counter_receipt"
DECIDED_ZH: Final[Mapping[Decision, str]] = {
    Decision.ALLOW: "同意授权",
    Decision.REFUSE: "不同意授权",
    Decision.PAUSE: "暂停授权",
    Decision.RESUME: "恢复授权",
    Decision.REVOKE: "撤回授权",
}


async def expire_visit(session: AsyncSession, *, visit_id: UUID, now: datetime) -> bool:
    """End a visit that has run out; return False when it ended before or is not due."""
    visit = await session.scalar(
        select(CounterVisit).where(CounterVisit.id == visit_id).with_for_update()
    )
    if visit is None or visit.ended_at is not None or now < visit.expires_at:
        return False
    if visit.state is not VisitState.DECIDED:
        visit.enter(VisitState.ABANDONED)
    visit.ended_at = now
    record(session, visit, "visit.expired", now=now)
    return True


async def send_receipt(
    session: AsyncSession, job: Job, *, sealer: Sealer, channel: MessageChannel
) -> None:
    """Send the receipt of a decision to the phone that was confirmed at the counter; without one there is nowhere to."""
    evidence = await session.get_one(CounterEvidence, job.uuid("evidence_id"))
    identity = await session.get(PersonIdentity, evidence.person_id)
    phone_sealed: bytes | None = None if identity is None else identity.phone_sealed
    if phone_sealed is None:
        return
    _, recipient = await queries.consent_decided(session, evidence)
    delivery = await channel.send_sms(
        phone=sealer.open(phone_sealed, purpose=PHONE, row=evidence.person_id),
        template=RECEIPT_TEMPLATE,
        values={
            "decision": DECIDED_ZH[evidence.decision],
            "recipient": SUSPENDED if recipient is None else recipient.short_name,
            "number": evidence.number,
        },
        message_id=str(job.id),
    )
    require_settled(delivery)
    append_act(
        session,
        action="counter.receipt.sent" if delivery.accepted else "counter.receipt.failed",
        now=job.now,
        subject_id=evidence.person_id,
        object_type="counter_evidence",
        object_id=evidence.id,
        detail={"delivery_ref": delivery.provider_ref, "reason": delivery.reason},
    )


async def visit_expires(session: AsyncSession, job: Job) -> None:
    """End a visit at the end of its half hour."""
    await expire_visit(session, visit_id=job.uuid("visit_id"), now=job.now)


def handlers(sealer: Sealer, channel: MessageChannel) -> Mapping[str, Handler]:
    """Return this context's handlers by topic."""

    async def receipt_goes(session: AsyncSession, job: Job) -> None:
        await send_receipt(session, job, sealer=sealer, channel=channel)

    return {EXPIRE_TOPIC: visit_expires, RECEIPT_TOPIC: receipt_goes}
