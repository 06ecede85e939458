"""What a bank is told as it happens: a referral arrived, an applicant chose its offer."""

import strawberry

from suxin.lending import policies
from suxin.lending.commands.offers import OFFER_CHOSEN
from suxin.lending.dispatch import REFERRAL_ARRIVED
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf
from suxin_graphql.fields import subscription
from suxin_graphql.lending_types import Offer, Referral
from suxin_graphql.node import announced


@strawberry.type
class LendingSubscriptions:
    """Subscriptions of lending."""

    @subscription(
        policies.REFERRAL_READ,
        Referral,
        topic=REFERRAL_ARRIVED,
        description="收到新的对接申请。A lead was dispatched to this bank, within the caller's reach.",
    )
    def referral_arrived(self, info: Info) -> OneOf:
        """Return the referral that arrived."""
        return announced(Referral, info.context)

    @subscription(
        policies.REFERRAL_READ,
        Offer,
        topic=OFFER_CHOSEN,
        description="报价被申请人选中。An applicant chose this bank's offer.",
    )
    def offer_chosen(self, info: Info) -> OneOf:
        """Return the offer that was chosen."""
        return announced(Offer, info.context)
