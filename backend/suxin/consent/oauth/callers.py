"""From a live token to whoever is behind it: the actor of a tenant, or a visitor of the mini program."""

from dataclasses import replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.models import GrantKind, OAuthGrant
from suxin.consent.oauth.own_clients import MINI_PROGRAM_CLIENT
from suxin.consent.oauth.refusals import TokenRefused
from suxin.consent.oauth.scopes import MINI_PROGRAM, narrowed, permissions_for_clients
from suxin.consent.oauth.tokens import LiveToken
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.single_steps import SingleSteps
from suxin.subjects.policies import IDENTITY_READ, RECORD_READ
from suxin.subjects.visitors import Visitor, visitor_of
from suxin.tenancy.actors import running_kind, staff_member_actor
from suxin.tenancy.profiles import Profiles, TenantKind

READS_OF_APPROVED: Final = frozenset({RECORD_READ, IDENTITY_READ})
"""What a token that a subject approved may do: read what he approved, by row policy, and nothing else."""


async def tenant_actor(
    steps: SingleSteps, live: LiveToken, *, profiles: Profiles, request_id: str
) -> Actor:
    """Return the actor of a tenant whom a token speaks for.

    :raises TokenRefused: if it speaks for no one of a tenant
    :raises Unauthenticated: if its staff member works there no longer, or his password was set since
    :raises TenantSuspended: if the organisation is suspended
    :raises PasswordChangeRequired: if its staff member's password is a temporary one
    """
    grant = live.grant
    if grant is not None and grant.kind is GrantKind.STAFF:
        return await _staff(steps, live, grant, profiles=profiles, request_id=request_id)
    tenant = live.tenant
    if tenant is None or (grant is not None and grant.kind is not GrantKind.APPROVED):
        raise TokenRefused
    kind = running_kind(tenant.kind, tenant.status)
    client = Actor(
        kind=ActorKind.CLIENT,
        request_id=request_id,
        tenant_id=tenant.id,
        tenant_kind=kind.value,
        client_id=live.token.client_id,
        sandbox_id=tenant.world,
        ahead=tenant.ahead,
    )
    return _system(client, live, profiles, kind) if grant is None else _approved(client, grant)


async def visitor_behind(session: AsyncSession, live: LiveToken) -> Visitor:
    """Return whoever opened the mini program and holds this token; on an anonymous session.

    :raises TokenRefused: if it is of another client, kind of grant or scope
    """
    grant = live.grant
    if (
        grant is None
        or grant.openid is None
        or grant.client_id != MINI_PROGRAM_CLIENT
        or MINI_PROGRAM not in live.token.scopes
    ):
        raise TokenRefused
    return await visitor_of(session, openid=grant.openid)


async def _staff(
    steps: SingleSteps,
    live: LiveToken,
    grant: OAuthGrant,
    *,
    profiles: Profiles,
    request_id: str,
) -> Actor:
    if grant.tenant_id is None or grant.staff_id is None:
        raise TokenRefused
    actor = await staff_member_actor(
        steps,
        tenant_id=grant.tenant_id,
        staff_id=grant.staff_id,
        authenticated_at=grant.authenticated_at,
        profiles=profiles,
        request_id=request_id,
    )
    permissions = narrowed(actor.permissions, live.token.scopes)
    return replace(actor, permissions=permissions, client_id=live.token.client_id)


def _system(client: Actor, live: LiveToken, profiles: Profiles, kind: TenantKind) -> Actor:
    profile = profiles[kind]
    return replace(
        client,
        permissions=narrowed(permissions_for_clients(profile), live.token.scopes),
        purposes=profile.purposes,
    )


def _approved(client: Actor, grant: OAuthGrant) -> Actor:
    # The details are of one purpose; what one of them names of data may all have been refused.
    purposes = {str(detail["purpose"]) for detail in grant.details}
    return replace(
        client,
        permissions=READS_OF_APPROVED,
        purposes=tuple(purposes),
        consent_id=grant.consent_id,
    )
