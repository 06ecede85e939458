"""As whom an export reads: whoever started it, with what he may do at this moment and no more than he had then."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from suxin.consent.oauth.grants import holder_stands
from suxin.consent.oauth.models import ClientStatus, GrantKind, OAuthClient, OAuthGrant
from suxin.consent.oauth.queries import client_key
from suxin.consent.oauth.scopes import narrowed, permissions_for_clients
from suxin.consent.oauth.tokens import ClientTenant
from suxin.exports.models import Export
from suxin.exports.policies import EXPORT_RUN
from suxin.exports.refusals import ExportClientEnded, ExportGrantEnded, ExportReachChanged
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.refusals import Forbidden
from suxin.kernel.sandbox_clocks import ahead_of
from suxin.kernel.single_steps import SingleStep, SingleSteps
from suxin.tenancy.actors import running_kind, staff_member_actor
from suxin.tenancy.models import Tenant
from suxin.tenancy.profiles import Profiles

_CLIENT: Final = SingleStep(
    select(
        OAuthClient.status,
        Tenant.kind,
        Tenant.status,
        Tenant.sandbox,
        ahead_of(Tenant.id),
        select(OAuthGrant.id)
        .where(
            OAuthGrant.client_id == bindparam("client_id"),
            OAuthGrant.tenant_id == bindparam("tenant_id"),
            OAuthGrant.staff_id == bindparam("staff_id"),
            OAuthGrant.kind == GrantKind.STAFF,
            OAuthGrant.ended_at.is_(None),
            OAuthGrant.expires_at > bindparam("now"),
            holder_stands(),
        )
        .exists(),
    )
    .join(Tenant, Tenant.id == OAuthClient.tenant_id)
    .where(OAuthClient.id == bindparam("client_key"), Tenant.id == bindparam("tenant_id"))
)


async def caller_of(
    steps: SingleSteps, export: Export, *, profiles: Profiles, request_id: str, now: datetime
) -> Actor:
    """Return whoever started an export as an actor, if he may still read what it reads.

    :raises TenantSuspended: if his organisation is suspended
    :raises Unauthenticated: if he works there no longer, or his password was set since he started it
    :raises PasswordChangeRequired: if his password is a temporary one
    :raises ExportClientEnded, ExportGrantEnded: if the client may not act any more, or not for him
    :raises ExportReachChanged: if his branch or areas are others than then
    :raises Forbidden: if he may not export any more, or not read this list
    """
    client = await _client_tenant(steps, export, now=now)
    if export.staff_id is not None:
        actor = await staff_member_actor(
            steps,
            tenant_id=export.tenant_id,
            staff_id=export.staff_id,
            authenticated_at=export.created_at,
            profiles=profiles,
            request_id=request_id,
        )
        actor = replace(actor, client_id=export.client_id)
    elif client is not None:
        actor = _system(export, client, profiles, request_id)
    else:
        raise ExportClientEnded
    actor = actor.with_permissions(narrowed(actor.permissions, export.scopes))
    require_as_started(export, actor)
    return actor


def require_as_started(export: Export, actor: Actor) -> None:
    """Refuse unless whoever started the export may still read what is in it.

    :raises ExportReachChanged: if his branch or areas are others than then
    :raises Forbidden: if he may not export any more, or not read this list
    """
    actor.require(EXPORT_RUN)
    if export.needs is not None and export.needs not in actor.permissions:
        raise Forbidden(permission=export.needs)
    if (export.branch_id, tuple(export.area_codes)) != (actor.branch_id, actor.areas):
        raise ExportReachChanged


async def _client_tenant(
    steps: SingleSteps, export: Export, *, now: datetime
) -> ClientTenant | None:
    """Return the tenant whose client may act now, for the staff member where one is named."""
    if export.client_id is None:
        return None
    key = client_key(export.client_id)
    row = None
    if key is not None:
        row = await steps.row(
            _CLIENT,
            client_key=key,
            client_id=export.client_id,
            tenant_id=export.tenant_id,
            staff_id=export.staff_id,
            now=now,
        )
    if row is None:
        raise ExportClientEnded
    status, kind, tenant_status, sandbox, ahead_s, granted = row
    running_kind(kind, tenant_status)
    if status is not ClientStatus.ACTIVE:
        raise ExportClientEnded
    if export.staff_id is not None and not granted:
        raise ExportGrantEnded
    return ClientTenant(export.tenant_id, kind, tenant_status, sandbox, ahead_s)


def _system(export: Export, client: ClientTenant, profiles: Profiles, request_id: str) -> Actor:
    profile = profiles[client.kind]
    return Actor(
        kind=ActorKind.CLIENT,
        request_id=request_id,
        tenant_id=export.tenant_id,
        tenant_kind=client.kind.value,
        client_id=export.client_id,
        permissions=permissions_for_clients(profile),
        purposes=profile.purposes,
        sandbox_id=client.world,
        ahead=client.ahead,
    )
