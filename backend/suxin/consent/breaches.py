"""The scope of a breach (泄露范围): given clients, organisations and a time, whose data was read.

PIPL art. 57: after a leak those concerned are told; the receipts say who they are.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor, ActorKind, Permission
from suxin.kernel.audit import READ_ACTION, AuditEntry, append_act
from suxin.kernel.refusals import Forbidden, Invalid

BREACH_REPORT: Final = Permission("consent.breach.report", "查询数据泄露涉及的主体")


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """One subject whose data was read: how often, how many rows, in which categories, from when until when."""

    subject_id: UUID
    reads: int
    rows: int
    categories: tuple[str, ...]
    first_at: datetime
    last_at: datetime


async def report_breach_scope(
    session: AsyncSession,
    actor: Actor,
    *,
    tenant_ids: Collection[UUID],
    client_ids: Collection[str],
    since: datetime,
    until: datetime,
    now: datetime,
) -> list[Concerned]:
    """Return whose data the tenants or clients read in ``[since, until)``, by subject; that it was asked is on record.

    :raises Forbidden: if anyone but the operator's people with the right, or the platform itself, asks
    :raises Invalid: if neither a tenant nor a client is named, or the time ends before it begins
    Source: PIPL art. 57
    """
    if actor.kind is ActorKind.OPERATOR:
        actor.require(BREACH_REPORT)
    elif actor.kind is not ActorKind.SYSTEM:
        raise Forbidden(permission=BREACH_REPORT)
    if not tenant_ids and not client_ids:
        raise Invalid(
            field="tenantIds",
            reason_zh="请至少指定一家机构或一个客户端",
            reason_en="name at least one tenant or client",
        )
    if until <= since:
        raise Invalid(field="until", reason_zh="应晚于开始时间", reason_en="it must be after since")
    scope = await _concerned(
        session,
        AuditEntry.action == READ_ACTION,
        AuditEntry.at >= since,
        AuditEntry.at < until,
        or_(AuditEntry.tenant_id.in_(tenant_ids), AuditEntry.client_id.in_(client_ids)),
    )
    append_act(
        session,
        action="consent.breach.reported",
        now=now,
        detail={
            "tenants": sorted(str(tenant_id) for tenant_id in tenant_ids),
            "clients": sorted(client_ids),
            "since": since.isoformat(),
            "until": until.isoformat(),
            "subjects": len(scope),
        },
    )
    return scope


async def _concerned(session: AsyncSession, *read: ColumnElement[bool]) -> list[Concerned]:
    category = func.unnest(AuditEntry.categories).label("category")
    named = select(AuditEntry.subject_id, category).where(*read).distinct().subquery()
    categories: dict[UUID | None, list[str]] = {}
    for subject_id, name in await session.execute(
        select(named.c.subject_id, named.c.category).order_by(named.c.category)
    ):
        categories.setdefault(subject_id, []).append(name)
    found = await session.execute(
        select(
            AuditEntry.subject_id,
            func.count(),
            func.sum(AuditEntry.row_count),
            func.min(AuditEntry.at),
            func.max(AuditEntry.at),
        )
        .where(*read)
        .group_by(AuditEntry.subject_id)
        .order_by(AuditEntry.subject_id)
    )
    return [
        Concerned(
            subject_id=row[0],
            reads=row[1],
            rows=int(row[2]),
            categories=tuple(categories.get(row[0], ())),
            first_at=row[3],
            last_at=row[4],
        )
        for row in found
        if row[0] is not None
    ]
