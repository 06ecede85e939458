"""Limits that concern the small world's firm: one in force, and one that it objects to."""

from dataclasses import dataclass
from uuid import UUID

from small_covers import WAITED, SmallCover
from small_limits import defaulted, follow, noticed, proposed

from suxin.perks.models import Programme
from suxin.rights.limit_objections import object_to_limit


@dataclass(frozen=True, kw_only=True)
class FilledLimits:
    """The ids of the limits, and the programme that they are of."""

    programme: Programme
    order_id: UUID
    limit_id: UUID
    contested_id: UUID


async def fill_limits(small: SmallCover) -> FilledLimits:
    """Let a merchant limit the firm after two orders that it did not pay."""
    city, now = small.city, small.city.now + WAITED
    orders = [await defaulted(small, city.firm_id, number) for number in ("L-1", "L-2")]
    first, second = [await noticed(small, await proposed(small, order)) for order in orders]
    await follow(city, first, "let_take_effect", now=first.object_until or now)
    said = {"limit_id": second.id, "reason": "已付清", "now": now}
    await city.act(object_to_limit, city.applicant, **said)
    return FilledLimits(
        programme=small.programme,
        order_id=orders[0].id,
        limit_id=first.id,
        contested_id=second.id,
    )
