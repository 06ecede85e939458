"""Whether a phone may keep what it keeps: asked with the device's key, so that it is answered also to whoever can log in no more."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.field import queries
from suxin.grid.field.contents import signed_by
from suxin.grid.field.refusals import ItemForged
from suxin.grid.policies import CLAIM_RECORD
from suxin.tenancy.models import StaffMember, Tenant, TenantStatus
from suxin.tenancy.profiles import Profiles
from suxin.tenancy.queries import memberships_of

CLOCK_OFF: Final = timedelta(days=1)
"""How wrong a phone's clock may be."""


async def keeps_its_roster(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    device_id: UUID,
    asked_at_ms: int,
    signature: str,
    profiles: Profiles,
    now: datetime,
) -> bool:
    """Return whether a phone may keep its roster: its worker records claims for a village that is active, and the device is enrolled.

    Whoever is with the village and has another task now (his role was taken from him) keeps none.

    The text that the device signs is ``field-standing:`` with its id and the moment in milliseconds.

    :raises NotFound: if there is no such device
    :raises ItemForged: if its key did not sign, or long ago
    Source: PIPL art. 51
    """
    device = await queries.device_of(session, tenant_id, device_id)
    said = f"field-standing:{device_id}:{asked_at_ms}"
    recent = abs(datetime.fromtimestamp(asked_at_ms / 1000, UTC) - now) <= CLOCK_OFF
    if not recent or not signed_by(device.public_jwk, said, signature):
        raise ItemForged
    tenant = await session.get(Tenant, tenant_id)
    if device.ended_at is not None or tenant is None or tenant.status is not TenantStatus.ACTIVE:
        return False
    staff = await session.get(StaffMember, (tenant_id, device.staff_id))
    if staff is None or staff.ended_at is not None:
        return False
    held = await session.scalars(memberships_of(tenant_id, staff.id))
    roles = frozenset(membership.role for membership in held)
    return CLAIM_RECORD in profiles[tenant.kind].permissions_of(roles)
