"""Commands on a tenant's clients: registering, changing keys and addresses, suspending, retiring."""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.authorization_details import DETAIL_TYPES
from suxin.consent.oauth.client_keys import checked_keys
from suxin.consent.oauth.models import ClientStatus, OAuthClient, OAuthGrant, RefreshToken
from suxin.consent.oauth.policies import CLIENT_MANAGE
from suxin.consent.oauth.queries import lock_own_client
from suxin.consent.oauth.scopes import permissions_for_clients
from suxin.kernel.actor import Actor
from suxin.kernel.announcements import announce_standing
from suxin.kernel.audit import append_act
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, Refusal
from suxin.tenancy.profiles import Profiles, TenantKind

CODE: Final = "authorization_code"
CLIENT_CREDENTIALS: Final = "client_credentials"
REFRESH: Final = "refresh_token"
DEVICE: Final = "urn:ietf:params:oauth:grant-type:device_code"
GRANT_TYPES: Final = (CODE, CLIENT_CREDENTIALS, REFRESH, DEVICE)
"""The grant types that a tenant's client may be registered for."""

MAX_CLIENTS: Final = 20
MAX_REDIRECTS: Final = 10
MAX_ADDRESS_CHARACTERS: Final = 500
NAME_CHARACTERS: Final = (2, 60)


class TooManyClients(Refusal):
    """The tenant has as many clients as it may have; a retired one makes room."""

    code = "TOO_MANY_CLIENTS"
    zh = "每个机构最多登记 {limit} 个客户端"
    en = "An organisation may have {limit} clients"


class ClientStateConflict(Refusal):
    """The client is in a state from which this step does not lead."""

    code = "CLIENT_STATE_CONFLICT"
    zh = "客户端当前状态为“{state_zh}”，不能执行该操作"
    en = "The client is {state_en}; this step is not possible"

    def __init__(self, *, state: ClientStatus) -> None:
        state_zh, state_en = _STATE_NAMES[state]
        super().__init__(state_zh=state_zh, state_en=state_en)


_STATE_NAMES: Final = {
    ClientStatus.ACTIVE: ("正常", "active"),
    ClientStatus.SUSPENDED: ("已暂停", "suspended"),
    ClientStatus.RETIRED: ("已停用", "retired"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientDraft:
    """What a client is registered with. Keys are given as a set or as the address of one, and by confidential ones."""

    name: str
    grant_types: Sequence[str]
    redirect_uris: Sequence[str] = ()
    scopes: Sequence[str] = ()
    detail_types: Sequence[str] = ()
    confidential: bool = True
    jwks: Mapping[str, Any] | None = field(default=None, repr=False)
    jwks_uri: str | None = None


async def register_client(
    session: AsyncSession, actor: Actor, *, draft: ClientDraft, profiles: Profiles, now: datetime
) -> OAuthClient:
    """Register a client of the actor's tenant; it may act at once.

    :raises Forbidden: if the actor may not manage clients
    :raises Invalid: if its name, addresses, grant types, scopes, types or keys are not acceptable
    :raises TooManyClients: if the tenant has twenty that are not retired
    """
    actor.require(CLIENT_MANAGE)
    tenant_id = actor.own_tenant
    checked = _checked(draft, profiles, TenantKind(actor.tenant_kind or ""))
    # Counting under the tenant's own lock: two registrations at once would each see one place left.
    await session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"clients:{tenant_id}", 0)))
    )
    held = await session.scalar(
        select(func.count()).where(
            OAuthClient.tenant_id == tenant_id, OAuthClient.status != ClientStatus.RETIRED
        )
    )
    if (held or 0) >= MAX_CLIENTS:
        raise TooManyClients(limit=MAX_CLIENTS)
    client = OAuthClient(
        tenant_id=tenant_id,
        id=new_id(now),
        status=ClientStatus.ACTIVE,
        status_reason=None,
        created_at=now,
        created_by=actor.staff_id,
        **checked,
    )
    session.add(client)
    _record(session, client, "registered", now=now)
    return client


async def replace_client_keys(
    session: AsyncSession,
    actor: Actor,
    *,
    client_id: UUID,
    jwks: Mapping[str, Any] | None,
    jwks_uri: str | None,
    now: datetime,
) -> OAuthClient:
    """Put other keys, or another address of them, in place of a client's; the old ones are refused from now on.

    To rotate without a failing token, a set that holds the old key and the new comes first.

    :raises Forbidden: if the actor may not manage clients
    :raises NotFound: if it is not this tenant's client
    :raises Invalid: if neither or both are given, or they are not acceptable
    """
    client = await _own_client(session, actor, client_id)
    keys = _keys(jwks, jwks_uri)
    client.jwks, client.jwks_uri = keys["jwks"], keys["jwks_uri"]
    _record(session, client, "keys_replaced", now=now)
    return client


async def replace_redirects(
    session: AsyncSession,
    actor: Actor,
    *,
    client_id: UUID,
    redirect_uris: Sequence[str],
    now: datetime,
) -> OAuthClient:
    """Put other addresses in place of those that a browser may be sent back to.

    :raises Forbidden: if the actor may not manage clients
    :raises NotFound: if it is not this tenant's client
    :raises Invalid: if an address is not acceptable
    """
    client = await _own_client(session, actor, client_id)
    client.redirect_uris = _redirects(redirect_uris, needed=CODE in client.grant_types)
    _record(session, client, "redirects_replaced", now=now)
    return client


async def suspend_client(
    session: AsyncSession, actor: Actor, *, client_id: UUID, reason: str, now: datetime
) -> OAuthClient:
    """Stop a client: it gets no tokens and those it has are refused from the next request on.

    :raises Forbidden: if the actor may not manage clients
    :raises NotFound: if it is not this tenant's client
    :raises ClientStateConflict: if it is not active
    """
    client = await _move(session, actor, client_id, ClientStatus.SUSPENDED, reason=reason)
    _record(session, client, "suspended", now=now)
    return client


async def resume_client(
    session: AsyncSession, actor: Actor, *, client_id: UUID, now: datetime
) -> OAuthClient:
    """Let a suspended client act again.

    :raises Forbidden: if the actor may not manage clients
    :raises NotFound: if it is not this tenant's client
    :raises ClientStateConflict: if it is not suspended
    """
    client = await _move(session, actor, client_id, ClientStatus.ACTIVE, reason=None)
    _record(session, client, "resumed", now=now)
    return client


async def retire_client(
    session: AsyncSession, actor: Actor, *, client_id: UUID, now: datetime
) -> OAuthClient:
    """End a client for good: its grants and refresh tokens end with it.

    :raises Forbidden: if the actor may not manage clients
    :raises NotFound: if it is not this tenant's client
    :raises ClientStateConflict: if it is retired already
    """
    client = await _move(session, actor, client_id, ClientStatus.RETIRED, reason=None)
    async with doorway(session):
        await session.execute(
            update(OAuthGrant)
            .where(OAuthGrant.client_id == client.client_id, OAuthGrant.ended_at.is_(None))
            .values(ended_at=now, end_reason="client_retired")
            .execution_options(synchronize_session=False)
        )
        await session.execute(
            update(RefreshToken)
            .where(RefreshToken.client_id == client.client_id, RefreshToken.ended_at.is_(None))
            .values(ended_at=now)
            .execution_options(synchronize_session=False)
        )
    _record(session, client, "retired", now=now)
    return client


_STEPS: Final[Mapping[ClientStatus, frozenset[ClientStatus]]] = {
    ClientStatus.ACTIVE: frozenset({ClientStatus.SUSPENDED, ClientStatus.RETIRED}),
    ClientStatus.SUSPENDED: frozenset({ClientStatus.ACTIVE, ClientStatus.RETIRED}),
    ClientStatus.RETIRED: frozenset(),
}


async def _move(
    session: AsyncSession,
    actor: Actor,
    client_id: UUID,
    status: ClientStatus,
    *,
    reason: str | None,
) -> OAuthClient:
    client = await _own_client(session, actor, client_id)
    if status not in _STEPS[client.status]:
        raise ClientStateConflict(state=client.status)
    client.status, client.status_reason = status, reason
    await announce_standing(session, tenant_id=actor.own_tenant)
    return client


async def _own_client(session: AsyncSession, actor: Actor, client_id: UUID) -> OAuthClient:
    actor.require(CLIENT_MANAGE)
    return await lock_own_client(session, actor, client_id)


def _checked(draft: ClientDraft, profiles: Profiles, kind: TenantKind) -> dict[str, Any]:
    name = draft.name.strip()
    low, high = NAME_CHARACTERS
    if not low <= len(name) <= high:
        raise _invalid("name", f"应为 {low} 至 {high} 个字", f"{low} to {high} characters")
    grant_types = sorted(set(draft.grant_types))
    if not grant_types or not set(grant_types) <= set(GRANT_TYPES):
        raise _invalid("grantTypes", "授权方式不被支持", "a grant type is not supported")
    if not draft.confidential and CLIENT_CREDENTIALS in grant_types:
        raise _invalid("grantTypes", "公开客户端不能使用该方式", "not for a public client")
    scopes = sorted(set(draft.scopes))
    if not set(scopes) <= {str(right) for right in permissions_for_clients(profiles[kind])}:
        raise _invalid("scopes", "含本机构不具备的权限", "a scope is not this tenant's to give")
    detail_types = sorted(set(draft.detail_types))
    if not set(detail_types) <= set(DETAIL_TYPES):
        raise _invalid("detailTypes", "类型不存在", "a type is not known")
    return {
        "name": name,
        "confidential": draft.confidential,
        "grant_types": grant_types,
        "scopes": scopes,
        "detail_types": detail_types,
        "redirect_uris": _redirects(draft.redirect_uris, needed=CODE in grant_types),
        **(
            _keys(draft.jwks, draft.jwks_uri)
            if draft.confidential
            else {"jwks": None, "jwks_uri": None}
        ),
    }


def _keys(jwks: Mapping[str, Any] | None, jwks_uri: str | None) -> dict[str, Any]:
    if (jwks is None) == (jwks_uri is None):
        raise _invalid("jwks", "应提供公钥集或其地址之一", "give either keys or their address")
    if jwks is not None:
        return {"jwks": {"keys": checked_keys(jwks)}, "jwks_uri": None}
    address = jwks_uri or ""
    if urlsplit(address).scheme != "https" or not _is_address(address):
        raise _invalid("jwksUri", "应为 https 地址", "an https address is needed")
    return {"jwks": None, "jwks_uri": address}


def _redirects(redirect_uris: Sequence[str], *, needed: bool) -> list[str]:
    """Return the addresses, exact ones: https, or http on this machine's loopback for development (RFC 8252 §7.3)."""
    addresses = list(dict.fromkeys(redirect_uris))
    if len(addresses) > MAX_REDIRECTS or (needed and not addresses):
        raise _invalid("redirectUris", f"应有 1 至 {MAX_REDIRECTS} 个", f"1 to {MAX_REDIRECTS}")
    for address in addresses:
        if not _is_address(address):
            raise _invalid(
                "redirectUris",
                "应为完整的 https 地址，不含通配符与 #",
                "a whole https address without wildcard or fragment is needed",
            )
    return addresses


def _is_address(address: str) -> bool:
    if len(address) > MAX_ADDRESS_CHARACTERS or not address.isascii() or not address.isprintable():
        return False
    # A wildcard names many addresses and a fragment, also an empty one, is no part of one; the rest is in no URI.
    if set(address) & set(" \"#'*<>\\^`{|}"):
        return False
    try:
        parts = urlsplit(address)
        host, has_user = parts.hostname or "", parts.username is not None
        _ = parts.port
    except ValueError:
        return False
    if has_user or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _record(session: AsyncSession, client: OAuthClient, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"consent.client.{step}",
        now=now,
        tenant_id=client.tenant_id,
        object_type="oauth_client",
        object_id=client.id,
    )


def _invalid(field_name: str, reason_zh: str, reason_en: str) -> Invalid:
    return Invalid(field=field_name, reason_zh=reason_zh, reason_en=reason_en)
