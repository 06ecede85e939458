"""An order that was not paid, and a limit that its merchant proposes for that in a test's small city."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from small_cases import colleague
from small_city import SmallCity
from small_covers import WAITED, SmallCover

from suxin.kernel.actor import Actor
from suxin.perks.limiting import following
from suxin.perks.limiting.models import Limit
from suxin.perks.limiting.proposing import propose_limit
from suxin.perks.orders.carrying import keep_outcome
from suxin.perks.orders.models import ServiceOrder
from suxin.perks.orders.states import OutcomeKind
from suxin.review.deciding import accept_case, check_case, decide_case
from suxin.review.models import ReviewCase
from suxin.review.states import Outcome
from suxin.rights.kinds import LIMIT_OBJECTION

PLATFORM = Actor.system("test")
TOLD_FOR = timedelta(days=30)
"""Longer than any time to object."""


def person_of(city: SmallCity) -> Actor:
    """Return the city's person acting for himself."""
    return Actor.subject("test-person", person_id=city.person_id, subject_id=city.person_id)


async def defaulted(
    small: SmallCover, subject_id: UUID | None = None, number: str = "BIKE-1"
) -> ServiceOrder:
    """Have an order redeemed by somebody, left unpaid, and known as a default."""
    someone = subject_id or small.city.person_id
    return await known_as_default(small, await small.unpaid(number, subject_id=someone))


async def known_as_default(small: SmallCover, order: ServiceOrder) -> ServiceOrder:
    """Let it be kept that an order was not paid in time."""
    at = small.city.now + WAITED
    async with small.city.database.transaction(PLATFORM, now=at) as session:
        await keep_outcome(
            session,
            tenant_id=order.tenant_id,
            order_id=order.id,
            kind=OutcomeKind.DEFAULTED,
            at=at,
        )
    return order


async def proposed(small: SmallCover, order: ServiceOrder, **said: Any) -> Limit:
    """Propose a limit on an order."""
    given: dict[str, Any] = {
        "order_id": order.id,
        "months": 3,
        "reason": "多次提醒未付",
        "now": small.city.now + WAITED,
    }
    limit: Limit = await small.city.act(propose_limit, small.perks.merchant, **given | said)
    return limit


async def follow(city: SmallCity, limit: Limit, step: str, *, now: datetime) -> Limit:
    """Let the platform take one of a limit's duties; return the limit as it stands then."""
    duty = getattr(following, step)
    which = {"tenant_id": limit.tenant_id, "limit_id": limit.id}
    async with city.database.transaction(PLATFORM, now=now) as session:
        await duty(session, **which, now=now)
        await session.flush()
        return await session.get_one(Limit, (limit.tenant_id, limit.id))


async def noticed(small: SmallCover, limit: Limit) -> Limit:
    """Let whom a limit concerns be told of it."""
    return await follow(small.city, limit, "give_notice", now=small.city.now + WAITED)


async def decided(
    city: SmallCity, case: ReviewCase, outcome: Outcome, *, now: datetime
) -> ReviewCase:
    """Let two of the office's people decide on an objection."""
    about: dict[str, Any] = {"kind": LIMIT_OBJECTION, "case_id": case.id, "now": now}
    await city.act(accept_case, city.operator, **about)
    await city.act(decide_case, city.operator, outcome=outcome, reason="已核实", **about)
    done: ReviewCase = await city.act(check_case, colleague(city), upheld=True, reason="", **about)
    return done
