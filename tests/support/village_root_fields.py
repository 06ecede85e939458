"""The rows of village registers in the authorization matrix of GraphQL's root fields."""

from typing import Final

CALLS: Final = {
    "households": "{ households(first: 1) { totalCount } }",
    "household": '{ household(id: "x") { id } }',
    "grids": "{ grids(first: 1) { totalCount } }",
}
NEEDS: Final = dict.fromkeys(CALLS, "villages.register.read")
HOLDERS: Final = {
    "villages.register.read": {
        "village_grid.village_admin",
        "village_grid.grid_worker",
        "village_grid.committee",
        "village_grid.supervisor",
        "village_grid.shop_keeper",
        "village_grid.viewer",
    }
}
VILLAGE_NODES: Final = {"Household", "VillageGrid"}
"""What has a global id at a village alone."""
VILLAGE_LISTS: Final = {"households", "grids"}
"""What a village has and a bank has not."""
