"""How lending records its steps for a bank's own systems: as events, in the transaction of each step."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.events.feed import record_event
from suxin.lending.event_types import (
    OFFER_STEPS,
    REFERRAL_ARRIVED,
    REFERRAL_REDATED,
    REFERRAL_STEPS,
)
from suxin.lending.models import Offer, Referral


def tell_of_arrival(session: AsyncSession, referral: Referral, *, now: datetime) -> None:
    """Record that a lead was referred to the bank."""
    record_event(
        session,
        REFERRAL_ARRIVED,
        tenant_id=referral.tenant_id,
        object_id=referral.id,
        now=now,
        lead=referral.lead_id,
        mode=referral.mode.name,
        **_deadlines(referral),
    )


def tell_of_deadlines(session: AsyncSession, referral: Referral, *, now: datetime) -> None:
    """Record that a referral's deadlines are others than before."""
    record_event(
        session,
        REFERRAL_REDATED,
        tenant_id=referral.tenant_id,
        object_id=referral.id,
        now=now,
        **_deadlines(referral),
    )


def tell_of_referral(
    session: AsyncSession, referral: Referral, step: str, *, now: datetime
) -> None:
    """Record a step of a referral that has just been taken."""
    record_event(
        session,
        REFERRAL_STEPS[step],
        tenant_id=referral.tenant_id,
        object_id=referral.id,
        now=now,
        lead=referral.lead_id,
        state=referral.state.value,
    )


def tell_of_offer(session: AsyncSession, offer: Offer, step: str, *, now: datetime) -> None:
    """Record a step of an offer that has just been taken."""
    record_event(
        session,
        OFFER_STEPS[step],
        tenant_id=offer.tenant_id,
        object_id=offer.id,
        now=now,
        referral=offer.referral_id,
        state=offer.state.value,
    )


def _deadlines(referral: Referral) -> dict[str, datetime]:
    return {
        "acceptBy": referral.accept_by,
        "contactBy": referral.contact_by,
        "decideBy": referral.decide_by,
    }
