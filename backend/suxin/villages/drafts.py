"""What a village says of a household, before it is checked."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdDraft:
    """Where a household is: its number within the village, its group (村民小组), its door, and its grid if it has one."""

    number: str
    group_name: str = ""
    address: str = ""
    grid_id: UUID | None = None
