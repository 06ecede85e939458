"""The lines of a redemption beside it, in the statement that reads it."""

from typing import Any, Final

from sqlalchemy import SQLColumnExpression, func, select

from suxin.shop.models import ShopLine, ShopRedemption

_TOLD: Final = ("name", "unit", "price_points", "asked", "given")


def told_lines() -> SQLColumnExpression[Any]:
    """Return the expression for what a redemption is of: JSON objects of a good's name, unit and price, and how many were asked for and given."""
    each = func.jsonb_build_object(
        *(part for name in _TOLD for part in (name, getattr(ShopLine, name)))
    )
    return (
        select(func.jsonb_agg(each))
        .where(
            ShopLine.tenant_id == ShopRedemption.tenant_id,
            ShopLine.redemption_id == ShopRedemption.id,
        )
        .correlate(ShopRedemption)
        .scalar_subquery()
        .label("lines")
    )
