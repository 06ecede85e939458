"""What a role may be bounded to: the house's branches and the city's counties, as a form offers them."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.tenancy.queries import branches
from suxin_tenants.area_names import county_options

MAX_BRANCHES_OFFERED: Final = 300
"""How many branches one select offers: more than any kind of house may have unless the operator says otherwise."""


@dataclass(frozen=True, slots=True)
class ReachChoices:
    """Pairs of stored value and text; ``cut`` says that there are more branches than are offered."""

    branches: list[tuple[str, str]]
    counties: list[tuple[str, str]]
    cut: bool


async def reach_choices(session: AsyncSession, tenant_id: UUID) -> ReachChoices:
    """Return the branches and counties to choose from."""
    found = (await session.scalars(branches(tenant_id).limit(MAX_BRANCHES_OFFERED + 1))).all()
    return ReachChoices(
        [(str(branch.id), branch.name) for branch in found[:MAX_BRANCHES_OFFERED]],
        await county_options(session),
        cut=len(found) > MAX_BRANCHES_OFFERED,
    )
