"""The orders in which lists of lending are paged; ids are sorted by time, so that by id is by when a thing was made.

Each is served by an index of its table, which ``tests/graphql/test_lists.py`` proves on filled tables.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from suxin.lending.models import Lead, LoanProduct, Offer, Referral
from suxin.lending.queries.products import in_use
from suxin_graphql.cursors import Key, Order, Ordering


def _upwards(expression: Any, kind: type) -> Key:  # noqa: ANN401 - any SQL expression
    return Key(expression, kind, descending=False)


class ReferralOrder(Order):
    """The orders of a bank's referrals."""

    NEWEST = Ordering("lending.referrals/1", (Key(Referral.id, UUID),)), "新的在前", "newest first"
    OLDEST = (
        Ordering("lending.referrals.oldest/1", (_upwards(Referral.id, UUID),)),
        "早的在前",
        "oldest first",
    )
    DECIDE_BY = (
        Ordering(
            "lending.referrals.decide_by/1",
            (_upwards(Referral.decide_by, datetime), _upwards(Referral.id, UUID)),
        ),
        "答复时限早的在前",
        "what must be decided first comes first",
    )


class LeadOrder(Order):
    """The orders of the open pool."""

    NEWEST = Ordering("lending.leads/1", (Key(Lead.id, UUID),)), "新的在前", "newest first"
    CLOSES_AT = (
        Ordering(
            "lending.leads.closes_at/1",
            (_upwards(Lead.closes_at, datetime), _upwards(Lead.id, UUID)),
        ),
        "即将关闭的在前",
        "what closes first comes first",
    )


class OfferOrder(Order):
    """The orders of a bank's offers."""

    NEWEST = Ordering("lending.offers/1", (Key(Offer.id, UUID),)), "新的在前", "newest first"
    VALID_UNTIL = (
        Ordering(
            "lending.offers.valid_until/1",
            (_upwards(Offer.valid_until, datetime), _upwards(Offer.id, UUID)),
        ),
        "即将过期的在前",
        "what lapses first comes first",
    )
    AMOUNT = (
        Ordering("lending.offers.amount/1", (Key(Offer.amount_fen, int), Key(Offer.id, UUID))),
        "金额大的在前",
        "the largest first",
    )


class LoanProductOrder(Order):
    """The orders of a bank's products."""

    CURRENT = (
        Ordering(
            "lending.products/2",
            (Key(in_use().label("in_use"), int), Key(LoanProduct.id, UUID)),
        ),
        "新的在前，已下架的在后",
        "newest first, retired ones last",
    )
    CODE = (
        Ordering(
            "lending.products.code/1",
            (_upwards(LoanProduct.code, str), _upwards(LoanProduct.id, UUID)),
        ),
        "按产品编号",
        "by code",
    )
