"""The tables of the shop: goods, terms, budgets, cards, redemptions with their lines, and months that were closed."""

from suxin.shop.models.budgets import ShopBudget, ShopMonth, ShopTerms
from suxin.shop.models.cards import ShopCard
from suxin.shop.models.goods import ShopGood
from suxin.shop.models.redemptions import ShopLine, ShopRedemption

__all__ = [
    "ShopBudget",
    "ShopCard",
    "ShopGood",
    "ShopLine",
    "ShopMonth",
    "ShopRedemption",
    "ShopTerms",
]
