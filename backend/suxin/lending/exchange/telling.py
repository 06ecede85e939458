"""How what is exchanged is told to a bank's systems."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.lending.exchange.event_types import MATERIAL_STEPS, MESSAGE_SENT
from suxin.lending.exchange.models import ItemState, MaterialRequest, ReferralMessage


def tell_of_material(
    session: AsyncSession, asked: MaterialRequest, step: str, *, now: datetime
) -> None:
    """Record a step of a request for material that has just been taken."""
    record_event(
        session,
        MATERIAL_STEPS[step],
        tenant_id=asked.tenant_id,
        object_id=asked.referral_id,
        now=now,
        material=asked.id,
        open=sum(item["state"] == ItemState.ASKED.value for item in asked.items),
        state=asked.state.value,
    )


def tell_of_message(session: AsyncSession, message: ReferralMessage, *, now: datetime) -> None:
    """Record that somebody has written."""
    record_event(
        session,
        MESSAGE_SENT,
        tenant_id=message.tenant_id,
        object_id=message.referral_id,
        now=now,
        author=message.author.name,
    )
