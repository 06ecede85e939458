"""The rows of rural ratings in the authorization matrix of GraphQL's root fields."""

from typing import Final

_OWN: Final = {
    "ratingCycles": "{ ratingCycles(first: 1) { totalCount } }",
    "ratingCycle": '{ ratingCycle(id: "x") { id } }',
    "ratingEntries": "{ ratingEntries(first: 1) { totalCount } }",
    "ratingStanding": '{ ratingStanding(cycleId: "x") { entries } }',
}
PUBLIC: Final = {
    "ruralTitles": "{ ruralTitles(first: 1) { totalCount } }",
    "ruralCertificate": '{ ruralCertificate(number: "x") { inForce } }',
}
CALLS: Final = {**_OWN, **PUBLIC}
NEEDS: Final = {
    **dict.fromkeys(_OWN, "rural.rating.read"),
    **dict.fromkeys(PUBLIC, "everyone who is known"),
}
HOLDERS: Final = {
    "rural.rating.read": {
        "village_grid.village_admin",
        "village_grid.grid_worker",
        "village_grid.committee",
        "village_grid.supervisor",
        "village_grid.viewer",
    }
}
RURAL_NODES: Final = {"RatingCycle", "RatingEntry"}
"""What has a global id at a village alone."""
RURAL_LISTS: Final = {"ratingCycles", "ratingEntries"}
"""What a village has and a bank has not."""
