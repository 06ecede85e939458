"""The operator's view of the audit stream: read-only, by act and by organisation."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import get
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.audit import AuditEntry
from suxin.kernel.ids import parse_id
from suxin.kernel.queries import entries, latest_acts
from suxin.kernel.refusals import Refusal
from suxin.tenancy.models import Tenant
from suxin.tenancy.policies import TENANT_READ
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import tenants, tenants_by_id
from suxin_tenants.paging import asked_text, read_page
from suxin_tenants.visits import Answer, GivenVisit
from suxin_web.audit_words.entries import (
    ACTIONS,
    action_words,
    actor_words,
    detail_words,
    object_words,
    read_words,
)

RECENT: Final = 10
PAGE: Final = 50
MAX_TENANTS: Final = 50
"""How many organisations a name may stand for in one search of the stream."""


@get("/audit")
async def show_audit(visit: GivenVisit) -> Answer:
    """Show the stream, newest first."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_READ)
    asked = visit.request.query_params
    action = asked.get("action", "")
    action = action if action in ACTIONS else ""
    tenant_id, search = _tenant_asked(asked.get("tenant")), asked_text(visit.request, "q")
    kept = {"action": action, "tenant": str(tenant_id) if tenant_id else "", "q": search}
    kept = {name: value for name, value in kept.items() if value}
    async with visit.reading() as session:
        found = await _tenants_asked(session, tenant_id, search)
        statement = entries(
            action=action or None,
            tenant_ids=None if found is None else [one.id for one in found],
        )
        page = await read_page(
            session, visit.request, statement, AuditEntry.id, kept=kept, size=PAGE
        )
        return await visit.page(
            session,
            "operator/audit.html",
            {
                "page": page,
                "action": action,
                "tenant": found[0] if tenant_id is not None and found else None,
                "search": search,
                "too_many": found is not None and len(found) > MAX_TENANTS,
                "most": MAX_TENANTS,
                "actions": list(ACTIONS.items()),
                "tenant_names": await tenant_names(session, page.rows),
                "actor_words": actor_words,
                "action_words": action_words,
                "object_words": object_words,
                "detail_words": detail_words,
                "read_words": read_words,
            },
        )


async def _tenants_asked(
    session: AsyncSession, tenant_id: UUID | None, search: str
) -> Sequence[Tenant] | None:
    """Return the organisations whose acts are asked for; nothing where those of all are."""
    if tenant_id is not None:
        return (await session.scalars(tenants_by_id([tenant_id]))).all()
    if not search:
        return None
    return (await session.scalars(tenants(search=search).limit(MAX_TENANTS + 1))).all()


async def recent_acts(session: AsyncSession, tenant_id: UUID) -> Sequence[AuditEntry]:
    """Return the latest acts on a tenant itself, newest first."""
    return await latest_acts(session, prefix="tenancy.", tenant_id=tenant_id, limit=RECENT)


async def tenant_names(session: AsyncSession, rows: Sequence[Any]) -> dict[UUID, str]:
    """Return the short names of the organisations in some entries."""
    wanted = {row[0].tenant_id for row in rows if row[0].tenant_id is not None}
    found: Sequence[Tenant] = (await session.scalars(tenants_by_id(wanted))).all()
    return {tenant.id: tenant.short_name for tenant in found}


def _tenant_asked(text: str | None) -> UUID | None:
    try:
        return parse_id(text, field="tenant") if text else None
    except Refusal:
        return None
