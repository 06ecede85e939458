"""Quotas: what a tenant may have only so many of.

The profile of a tenant's kind names the ceilings; the operator may set a tenant's own. What the profile does not
name, the tenant may not have at all.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.refusals import Invalid, NotFound, Refusal
from suxin.tenancy.models import Quota, Tenant
from suxin.tenancy.policies import TENANT_MANAGE
from suxin.tenancy.profiles import Profiles, QuotaName

MAX_CEILING: Final = 1_000_000


class QuotaExhausted(Refusal):
    """The tenant has as many of these as it may have."""

    code = "QUOTA_EXHAUSTED"
    zh = "“{name_zh}”已达上限 {ceiling}"
    en = "The quota of {name} is used up: {ceiling}"


class QuotaBelowUse(Refusal):
    """The ceiling asked for is lower than what is in use."""

    code = "QUOTA_BELOW_USE"
    zh = "已使用 {used}，上限不能低于该数"
    en = "{used} are in use; the ceiling cannot be lower"


_ZH = {
    QuotaName.STAFF: "工作人员",
    QuotaName.BRANCHES: "网点",
    QuotaName.PRODUCTS: "产品",
    QuotaName.OPEN_CLAIMS: "在手线索",
}


async def take_quota(
    session: AsyncSession, *, tenant_id: UUID, name: QuotaName, profiles: Profiles, amount: int = 1
) -> None:
    """Use up some of a tenant's quota, in the row context of that tenant.

    :raises QuotaExhausted: if more would be in use than the ceiling
    """
    await _ensure(session, tenant_id, name, profiles)
    taken = await session.scalar(
        update(Quota)
        .where(
            Quota.tenant_id == tenant_id,
            Quota.name == name.value,
            Quota.used + amount <= Quota.ceiling,
        )
        .values(used=Quota.used + amount)
        .returning(Quota.used)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        ceiling = await session.scalar(
            select(Quota.ceiling).where(Quota.tenant_id == tenant_id, Quota.name == name.value)
        )
        raise QuotaExhausted(name=name.value, name_zh=_ZH[name], ceiling=ceiling)


async def release_quota(
    session: AsyncSession, *, tenant_id: UUID, name: QuotaName, amount: int = 1
) -> None:
    """Give back some of a tenant's quota; never below nothing in use."""
    await session.execute(
        update(Quota)
        .where(Quota.tenant_id == tenant_id, Quota.name == name.value, Quota.used >= amount)
        .values(used=Quota.used - amount)
        .execution_options(synchronize_session=False)
    )


async def set_quota(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_id: UUID,
    name: QuotaName,
    ceiling: int,
    profiles: Profiles,
    now: datetime,
) -> None:
    """Set a tenant's own ceiling in place of its kind's; nothing is recorded where it is that already.

    :raises Forbidden: if the actor may not manage tenants
    :raises Invalid: if the ceiling is negative, or higher than ``MAX_CEILING``
    :raises NotFound: if there is no such tenant
    :raises QuotaBelowUse: if more than that is in use
    """
    actor.require(TENANT_MANAGE)
    if not 0 <= ceiling <= MAX_CEILING:
        raise Invalid(
            field="ceiling",
            reason_zh=f"应为 0 至 {MAX_CEILING}",
            reason_en=f"must be 0 to {MAX_CEILING}",
        )
    await _ensure(session, tenant_id, name, profiles)
    quota = await session.get_one(
        Quota, (tenant_id, name.value), with_for_update=True, populate_existing=True
    )
    if ceiling < quota.used:
        raise QuotaBelowUse(field="ceiling", used=quota.used)
    if ceiling == quota.ceiling:
        return
    quota.ceiling = ceiling
    append_act(
        session,
        action="tenancy.quota.set",
        now=now,
        tenant_id=tenant_id,
        detail={"name": name.value, "ceiling": ceiling},
    )


async def _ensure(
    session: AsyncSession, tenant_id: UUID, name: QuotaName, profiles: Profiles
) -> None:
    """Insert the kind's ceiling with nothing used, so that there is a row to lock."""
    kind = await session.scalar(select(Tenant.kind).where(Tenant.id == tenant_id))
    if kind is None:
        raise NotFound(thing_zh="机构", thing_en="tenant")
    await session.execute(
        insert(Quota)
        .values(
            tenant_id=tenant_id,
            name=name.value,
            ceiling=profiles[kind].quotas.get(name, 0),
            used=0,
        )
        .on_conflict_do_nothing()
    )
