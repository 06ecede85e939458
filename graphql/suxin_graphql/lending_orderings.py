"""The orders in which lists of lending are paged: newest first, by ids that are sorted by time."""

from typing import Final
from uuid import UUID

from suxin.lending.models import Lead, LoanProduct, Offer, Referral
from suxin.lending.queries.products import retired_last
from suxin_graphql.cursors import Key, Ordering

REFERRALS: Final = Ordering("lending.referrals/1", (Key(Referral.id, UUID),))
LEADS: Final = Ordering("lending.leads/1", (Key(Lead.id, UUID),))
OFFERS: Final = Ordering("lending.offers/1", (Key(Offer.id, UUID),))
PRODUCTS: Final = Ordering(
    "lending.products/1",
    (
        Key(retired_last().label("retired"), int, descending=False),
        Key(LoanProduct.id, UUID),
    ),
)
