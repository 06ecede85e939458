"""The choice of a branch and an officer, as plain functions over what a bank's house is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from suxin.places.models import CITY_CODE
from suxin.tenancy.leaves import at_work

_NOT_SERVED: Final = -1
_TOWN_WITHIN: Final = 0
_WHOLE_CITY: Final = 1
_COUNTY_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Office:
    """A branch and the areas that it serves; none means the whole city."""

    branch_id: UUID
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Officer:
    """Whoever works on referrals, in a branch or in the head office, with how many he has open."""

    staff_id: UUID
    branch_id: UUID | None
    areas: tuple[str, ...]
    open_work: int

    def reaches(self, area: str) -> bool:
        """Tell whether a lead of this area is within his areas; one that shows no county is within everyone's."""
        if not self.areas or area == CITY_CODE or CITY_CODE in self.areas:
            return True
        return any(code[:_COUNTY_DIGITS] == area[:_COUNTY_DIGITS] for code in self.areas)


def branch_for(area: str, offices: Sequence[Office], *, loads: Mapping[UUID, int]) -> UUID | None:
    """Return the branch nearest to an area: one that serves it by name, then one of an area around it, then of a town within.

    Of branches equally near the one with the least open work has it. Nothing where none serves the area: the head office does.
    """
    nearness = {office.branch_id: _nearness(area, office.areas) for office in offices}
    nearest = max(nearness.values(), default=_NOT_SERVED)
    if nearest == _NOT_SERVED:
        return None
    found = [branch_id for branch_id, how_near in nearness.items() if how_near == nearest]
    return min(found, key=lambda branch_id: (loads.get(branch_id, 0), branch_id))


def officer_for(
    area: str,
    branch_id: UUID | None,
    officers: Sequence[Officer],
    *,
    covers: Mapping[UUID, UUID],
) -> UUID | None:
    """Return who of a branch, or of the head office, works on a lead of an area; nothing where nobody does.

    The one with the least open work of those who are at work; where all are away, whoever covers for the first of them.
    """
    own = [one for one in officers if one.branch_id == branch_id and one.reaches(area)]
    own.sort(key=lambda one: (one.staff_id in covers, one.open_work, one.staff_id))
    for one in own:
        asked = at_work(one.staff_id, covers)
        if asked is not None:
            return asked
    return None


def _nearness(area: str, areas: tuple[str, ...]) -> int:
    """Return how near a branch of these areas is: the longer the code it shares with the area, the nearer."""
    return max(_near(area, code) for code in areas or (CITY_CODE,))


def _near(area: str, code: str) -> int:
    if code == CITY_CODE:
        return _WHOLE_CITY
    if area.startswith(code):
        return len(code)
    return _TOWN_WITHIN if code.startswith(area) else _NOT_SERVED
