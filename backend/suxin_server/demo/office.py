"""The people of the demo city's credit office and of its banks, as they act after the start."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from suxin.kernel.actor import Actor, ActorKind, Permission
from suxin.kernel.database import Database, act_for
from suxin.tenancy.models import StaffMember, Tenant
from suxin.tenancy.profiles import Profiles, TenantKind
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


async def people_of(
    database: Database,
    profiles: Profiles,
    tenant_id: UUID,
    log_ins: Sequence[str] | None,
    *,
    now: datetime,
) -> list[Actor]:
    """Return some of an organisation's people by their log-ins, in that order, or its first, with every right that its profile has."""
    async with (
        database.transaction(SYSTEM, now=now) as session,
        act_for(session, tenant_id=tenant_id, reason="demo city"),
    ):
        kind = (await session.get_one(Tenant, tenant_id)).kind
        found = (await session.scalars(select(StaffMember).order_by(StaffMember.login))).all()
    profile, known = profiles[kind], {one.login: one for one in found}
    chosen = found[:1] if log_ins is None else [known[one] for one in log_ins if one in known]
    return [
        Actor(
            kind=ActorKind.OPERATOR if kind is TenantKind.OPERATOR else ActorKind.STAFF,
            request_id=REQUEST_ID,
            tenant_id=tenant_id,
            tenant_kind=kind.value,
            staff_id=one.id,
            permissions=profile.permissions_of(frozenset(profile.roles)),
            purposes=profile.purposes,
        )
        for one in chosen
    ]
