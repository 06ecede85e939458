"""Jobs that reach people: the one-time code to a phone, and the message that points to a notice.

A message that was not accepted for a passing reason fails the job, so that it is tried again; one that never can be
accepted ends it. A message's id is the job's own, so that a provider sends a repeated one once.
"""

import base64
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.database import actor_of
from suxin.kernel.doorways import doorway
from suxin.kernel.messaging import Delivery, MessageChannel
from suxin.kernel.notices import DELIVER_TOPIC, DeliveryChannel, Notice
from suxin.kernel.outbox import Handler, Job
from suxin.kernel.sealing import Sealer
from suxin.subjects.models import PHONE, PersonIdentity, WeChatAccount
from suxin.subjects.phone_codes import CODE_LIFE, CODE_PURPOSE, SEND_TOPIC

PHONE_CODE_TEMPLATE = "phone_code"
_SECONDS_A_MINUTE = 60


class MessageNotSent(Exception):
    """A provider did not take a message for a reason that may pass; the job is tried again."""


def handlers(sealer: Sealer, channel: MessageChannel) -> Mapping[str, Handler]:
    """Return the handlers of this context's topics."""

    async def send_phone_code(_session: AsyncSession, job: Job) -> None:
        await _send_phone_code(sealer, channel, job)

    async def deliver_notice(session: AsyncSession, job: Job) -> None:
        await _deliver_notice(session, job, sealer, channel)

    return {SEND_TOPIC: send_phone_code, DELIVER_TOPIC: deliver_notice}


async def _send_phone_code(sealer: Sealer, channel: MessageChannel, job: Job) -> None:
    # A code that has expired meanwhile is of no use to anyone.
    if datetime.fromisoformat(job.payload["expires_at"]) <= job.now:
        return
    row = job.uuid("row")
    phone = sealer.open(base64.b64decode(job.payload["phone"]), purpose=PHONE, row=row)
    code = sealer.open(base64.b64decode(job.payload["code"]), purpose=CODE_PURPOSE, row=row)
    minutes = int(CODE_LIFE.total_seconds()) // _SECONDS_A_MINUTE
    delivery = await channel.send_sms(
        phone=phone,
        template=PHONE_CODE_TEMPLATE,
        values={"code": code, "minutes": str(minutes)},
        message_id=str(job.id),
    )
    require_settled(delivery)


async def _deliver_notice(
    session: AsyncSession, job: Job, sealer: Sealer, channel: MessageChannel
) -> None:
    if actor_of(session).sandbox_id is not None:
        # The people of a sandbox are nobody: the notice lies in the inbox, and no message goes to whoever has the number.
        return
    notice = await session.scalar(
        select(Notice)
        .where(Notice.id == job.uuid("notice_id"), Notice.delivered_at.is_(None))
        .with_for_update()
    )
    if notice is None or notice.person_id is None:
        return
    by, delivery = DeliveryChannel.WECHAT, await _over_wechat(session, job, notice, channel)
    if delivery is None or (not delivery.accepted and delivery.permanent):
        by, delivery = DeliveryChannel.SMS, await _over_sms(session, job, notice, sealer, channel)
    if delivery is None:
        return
    require_settled(delivery)
    if delivery.accepted:
        notice.delivered_at = job.now
        notice.delivered_by = by.value
        notice.delivery_ref = delivery.provider_ref


async def _over_wechat(
    session: AsyncSession, job: Job, notice: Notice, channel: MessageChannel
) -> Delivery | None:
    """Send a subscribe message to the person's account; without an account there is nothing to send to."""
    async with doorway(session):
        openid = await session.scalar(
            select(WeChatAccount.openid)
            .where(WeChatAccount.person_id == notice.person_id)
            .order_by(WeChatAccount.created_at.desc())
            .limit(1)
        )
    if openid is None:
        return None
    return await channel.send_subscribe_message(
        openid=openid,
        template=notice.template,
        page=notice.link,
        values=_facts(notice),
        message_id=str(job.id),
    )


async def _over_sms(
    session: AsyncSession, job: Job, notice: Notice, sealer: Sealer, channel: MessageChannel
) -> Delivery | None:
    """Send a text message to the proved phone; without a proved identity, or without a phone, there is nowhere to."""
    person_id: UUID | None = notice.person_id
    identity = await session.get(PersonIdentity, person_id)
    if identity is None or identity.phone_sealed is None:
        return None
    phone = sealer.open(identity.phone_sealed, purpose=PHONE, row=identity.subject_id)
    return await channel.send_sms(
        phone=phone, template=notice.template, values=_facts(notice), message_id=str(job.id)
    )


def _facts(notice: Notice) -> dict[str, str]:
    return {name: str(value) for name, value in notice.facts.items()}


def require_settled(delivery: Delivery) -> None:
    """Fail the job when trying again may help."""
    if not delivery.accepted and not delivery.permanent:
        message = f"not sent: {delivery.reason}"
        raise MessageNotSent(message)
