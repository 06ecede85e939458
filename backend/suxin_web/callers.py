"""Callers: from a request to the actor behind it.

The look-up is a step or two of its own, over before the edge opens the command's or query's transaction, so that none
stays open across a request. Handlers take the caller as an argument, given by ``Provide(staff)`` and its
neighbours. A cookie authorises an unsafe method only together with its CSRF token, checked here, where nobody can
forget it; an access token needs none, because no browser sends it by itself.
"""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import SkipValidation
from litestar.types import Guard

from suxin.consent.oauth.access_tokens import AccessToken
from suxin.consent.oauth.callers import tenant_actor
from suxin.consent.oauth.tokens import live_token
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Unauthenticated
from suxin.tenancy.actors import staff_actor
from suxin_web.access_log import bind_actor
from suxin_web.access_tokens import given_token, token_without_nonce
from suxin_web.cookies import SESSION, read_cookie
from suxin_web.csrf import SAFE_METHODS, require_own_page
from suxin_web.rate_limits import READS, WRITES, Limit
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import Connection, GivenRuntime, Runtime, runtime_of

AnyRequest = Request[Any, Any, Any]

GivenActor = NamedDependency[SkipValidation[Actor]]
"""How a handler asks for its caller: an argument ``actor: GivenActor``, given by ``Provide(staff)`` on its router."""


async def staff(request: AnyRequest, runtime: GivenRuntime) -> Actor:
    """Return the actor of a tenant as ``known_staff`` does, and count his request.

    :raises TooManyRequests: if the caller asks for too much; beside what ``known_staff`` raises
    """
    return await _counted(request, runtime, await known_staff(request, runtime))


async def known_staff(request: AnyRequest, runtime: Runtime) -> Actor:
    """Return the actor of a tenant: told by an access token, or by the desk's cookie. Whoever asks counts the request.

    :raises Unauthenticated: if there is no live session
    :raises TokenRefused, TokenProofRefused, TokenNonceNeeded: if there is a token and it is not good
    :raises TenantSuspended: if the organisation is suspended
    :raises PasswordChangeRequired: if his password is a temporary one
    :raises CsrfRefused: if only the cookie vouches for an unsafe method and its token does not
    """
    token = await given_token(request, runtime)
    actor = await (
        _by_cookie(request, runtime) if token is None else _by_token(request, runtime, token)
    )
    bind_actor(actor)
    return actor


async def staff_without_nonce(request: AnyRequest, runtime: Runtime) -> Actor:
    """Return whose token a request shows that was refused for its proof's nonce alone; nothing is done for him.

    :raises TokenRefused, Unauthenticated, TenantSuspended, PasswordChangeRequired: see ``known_staff``
    """
    return await _by_token(request, runtime, await token_without_nonce(request, runtime))


async def staff_at_own_account(request: AnyRequest, runtime: GivenRuntime) -> Actor:
    """Return the staff member behind a desk session also while his password is a temporary one; no token leads here.

    :raises Unauthenticated, TenantSuspended, CsrfRefused, TooManyRequests: see ``staff``
    """
    actor = await _by_cookie(request, runtime, with_temporary_password=True)
    bind_actor(actor)
    return await _counted(request, runtime, actor)


async def _counted(request: AnyRequest, runtime: Runtime, actor: Actor) -> Actor:
    await share_out(request, runtime, f"staff:{actor.staff_id or actor.tenant_id}")
    return actor


async def _by_token(request: AnyRequest, runtime: Runtime, token: AccessToken) -> Actor:
    steps = runtime.database.steps
    live = await live_token(steps, token, now=runtime.clock.now())
    return await tenant_actor(
        steps, live, profiles=runtime.profiles, request_id=request_id_of(request)
    )


async def _by_cookie(
    request: AnyRequest, runtime: Runtime, *, with_temporary_password: bool = False
) -> Actor:
    if "authorization" in request.headers:
        # Whoever shows something else asks to be known by it, and not by the cookie that his browser adds.
        raise Unauthenticated
    token = required_cookie(request)
    await require_own_page(request)
    return await staff_behind(
        request, runtime, token, with_temporary_password=with_temporary_password
    )


def required_cookie(connection: Connection) -> str:
    """Return the token of the desk's session cookie.

    :raises Unauthenticated: if there is none
    """
    token = read_cookie(connection, SESSION)
    if token is None:
        raise Unauthenticated
    return token


async def staff_behind(
    request: AnyRequest, runtime: Runtime, token: str, *, with_temporary_password: bool = False
) -> Actor:
    """Return the staff member whose desk session has this token, without counting the request.

    :raises Unauthenticated: if there is no live session
    :raises TenantSuspended: if the organisation is suspended
    :raises PasswordChangeRequired: if his password is a temporary one, unless that is allowed here
    """
    return await staff_actor(
        runtime.database.steps,
        token=token,
        profiles=runtime.profiles,
        request_id=request_id_of(request),
        now=runtime.clock.now(),
        with_temporary_password=with_temporary_password,
    )


async def anyone(request: AnyRequest, runtime: GivenRuntime) -> Actor:
    """Return the anonymous actor, for what everyone may see.

    :raises TooManyRequests: if too much is asked for from one address
    """
    await share_out(request, runtime, f"address:{client_address(request)}")
    return Actor.anonymous(request_id_of(request))


def by_address(limit: Limit) -> Guard:
    """Return a guard that counts requests from one address against the limit."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        await runtime_of(connection).limits.take(limit, client_address(connection))

    return guard


def client_address(connection: Connection) -> str:
    """Return the address the request came from, as the server (behind its trusted proxies) knows it."""
    return connection.client.host if connection.client else "unknown"


def shown_by(connection: Connection) -> str:
    """Return what tells one caller from another before anybody has looked who he is."""
    shown = connection.headers.get("authorization") or connection.headers.get("cookie")
    return shown or f"address:{client_address(connection)}"


async def share_out(request: AnyRequest, runtime: Runtime, caller: str) -> None:
    """Count one request of the caller against what each may ask for.

    :raises TooManyRequests: if it is too much
    """
    await runtime.limits.take(READS if request.method in SAFE_METHODS else WRITES, caller)
