"""Cards for households without a smartphone: given out, replaced, revoked; and read with the household number as a check.

A card is printed with a number that is drawn at random and names nobody; the household number is not on it. Whoever shows it says that,
so that a card which was lost buys nothing.
"""

import re
import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.shop import queries
from suxin.shop.models import ShopCard
from suxin.shop.policies import CARD_ISSUE
from suxin.shop.recording import record
from suxin.shop.refusals import CardLocked, CardUnknown, HouseholdNumberWrong
from suxin.shop.states import CardState
from suxin.shop.texts import checked_words
from suxin.shop.turns import take_household
from suxin.villages import queries as villages
from suxin.villages.models import Household

NUMBER_DIGITS: Final = 16
MAX_FAILURES: Final = 5
LABEL: Final = "SXK"
"""What a card's QR code begins with, before its number."""

_READ: Final = re.compile(rf"(?:{LABEL}\.)?([0-9]{{{NUMBER_DIGITS}}})", re.ASCII)


def qr_text(card: ShopCard) -> str:
    """Return what a card's QR code holds."""
    return f"{LABEL}.{card.number}"


async def issue_card(
    session: AsyncSession, actor: Actor, *, household_id: UUID, now: datetime
) -> ShopCard:
    """Give a household a card; the one that it had is good for nothing any more.

    :raises Forbidden: without the right to give out cards
    :raises NotFound: if the household is not of this village
    :raises HouseholdElsewhere: if it is in the register no more
    """
    actor.require(CARD_ISSUE)
    household = await villages.household(session, actor.own_tenant, household_id)
    household.require_active()
    await take_household(session, household_id)
    known = await session.scalar(
        select(ShopCard).where(
            ShopCard.tenant_id == actor.own_tenant,
            ShopCard.household_id == household_id,
            ShopCard.state == CardState.ACTIVE,
        )
    )
    if known is not None:
        known.revoke("补发新卡", by=actor.own_staff, now=now)
        await session.flush()
        _record(session, known, "revoked", now=now)
    card = ShopCard(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        household_id=household_id,
        number=f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}",
        state=CardState.ACTIVE,
        failures=0,
        issued_by=actor.own_staff,
        issued_at=now,
    )
    session.add(card)
    await session.flush()
    _record(session, card, "issued", now=now)
    return card


async def revoke_card(
    session: AsyncSession, actor: Actor, *, card_id: UUID, reason: str, now: datetime
) -> ShopCard:
    """Make a card good for nothing, because it was lost or given back.

    :raises Forbidden: without the right to give out cards
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if no reason is given
    :raises StepNotPossible: if it was revoked
    """
    actor.require(CARD_ISSUE)
    said = checked_words(reason, field="reason", least=2, most=100)
    card = await queries.lock_card(session, actor, card_id)
    card.revoke(said, by=actor.own_staff, now=now)
    _record(session, card, "revoked", now=now)
    return card


async def household_by_card(
    session: AsyncSession, actor: Actor, *, shown: str, household_number: str
) -> tuple[ShopCard, Household]:
    """Return a valid card of the actor's village and its household, if whoever shows it names the household's number.

    :raises CardUnknown: if it is no valid card
    :raises CardLocked: if too many wrong numbers were named with it
    :raises HouseholdNumberWrong: if another number is named, which is counted
    """
    read = _READ.fullmatch("".join(shown.split()))
    if read is None:
        raise CardUnknown(field="card")
    card = await session.scalar(
        select(ShopCard)
        .where(
            ShopCard.tenant_id == actor.own_tenant,
            ShopCard.number == read.group(1),
            ShopCard.state == CardState.ACTIVE,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if card is None:
        raise CardUnknown(field="card")
    if card.failures >= MAX_FAILURES:
        raise CardLocked(field="card")
    household = await villages.household(session, actor.own_tenant, card.household_id)
    if household.number != household_number.strip():
        card.failures += 1
        await session.flush()
        raise HouseholdNumberWrong(field="householdNumber")
    card.failures = 0
    return card, household


def _record(session: AsyncSession, card: ShopCard, step: str, *, now: datetime) -> None:
    record(session, f"card.{step}", tenant_id=card.tenant_id, of=("shop_card", card.id), now=now)
