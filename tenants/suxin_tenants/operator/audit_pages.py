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
from suxin_tenants.operator.audit_words import (
    ACTIONS,
    action_words,
    actor_words,
    detail_words,
    object_words,
    read_words,
)
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit

RECENT: Final = 10
PAGE: Final = 50
MAX_CHOICES: Final = 500
"""How many organisations the filter offers by name; the address narrows the stream to any other one."""


@get("/audit")
async def show_audit(visit: GivenVisit) -> Answer:
    """Show the stream, newest first."""
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(TENANT_READ)
    asked = visit.request.query_params
    action = asked.get("action", "")
    action = action if action in ACTIONS else ""
    tenant_id = _tenant_asked(asked.get("tenant"))
    statement = entries(action=action or None, tenant_id=tenant_id)
    kept = {"action": action, "tenant": str(tenant_id) if tenant_id else ""}
    kept = {name: value for name, value in kept.items() if value}
    async with visit.reading() as session:
        page = await read_page(
            session, visit.request, statement, AuditEntry.id, kept=kept, size=PAGE
        )
        known = (await session.scalars(tenants().limit(MAX_CHOICES))).all()
        return await visit.page(
            session,
            "operator/audit.html",
            {
                "page": page,
                "action": action,
                "tenant": kept.get("tenant", ""),
                "actions": list(ACTIONS.items()),
                "tenants": [(str(tenant.id), tenant.short_name) for tenant in known],
                "tenant_names": await tenant_names(session, page.rows),
                "actor_words": actor_words,
                "action_words": action_words,
                "object_words": object_words,
                "detail_words": detail_words,
                "read_words": read_words,
            },
        )


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
