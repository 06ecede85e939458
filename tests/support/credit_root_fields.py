"""The rows of whole-village credit in the authorization matrix of GraphQL's root fields."""

from typing import Final

from point_root_fields import POINT_NODES

CALLS: Final = {
    "villageCreditRounds": "{ villageCreditRounds(first: 1) { totalCount } }",
    "villageCreditRound": '{ villageCreditRound(id: "x") { id } }',
    "villageCreditMembers": '{ villageCreditMembers(roundId: "x", first: 1) { totalCount } }',
}
NEEDS: Final = dict.fromkeys(CALLS, "village_credit.round.read")
HOLDERS: Final = {
    "village_credit.round.read": {
        "bank.loan_officer",
        "bank.branch_head",
        "bank.viewer",
        "village_grid.village_admin",
        "village_grid.supervisor",
        "village_grid.viewer",
    },
}
CREDIT_NODES: Final = {"VillageCreditRound", "VillageCreditMember"}
"""What of whole-village credit has a global id."""
FARM_NODES: Final = POINT_NODES | CREDIT_NODES
"""What a village's points and its households' lines have."""
CREDIT_LISTS: Final = {"villageCreditRounds", "villageCreditMembers"}
"""What is listed in an order of the caller's choice."""
