"""What the village's pages share: who may open them, and forms read into what the register takes."""

from typing import Final

from suxin.tenancy.profiles import TenantKind
from suxin.villages.drafts import HouseholdDraft
from suxin.villages.people import MemberDraft
from suxin.villages.policies import REGISTER_READ
from suxin.villages.states import (
    HOUSEHOLDS_ZH,
    LEAVE_REASONS_ZH,
    RELATIONS_ZH,
    HouseholdState,
    LeaveReason,
    Relation,
)
from suxin_tenants.forms import Form
from suxin_tenants.visits import Visit
from suxin_tenants.words import Said

AT: Final = "/desk/village"
HOUSEHOLD_STATES: Final[dict[HouseholdState, Said]] = {
    HouseholdState.ACTIVE: (HOUSEHOLDS_ZH[HouseholdState.ACTIVE], "good"),
    HouseholdState.MOVED_AWAY: (HOUSEHOLDS_ZH[HouseholdState.MOVED_AWAY], "plain"),
    HouseholdState.MERGED: (HOUSEHOLDS_ZH[HouseholdState.MERGED], "plain"),
    HouseholdState.TRANSFERRED: (HOUSEHOLDS_ZH[HouseholdState.TRANSFERRED], "plain"),
}
RELATIONS: Final = [(one.value, zh) for one, zh in RELATIONS_ZH.items() if one is not Relation.HEAD]
LEAVE_REASONS: Final = [
    (one.value, zh) for one, zh in LEAVE_REASONS_ZH.items() if one is not LeaveReason.TRANSFERRED
]
PLACE_FIELDS: Final = ("number", "groupName", "address", "gridId")
MEMBER_FIELDS: Final = ("name", "relation", "residentId", "phone", "birthYear")


def require_village(visit: Visit) -> None:
    """Refuse whoever is not of a village, or may not read its register.

    :raises NotFound: if another kind of organisation asks
    :raises Forbidden: if he may not
    """
    visit.require_kind(TenantKind.VILLAGE_GRID)
    visit.actor.require(REGISTER_READ)


def place_of(form: Form) -> HouseholdDraft:
    """Read where a household is to be."""
    form.require("number")
    return HouseholdDraft(
        number=form.text("number"),
        group_name=form.text("groupName"),
        address=form.text("address"),
        grid_id=form.id("gridId"),
    )


def member_of(form: Form, *, relation: Relation | None = None) -> MemberDraft:
    """Read what the village says of a person; ``relation`` is his where the form does not ask."""
    form.require("name")
    chosen = relation or form.choice("relation", Relation)
    year = form.whole("birthYear") if form.text("birthYear") else None
    return MemberDraft(
        name=form.text("name"),
        relation=chosen or Relation.OTHER,
        resident_id=form.text("residentId") or None,
        phone=form.text("phone") or None,
        birth_year=year,
    )
