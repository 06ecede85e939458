"""What a resident is shown of his village's shop."""

import base64
from datetime import datetime
from uuid import UUID

import msgspec

from suxin.shop.models import ShopGood, ShopLine, ShopRedemption
from suxin.shop.photo_addresses import photo_address
from suxin.shop.showing.queries import OwnShop
from suxin.shop.states import Means, RedemptionState
from suxin.subjects.presentation_codes import WINDOW
from suxin.subjects.presenting import OpenedPass


class ShopGoodView(msgspec.Struct, rename="camel", kw_only=True):
    """What is offered; ``monthLimit`` is how many pieces a household may have in a month, null for no limit, and ``photo`` the address of its photo, null if it has none."""

    id: UUID
    name: str
    unit: str
    price_points: int
    month_limit: int | None
    photo: str | None


class ShopView(msgspec.Struct, rename="camel", kw_only=True):
    """A village's shop and one's household there: ``available`` points may be spent, ``held`` wait for a hand-over."""

    opens_on: int
    closes_on: int
    month_points: int | None
    posted: int
    spent: int
    held: int
    available: int
    goods: list[ShopGoodView]


class ShopLineView(msgspec.Struct, rename="camel", kw_only=True):
    """One good of a redemption; ``given`` is 0 until it is handed over."""

    name: str
    unit: str
    price_points: int
    asked: int
    given: int


class ShopRedemptionView(msgspec.Struct, rename="camel", kw_only=True):
    """A redemption of one's household."""

    id: UUID
    means: Means
    means_zh: str
    state: RedemptionState
    state_zh: str
    points: int
    held_at: datetime
    ended_at: datetime | None
    lines: list[ShopLineView]


class StoredShopCode(msgspec.Struct, rename="camel", kw_only=True):
    """A pass as it is kept with the request's key, without what makes its codes."""

    id: UUID
    number: int
    opened_at: datetime
    expires_at: datetime


class ShopCodeView(msgspec.Struct, rename="camel", kw_only=True):
    """A pass to be shown once at the shop; ``key`` (base64url) makes its codes, of ``windowSeconds`` each (see the codes of perks)."""

    id: UUID
    number: int
    key: str
    window_seconds: int
    opened_at: datetime
    expires_at: datetime
    server_time: datetime


def shop_view(own: OwnShop, goods: list[ShopGoodView]) -> ShopView:
    """Return what is shown of a shop; one without days of its own is open on all of them."""
    terms = own.terms
    return ShopView(
        opens_on=1 if terms is None else terms.opens_on,
        closes_on=31 if terms is None else terms.closes_on,
        month_points=None if terms is None else terms.month_points,
        posted=own.posted,
        spent=own.spent,
        held=own.held,
        available=own.available,
        goods=goods,
    )


def good_view(good: ShopGood) -> ShopGoodView:
    """Return what is shown of a good."""
    return ShopGoodView(
        id=good.id,
        name=good.name,
        unit=good.unit,
        price_points=good.price_points,
        month_limit=good.month_limit,
        photo=photo_address(good),
    )


def redemption_view(redemption: ShopRedemption) -> ShopRedemptionView:
    """Return what is shown of a redemption, without its lines."""
    return ShopRedemptionView(
        id=redemption.id,
        means=redemption.means,
        means_zh=redemption.means.zh,
        state=redemption.state,
        state_zh=redemption.state.zh,
        points=redemption.points,
        held_at=redemption.held_at,
        ended_at=redemption.ended_at,
        lines=[],
    )


def line_view(line: ShopLine) -> ShopLineView:
    """Return what is shown of a line."""
    return ShopLineView(
        name=line.name,
        unit=line.unit,
        price_points=line.price_points,
        asked=line.asked,
        given=line.given,
    )


def stored_code(opened: OpenedPass) -> StoredShopCode:
    """Return what of a pass is kept with its request."""
    return StoredShopCode(
        id=opened.pass_id,
        number=opened.number,
        opened_at=opened.opened_at,
        expires_at=opened.expires_at,
    )


def code_view(kept: StoredShopCode, *, key: bytes, now: datetime) -> ShopCodeView:
    """Return a pass with what makes its codes."""
    return ShopCodeView(
        id=kept.id,
        number=kept.number,
        key=base64.urlsafe_b64encode(key).decode().rstrip("="),
        window_seconds=int(WINDOW.total_seconds()),
        opened_at=kept.opened_at,
        expires_at=kept.expires_at,
        server_time=now,
    )
