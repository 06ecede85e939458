"""Keeping goods: added, from a template or freely, changed, withdrawn, delivered and written off; and on which days the shop is open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.shop import accounts, queries
from suxin.shop.models import ShopGood, ShopTerms
from suxin.shop.policies import GOODS_MANAGE, TERMS_SET
from suxin.shop.recording import record
from suxin.shop.refusals import GoodNameTaken
from suxin.shop.states import GoodState
from suxin.shop.templates import template_named
from suxin.shop.texts import checked_number, checked_words
from suxin.shop.turns import take_shop

MAX_PRICE: Final = 100_000
MAX_MONTH_LIMIT: Final = 1_000
MAX_PIECES: Final = 100_000
MAX_GOODS: Final = 300
"""How many goods a village keeps, withdrawn ones included. Proposed."""

LAST_DAY: Final = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodDraft:
    """What a good is to be; ``month_limit`` is how many pieces a household may have a month, none for no limit."""

    name: str
    unit: str
    price_points: int
    month_limit: int | None = None


async def add_good(
    session: AsyncSession, actor: Actor, *, draft: GoodDraft, now: datetime
) -> ShopGood:
    """Offer a good, of which there is nothing yet.

    :raises Forbidden: without the right to manage goods
    :raises Invalid: if its name, unit, price or limit cannot be right, or there are as many goods as there may be
    :raises GoodNameTaken: if another good has the name
    """
    return await _add(session, actor, draft, template=None, now=now)


async def add_from_template(
    session: AsyncSession, actor: Actor, *, template: str, now: datetime
) -> ShopGood:
    """Offer a good as a template has it; its price is the village's own to change.

    :raises Forbidden: without the right to manage goods
    :raises TemplateGoodUnknown: if there is no such template
    :raises GoodNameTaken: if another good has the name
    """
    found = template_named(template)
    draft = GoodDraft(
        name=found.name,
        unit=found.unit,
        price_points=found.price_points,
        month_limit=found.month_limit,
    )
    return await _add(session, actor, draft, template=found.code, now=now)


async def change_good(
    session: AsyncSession, actor: Actor, *, good_id: UUID, draft: GoodDraft, now: datetime
) -> ShopGood:
    """Change a good; what is held keeps the price of then.

    :raises Forbidden: without the right to manage goods
    :raises NotFound: if it is not this tenant's
    :raises Invalid, GoodNameTaken: see ``add_good``
    """
    actor.require(GOODS_MANAGE)
    kept = _checked(draft)
    await take_shop(session, actor.own_tenant)
    good = await queries.lock_good(session, actor, good_id)
    await _require_free(session, actor.own_tenant, kept.name, but=good_id)
    good.name, good.unit, good.changed_at = kept.name, kept.unit, now
    good.price_points, good.month_limit = kept.price_points, kept.month_limit
    _record(session, good, "changed", now=now)
    return good


async def withdraw_good(
    session: AsyncSession, actor: Actor, *, good_id: UUID, now: datetime
) -> ShopGood:
    """Give a good out no more; what is held of it may still be handed over.

    :raises Forbidden: without the right to manage goods
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it is withdrawn
    """
    actor.require(GOODS_MANAGE)
    good = await queries.lock_good(session, actor, good_id)
    good.withdraw(now=now)
    _record(session, good, "withdrawn", now=now)
    return good


async def offer_again(
    session: AsyncSession, actor: Actor, *, good_id: UUID, now: datetime
) -> ShopGood:
    """Give a withdrawn good out again.

    :raises Forbidden: without the right to manage goods
    :raises NotFound: if it is not this tenant's
    :raises StepNotPossible: if it is offered
    """
    actor.require(GOODS_MANAGE)
    good = await queries.lock_good(session, actor, good_id)
    good.offer(now=now)
    _record(session, good, "offered", now=now)
    return good


async def deliver_goods(
    session: AsyncSession, actor: Actor, *, good_id: UUID, pieces: int, now: datetime
) -> ShopGood:
    """Add pieces that came in to a good's stock.

    :raises Forbidden: without the right to manage goods
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if the number cannot be right
    """
    actor.require(GOODS_MANAGE)
    checked_number(pieces, field="pieces", least=1, most=MAX_PIECES)
    good = await queries.lock_good(session, actor, good_id)
    await accounts.deliver(session, good, pieces, now=now)
    _record(session, good, "delivered", now=now, pieces=pieces)
    return good


async def write_off_goods(
    session: AsyncSession,
    actor: Actor,
    *,
    good_id: UUID,
    pieces: int,
    reason: str,
    now: datetime,
) -> ShopGood:
    """Take pieces out of a good's stock because they are broken, out of date or missing.

    :raises Forbidden: without the right to manage goods
    :raises NotFound: if it is not this tenant's
    :raises Invalid: if the number or the reason cannot be right
    :raises SoldOut: if there are not so many that nobody has on hold
    """
    actor.require(GOODS_MANAGE)
    checked_number(pieces, field="pieces", least=1, most=MAX_PIECES)
    said = checked_words(reason, field="reason", least=2, most=100)
    good = await queries.lock_good(session, actor, good_id)
    await accounts.write_off(session, good, pieces, reason=said, now=now)
    _record(session, good, "written_off", now=now, pieces=pieces)
    return good


async def set_terms(
    session: AsyncSession,
    actor: Actor,
    *,
    opens_on: int,
    closes_on: int,
    month_points: int | None,
    now: datetime,
) -> ShopTerms:
    """Say on which days of each month the shop is open, and how many points a household may spend in a month.

    :raises Forbidden: without the right to set terms
    :raises Invalid: if the days or the limit cannot be right
    """
    actor.require(TERMS_SET)
    checked_number(opens_on, field="opensOn", least=1, most=LAST_DAY)
    checked_number(closes_on, field="closesOn", least=opens_on, most=LAST_DAY)
    if month_points is not None:
        checked_number(month_points, field="monthPoints", least=1, most=MAX_PRICE)
    await take_shop(session, actor.own_tenant)
    terms = await session.get(ShopTerms, actor.own_tenant)
    if terms is None:
        terms = ShopTerms(tenant_id=actor.own_tenant)
        session.add(terms)
    terms.opens_on, terms.closes_on, terms.month_points = opens_on, closes_on, month_points
    terms.set_by, terms.set_at = actor.own_staff, now
    await session.flush()
    record(
        session,
        "terms.set",
        tenant_id=actor.own_tenant,
        of=("shop_terms", actor.own_tenant),
        now=now,
        opens_on=opens_on,
        closes_on=closes_on,
        month_points=month_points,
    )
    return terms


async def _add(
    session: AsyncSession, actor: Actor, draft: GoodDraft, *, template: str | None, now: datetime
) -> ShopGood:
    actor.require(GOODS_MANAGE)
    kept = _checked(draft)
    await take_shop(session, actor.own_tenant)
    await _require_free(session, actor.own_tenant, kept.name)
    if await queries.count_goods(session, actor) >= MAX_GOODS:
        raise Invalid(
            field="name",
            reason_zh=f"商品不超过 {MAX_GOODS} 种",
            reason_en=f"there are at most {MAX_GOODS} goods",
        )
    good = ShopGood(
        tenant_id=actor.own_tenant,
        id=new_id(now),
        name=kept.name,
        unit=kept.unit,
        price_points=kept.price_points,
        month_limit=kept.month_limit,
        state=GoodState.OFFERED,
        template=template,
        added_by=actor.own_staff,
        added_at=now,
        changed_at=now,
    )
    session.add(good)
    await session.flush()
    _record(session, good, "added", now=now)
    return good


def _checked(draft: GoodDraft) -> GoodDraft:
    checked_number(draft.price_points, field="price", least=1, most=MAX_PRICE)
    if draft.month_limit is not None:
        checked_number(draft.month_limit, field="monthLimit", least=1, most=MAX_MONTH_LIMIT)
    return GoodDraft(
        name=checked_words(draft.name, field="name", least=1, most=40),
        unit=checked_words(draft.unit, field="unit", least=1, most=8),
        price_points=draft.price_points,
        month_limit=draft.month_limit,
    )


async def _require_free(
    session: AsyncSession, tenant_id: UUID, name: str, *, but: UUID | None = None
) -> None:
    statement = select(ShopGood.id).where(ShopGood.tenant_id == tenant_id, ShopGood.name == name)
    if await session.scalar(statement) not in (None, but):
        raise GoodNameTaken(field="name", name=name)


def _record(
    session: AsyncSession, good: ShopGood, step: str, *, now: datetime, pieces: int | None = None
) -> None:
    counted = {} if pieces is None else {"pieces": pieces}
    record(
        session,
        f"good.{step}",
        tenant_id=good.tenant_id,
        of=("shop_good", good.id),
        now=now,
        name=good.name,
        price_points=good.price_points,
        **counted,
    )
