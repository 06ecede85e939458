"""The rows of villages' shops in the authorization matrix of GraphQL's root fields."""

from typing import Final

CALLS: Final = {
    "shopGoods": "{ shopGoods(first: 1) { totalCount } }",
    "shopRedemptions": "{ shopRedemptions(first: 1) { totalCount } }",
    "shopRedemption": '{ shopRedemption(id: "x") { id } }',
}
NEEDS: Final = dict.fromkeys(CALLS, "shop.shop.read")
HOLDERS: Final = {
    "shop.shop.read": {
        "village_grid.village_admin",
        "village_grid.grid_worker",
        "village_grid.committee",
        "village_grid.supervisor",
        "village_grid.shop_keeper",
        "village_grid.viewer",
    }
}
SHOP_NODES: Final = {"ShopGood", "ShopRedemption"}
"""What of shops has a global id."""
SHOP_LISTS: Final = {"shopGoods", "shopRedemptions"}
"""What is listed, in an order of the caller's choice or in its own."""
