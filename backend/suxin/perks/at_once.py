"""What is redeemed at once: held, given and used at one moment. Pure.

Only what is over with its use: of what is used several times, or lent, the counter learns later how much was used. Whether a programme is such
does not depend on who comes, so that the refusal says nothing of him.
"""

from datetime import datetime

from suxin.perks.models import Programme, Redemption
from suxin.perks.orders.redeemed import MODES
from suxin.perks.refusals import NotAtOnce


def require_at_once(programme: Programme) -> None:
    """Refuse a programme whose redemptions are open for a while.

    :raises NotAtOnce: if somebody uses it more than once, or any benefit of it opens a service order
    """
    benefits = [programme.fallback_read, *(offer.benefit for offer in programme.offers_read)]
    if programme.uses_each > 1 or any(benefit.kind in MODES for benefit in benefits):
        raise NotAtOnce


def use_up(redemption: Redemption, *, now: datetime) -> None:
    """Take every step of a redemption that was just drafted, up to its end."""
    redemption.grant(use_by=now, now=now)
    redemption.use(redemption.uses_left)
    redemption.complete(now=now)
