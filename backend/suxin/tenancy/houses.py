"""A tenant's house: the right to change it, in one's own row context or another's, and its branches."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, Permission
from suxin.kernel.audit import append_act
from suxin.kernel.database import act_for
from suxin.kernel.identifiers import check_area_code
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid
from suxin.tenancy.models import Branch
from suxin.tenancy.policies import BRANCH_MANAGE, require_house_manager
from suxin.tenancy.profiles import Profiles, QuotaName
from suxin.tenancy.quotas import take_quota

MAX_NAME_CHARACTERS: Final = 60
MAX_AREAS: Final = 50


async def add_branch(
    session: AsyncSession,
    actor: Actor,
    *,
    name: str,
    area_codes: Sequence[str],
    profiles: Profiles,
    now: datetime,
    tenant_id: UUID | None = None,
) -> UUID:
    """Add an office that serves some areas (none: the whole city) and return its id.

    ``tenant_id`` is another tenant's, for whoever may manage tenants.

    :raises Forbidden: if the actor may not change branches there
    :raises Invalid: if the name or an area code is not acceptable
    :raises QuotaExhausted: if the tenant has as many branches as it may have
    """
    async with house(session, actor, tenant_id, BRANCH_MANAGE, "add a branch") as home:
        await take_quota(session, tenant_id=home, name=QuotaName.BRANCHES, profiles=profiles)
        branch_id = new_id(now)
        session.add(
            Branch(
                tenant_id=home,
                id=branch_id,
                name=checked_name(name),
                area_codes=list(checked_areas(area_codes)),
                created_at=now,
            )
        )
        record(session, "tenancy.branch.added", tenant_id=home, of=("branch", branch_id), now=now)
    return branch_id


@asynccontextmanager
async def house(
    session: AsyncSession,
    actor: Actor,
    tenant_id: UUID | None,
    permission: Permission,
    reason: str,
) -> AsyncIterator[UUID]:
    """Check the right to change a tenant's house and open its row context if it is another's."""
    home = tenant_id or actor.own_tenant
    require_house_manager(actor, home, permission)
    if home == actor.tenant_id:
        yield home
        return
    async with act_for(session, reason=reason, tenant_id=home):
        yield home


def checked_name(name: str) -> str:
    """Return the name of a person or branch without blanks around it.

    :raises Invalid: if it is empty or too long
    """
    value = name.strip()
    if not 1 <= len(value) <= MAX_NAME_CHARACTERS:
        raise Invalid(
            field="name",
            reason_zh=f"应为 1 至 {MAX_NAME_CHARACTERS} 个字",
            reason_en=f"it has 1 to {MAX_NAME_CHARACTERS} characters",
        )
    return value


def checked_areas(codes: Sequence[str]) -> tuple[str, ...]:
    """Return area codes checked in form, sorted, each once.

    :raises Invalid: if there are too many or one is malformed
    """
    if len(codes) > MAX_AREAS:
        raise Invalid(
            field="areaCodes",
            reason_zh=f"最多 {MAX_AREAS} 个区域",
            reason_en=f"there are at most {MAX_AREAS} areas",
        )
    return tuple(sorted({check_area_code(code, field="areaCodes") for code in codes}))


def record(
    session: AsyncSession,
    action: str,
    *,
    tenant_id: UUID,
    of: tuple[str, UUID],
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Append an act on something of the tenant's house to the audit stream."""
    append_act(
        session,
        action=action,
        now=now,
        tenant_id=tenant_id,
        object_type=of[0],
        object_id=of[1],
        detail=dict(detail or {}),
    )
