"""The people of the demo city's credit office, as they act after the start."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from suxin.kernel.actor import Actor, ActorKind, Permission
from suxin.kernel.database import Database, act_for
from suxin.tenancy.models import StaffMember, Tenant
from suxin.tenancy.profiles import TenantKind
from suxin_server.demo import cast
from suxin_server.demo.book import REQUEST_ID

SYSTEM: Final = Actor.system(REQUEST_ID)


async def credit_office(
    database: Database, *, rights: frozenset[Permission], now: datetime
) -> list[Actor]:
    """Return those of ``cast.SCORE_OFFICE`` who are there, in its order, with the rights that they act by."""
    async with database.transaction(SYSTEM, now=now) as session:
        tenant_id = await session.scalar(
            select(Tenant.id).where(Tenant.kind == TenantKind.OPERATOR)
        )
        if tenant_id is None:
            return []
        async with act_for(session, tenant_id=tenant_id, reason="demo city"):
            found = await session.scalars(
                select(StaffMember).where(StaffMember.login.in_(cast.SCORE_OFFICE))
            )
            known = {member.login: member.id for member in found}
    return [
        Actor(
            kind=ActorKind.OPERATOR,
            request_id=REQUEST_ID,
            tenant_id=tenant_id,
            tenant_kind=TenantKind.OPERATOR.value,
            staff_id=known[log_in],
            permissions=rights,
        )
        for log_in in cast.SCORE_OFFICE
        if log_in in known
    ]
