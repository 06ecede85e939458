"""Redeeming: a basket is held for a household, and handed over whole or in part, cancelled, or let go when its time is over.

By a code or a card one person may scan and hand over. At the counter, where nothing but a household number is said, whoever helped is on
record and another person hands over: a helper decides nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel import outbox
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import NotFound
from suxin.kernel.sealing import Sealer
from suxin.kernel.working_days import local_day
from suxin.shop import accounts, queries
from suxin.shop.cards import household_by_card
from suxin.shop.limits import checked_basket, require_open, require_within
from suxin.shop.models import ShopLine, ShopRedemption
from suxin.shop.policies import REDEMPTION_HELP, REDEMPTION_RETURN, REDEMPTION_SELL
from suxin.shop.recording import record_redemption, tell_household
from suxin.shop.refusals import GivenWrong, HandOverByAnother, HoldTimeOver, ReturnByAnother
from suxin.shop.states import Means, RedemptionState
from suxin.shop.texts import checked_words
from suxin.shop.turns import take_household
from suxin.subjects.presenting import take_code
from suxin.villages import queries as villages
from suxin.villages.models import Household

EXPIRE_TOPIC: Final = "shop.redemption.expire"
Basket = Mapping[UUID, int]
"""How many pieces of which good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Who:
    household: Household
    means: Means
    card_id: UUID | None = None
    collector: str | None = None


async def hold_by_code(
    session: AsyncSession,
    actor: Actor,
    *,
    code: str,
    basket: Basket,
    sealer: Sealer,
    now: datetime,
) -> ShopRedemption:
    """Take a code shown on a phone, and hold a basket for the household it was opened for. Whatever is refused leaves the code unused.

    :raises Forbidden: without the right to hand over
    :raises CodeUnreadable, CodeNotGenuine, CodeTriedTooOften, CodeExpired, CodeForAnotherMerchant, CodeReplayed: see ``take_code``
    :raises BasketWrong, NotFound, StepNotPossible: if the basket cannot be
    :raises ShopClosed, HouseholdLimitReached, MonthPointsReached: if it is not the time, or too much
    :raises TooFewPoints, BudgetUsedUp, SoldOut: what does not reach
    """
    actor.require(REDEMPTION_SELL)
    presented = await take_code(session, actor, code=code, sealer=sealer, now=now)
    household = await villages.household(session, actor.own_tenant, presented.context_id)
    return await _hold(session, actor, _Who(household=household, means=Means.CODE), basket, now=now)


async def hold_by_card(
    session: AsyncSession,
    actor: Actor,
    *,
    card: str,
    household_number: str,
    basket: Basket,
    now: datetime,
) -> ShopRedemption:
    """Read a household's card, and hold a basket for it, if whoever shows it names the household's number.

    :raises Forbidden: without the right to hand over
    :raises CardUnknown, CardLocked, HouseholdNumberWrong: see ``household_by_card``
    :raises Refusal: for the basket, what ``hold_by_code`` refuses
    """
    actor.require(REDEMPTION_SELL)
    read, household = await household_by_card(
        session, actor, shown=card, household_number=household_number
    )
    who = _Who(household=household, means=Means.CARD, card_id=read.id)
    return await _hold(session, actor, who, basket, now=now)


async def hold_at_counter(
    session: AsyncSession,
    actor: Actor,
    *,
    household_number: str,
    collector: str,
    basket: Basket,
    now: datetime,
) -> ShopRedemption:
    """Hold a basket for whoever came without phone or card. The actor helps, is on record, and does not hand over.

    :raises Forbidden: without the right to help
    :raises NotFound: if the village has no household of this number
    :raises Invalid: if nobody is named who came
    :raises Refusal: for the basket, what ``hold_by_code`` refuses
    """
    actor.require(REDEMPTION_HELP)
    named = checked_words(collector, field="collector", least=1, most=20)
    household = await villages.household_numbered(
        session, actor.own_tenant, household_number.strip()
    )
    if household is None:
        raise NotFound(thing_zh="农户", thing_en="household", field="householdNumber")
    who = _Who(household=household, means=Means.COUNTER, collector=named)
    return await _hold(session, actor, who, basket, now=now)


async def hand_over(
    session: AsyncSession,
    actor: Actor,
    *,
    redemption_id: UUID,
    given: Basket | None = None,
    now: datetime,
) -> ShopRedemption:
    """Hand over what is held, or less of it; points, budget and stock of the rest are let go.

    :raises Forbidden: without the right to hand over
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it is not held
    :raises HandOverByAnother: if the actor helped with it at the counter
    :raises HoldTimeOver: if its time is over
    :raises GivenWrong: if more is given than is held, or nothing
    """
    actor.require(REDEMPTION_SELL)
    redemption = await queries.lock_redemption(session, actor.own_tenant, redemption_id)
    redemption.require_held()
    if redemption.means is Means.COUNTER and redemption.held_by == actor.own_staff:
        raise HandOverByAnother
    if redemption.held_until <= now:
        raise HoldTimeOver
    lines = await queries.lines_of(session, redemption)
    _give(lines, given)
    transfers = await accounts.give(session, redemption, lines, now=now)
    points = sum(line.given * line.price_points for line in lines)
    redemption.hand_over(points, by=actor.own_staff, given=transfers, now=now)
    await session.flush()
    record_redemption(session, redemption, "handed_over", now=now)
    await tell_household(
        session,
        redemption,
        title="积分已兑换",
        body=f"本户在积分超市兑换商品，使用 {points} 分。",
        now=now,
    )
    return redemption


async def let_go(
    session: AsyncSession, actor: Actor, *, redemption_id: UUID, reason: str, now: datetime
) -> ShopRedemption:
    """Cancel what is held; points, budget and stock are as before.

    :raises Forbidden: without the right to hand over
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if no reason is given
    :raises StepNotPossible: if it is not held
    :raises HoldTimeOver: if its time is over
    """
    actor.require(REDEMPTION_SELL)
    said = checked_words(reason, field="reason", least=2, most=100)
    redemption = await queries.lock_redemption(session, actor.own_tenant, redemption_id)
    redemption.let_go(said, now=now)
    if redemption.held_until <= now:
        raise HoldTimeOver
    lines = await queries.lines_of(session, redemption)
    await accounts.let_go(session, redemption, lines, now=now)
    record_redemption(session, redemption, "let_go", now=now)
    return redemption


async def ask_return(
    session: AsyncSession, actor: Actor, *, redemption_id: UUID, reason: str, now: datetime
) -> ShopRedemption:
    """Ask that what was handed over be taken back, whole.

    :raises Forbidden: without the right to hand over
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if no reason is given
    :raises StepNotPossible: if it was not handed over
    """
    actor.require(REDEMPTION_SELL)
    said = checked_words(reason, field="reason", least=2, most=100)
    redemption = await queries.lock_redemption(session, actor.own_tenant, redemption_id)
    redemption.ask_return(said, by=actor.own_staff)
    record_redemption(session, redemption, "return_asked", now=now)
    return redemption


async def confirm_return(
    session: AsyncSession, actor: Actor, *, redemption_id: UUID, now: datetime
) -> ShopRedemption:
    """Take back what another person asked for: the posted transfers are reversed, and stay.

    :raises Forbidden: without the right to confirm returns
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it was not handed over
    :raises ReturnByAnother: if nobody asked for it, or the actor did
    """
    actor.require(REDEMPTION_RETURN)
    redemption = await queries.lock_redemption(session, actor.own_tenant, redemption_id)
    handed_over = redemption.state is RedemptionState.HANDED_OVER
    if handed_over and redemption.return_asked_by in (None, actor.own_staff):
        raise ReturnByAnother
    redemption.take_back(by=actor.own_staff, now=now)
    lines = await queries.lines_of(session, redemption)
    await accounts.take_back(session, redemption, lines, now=now)
    record_redemption(session, redemption, "returned", now=now)
    await tell_household(
        session,
        redemption,
        title="积分已退回",
        body=f"退货已确认，{redemption.points} 分退回本户。",
        now=now,
    )
    return redemption


async def expire_redemption(
    session: AsyncSession, *, tenant_id: UUID, redemption_id: UUID, now: datetime
) -> None:
    """End a redemption that nobody handed over in time. The ledger lets its holds go by itself."""
    redemption = await queries.lock_redemption(session, tenant_id, redemption_id)
    if redemption.state is not RedemptionState.HELD or redemption.held_until > now:
        return
    redemption.expire(now=now)
    record_redemption(session, redemption, "expired", now=now)


async def _hold(
    session: AsyncSession, actor: Actor, who: _Who, basket: Basket, *, now: datetime
) -> ShopRedemption:
    who.household.require_active()
    await require_open(session, actor.own_tenant, now=now)
    goods = await checked_basket(session, actor.own_tenant, basket)
    await take_household(session, who.household.id)
    await require_within(session, who.household, goods, basket, now=now)
    redemption = ShopRedemption(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        household_id=who.household.id,
        household_number=who.household.number,
        means=who.means,
        card_id=who.card_id,
        collector=who.collector,
        year=local_day(now).year,
        state=RedemptionState.HELD,
        points=sum(basket[good.id] * good.price_points for good in goods),
        held_by=actor.own_staff,
        held_at=now,
        held_until=now + accounts.HOLD_LIVES,
        points_hold_id=new_id(now),
        budget_hold_id=new_id(now),
    )
    lines = [
        ShopLine(
            tenant_id=redemption.tenant_id,
            redemption_id=redemption.id,
            good_id=good.id,
            name=good.name,
            unit=good.unit,
            price_points=good.price_points,
            asked=basket[good.id],
            given=0,
            hold_id=new_id(now),
        )
        for good in goods
    ]
    session.add(redemption)
    await session.flush()
    session.add_all(lines)
    await accounts.hold(session, redemption, lines, goods, now=now)
    record_redemption(session, redemption, "held", now=now)
    await outbox.post(
        session,
        EXPIRE_TOPIC,
        {"tenant_id": redemption.tenant_id, "redemption_id": redemption.id},
        now=now,
        tenant_id=redemption.tenant_id,
        not_before=redemption.held_until,
    )
    return redemption


def _give(lines: Sequence[ShopLine], given: Basket | None) -> None:
    """Write down how many pieces of each line are given.

    :raises GivenWrong: if more is given than is held, or nothing
    """
    wanted = {line.good_id: line.asked for line in lines} if given is None else given
    strange = set(wanted) - {line.good_id for line in lines}
    for line in lines:
        line.given = wanted.get(line.good_id, 0)
    wrong = any(not 0 <= line.given <= line.asked for line in lines)
    if strange or wrong or not any(line.given for line in lines):
        raise GivenWrong(field="given")
