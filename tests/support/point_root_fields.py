"""The rows of village points, and of rural ratings, in the authorization matrix of GraphQL's root fields."""

from typing import Final

import rural_root_fields

_KEY: Final = 'idempotencyKey: "test-permission"'
_RECORDED: Final = f'householdId: "x", ruleCode: "hour", happenedOn: "2026-11-20", {_KEY}'
CALLS: Final = {
    "pointRules": "{ pointRules(first: 1) { totalCount } }",
    "pointClaims": "{ pointClaims(first: 1) { totalCount } }",
    "pointClaim": '{ pointClaim(id: "x") { id } }',
    "householdPoints": '{ householdPoints(householdId: "x", first: 1) { totalCount } }',
    "pointBalance": '{ pointBalance(householdId: "x") { balance } }',
    "recordPointClaim": f"recordPointClaim(input: {{{_RECORDED}}})",
    "withdrawPointClaim": f'withdrawPointClaim(input: {{claimId: "x", {_KEY}}})',
    **rural_root_fields.CALLS,
}
NEEDS: Final = {
    "pointRules": "grid.point.read",
    "pointClaims": "grid.point.read",
    "pointClaim": "grid.point.read",
    "householdPoints": "grid.point.read",
    "pointBalance": "grid.point.read",
    "recordPointClaim": "grid.claim.record",
    "withdrawPointClaim": "grid.claim.record",
    **rural_root_fields.NEEDS,
}
_AT_WORK: Final = {"village_grid.village_admin", "village_grid.grid_worker"}
HOLDERS: Final = {
    "grid.point.read": _AT_WORK
    | {"village_grid.committee", "village_grid.supervisor", "village_grid.viewer"},
    "grid.claim.record": _AT_WORK,
    **rural_root_fields.HOLDERS,
}
POINT_NODES: Final = {"PointClaim", "PointRuleSet"}
"""What of points has a global id."""
POINT_LISTS: Final = {"pointClaims"}
"""What is listed in an order of the caller's choice."""
POINT_WRITES: Final = {"record_point_claim", "withdraw_point_claim"}
"""The documents by which a village writes."""
