"""Callers who stay: who opened a stream is found anew while it lasts, by what he showed when he opened it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from suxin.consent.oauth.access_tokens import AccessToken
from suxin.consent.oauth.callers import tenant_actor
from suxin.consent.oauth.refusals import TokenRefused
from suxin.consent.oauth.token_ends import TokenEnd, end_of_token
from suxin.consent.oauth.tokens import live_token
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Refusal, Unauthenticated
from suxin.tenancy.actors import staff_actor
from suxin.tenancy.log_ins import PasswordChangeRequired, TenantSuspended
from suxin_graphql.streams.endings import Ending
from suxin_web.access_tokens import given_token, shown_token
from suxin_web.callers import AnyRequest, required_cookie
from suxin_web.csrf import require_own_page, require_own_socket
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import Connection, Runtime

_OF_TOKEN: Final[Mapping[TokenEnd, Ending]] = {
    TokenEnd.EXPIRED: Ending.TOKEN_EXPIRED,
    TokenEnd.REVOKED: Ending.TOKEN_REVOKED,
    TokenEnd.CLIENT_STOPPED: Ending.CLIENT_STOPPED,
    TokenEnd.CONSENT_ENDED: Ending.CONSENT_ENDED,
    TokenEnd.GRANT_ENDED: Ending.GRANT_ENDED,
}
_OF_ALL: Final[Mapping[type[Refusal], Ending]] = {
    TenantSuspended: Ending.TENANT_SUSPENDED,
    PasswordChangeRequired: Ending.PASSWORD_CHANGE_REQUIRED,
    Unauthenticated: Ending.SESSION_ENDED,
    Forbidden: Ending.PERMISSION_LOST,
}


class Credentials(msgspec.Struct, frozen=True, rename="camel"):
    """What the first message of a WebSocket shows: a token with its proof, or a page's CSRF token beside the cookie.

    The proof is one for the handshake: ``htm`` is GET, ``htu`` the https address.
    """

    authorization: str | None = None
    dpop: str | None = None
    csrf_token: str | None = None


class StayingCaller(Protocol):
    """Someone who holds a stream open."""

    async def actor(self) -> Actor:
        """Return who he is now.

        :raises Refusal: if he may act no longer
        """

    async def ending(self, refusal: Refusal) -> Ending | None:
        """Return what ended his stream, by what he is refused with now; None where the refusal ends none."""


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """One who showed an access token, proved to be his once: when he opened the stream."""

    runtime: Runtime
    token: AccessToken
    request_id: str

    async def actor(self) -> Actor:
        """Return whom the token speaks for now.

        :raises TokenRefused: if it expired, or it, its grant or its client ended
        :raises TenantSuspended, Unauthenticated, PasswordChangeRequired: see ``tenant_actor``
        """
        steps, now = self.runtime.database.steps, self.runtime.clock.now()
        if self.token.expires_at <= now:
            raise TokenRefused
        live = await live_token(steps, self.token, now=now)
        return await tenant_actor(
            steps, live, profiles=self.runtime.profiles, request_id=self.request_id
        )

    async def ending(self, refusal: Refusal) -> Ending | None:
        """Return what ended the stream."""
        if not isinstance(refusal, TokenRefused | Unauthenticated):
            return _OF_ALL.get(type(refusal))
        end = await end_of_token(
            self.runtime.database.steps, self.token, now=self.runtime.clock.now()
        )
        return _OF_TOKEN[end]


@dataclass(frozen=True, slots=True)
class DeskHolder:
    """One who showed the desk's cookie. A page that is merely open does not keep his session alive."""

    runtime: Runtime
    cookie: str
    request_id: str

    async def actor(self) -> Actor:
        """Return the staff member behind the session now.

        :raises Unauthenticated, TenantSuspended, PasswordChangeRequired: see ``staff_actor``
        """
        return await staff_actor(
            self.runtime.database.steps,
            token=self.cookie,
            profiles=self.runtime.profiles,
            request_id=self.request_id,
            now=self.runtime.clock.now(),
            seen=False,
        )

    async def ending(self, refusal: Refusal) -> Ending | None:
        """Return what ended the stream."""
        return _OF_ALL.get(type(refusal))


def place_of(actor: Actor) -> str:
    """Return whose places a stream takes: those of a client of one tenant, or of one staff member."""
    return f"{actor.tenant_id}:{actor.staff_id or actor.client_id}"


async def caller_of_request(request: AnyRequest, runtime: Runtime) -> StayingCaller:
    """Return who sent a request, by its headers.

    :raises TokenRefused, TokenProofRefused, TokenNonceNeeded, ReplayUncertain: see ``given_token``
    :raises Unauthenticated: if there is neither a token nor a cookie
    :raises CsrfRefused: if only the cookie vouches for it and its page's token does not
    """
    token = await given_token(request, runtime)
    request_id = request_id_of(request)
    if token is not None:
        return TokenHolder(runtime, token, request_id)
    if "authorization" in request.headers:
        raise Unauthenticated
    cookie = required_cookie(request)
    await require_own_page(request)
    return DeskHolder(runtime, cookie, request_id)


async def caller_of_socket(
    socket: Connection, runtime: Runtime, shown: Credentials
) -> StayingCaller:
    """Return who opened a WebSocket, by its first message, or by the desk's cookie from a page of ours.

    :raises TokenRefused, TokenProofRefused, TokenNonceNeeded, ReplayUncertain: see ``given_token``
    :raises Unauthenticated: if there is neither a token nor a cookie
    :raises CsrfRefused: if only the cookie vouches for it and its page does not
    """
    request_id = request_id_of(socket)
    if shown.authorization is None:
        cookie = required_cookie(socket)
        require_own_socket(socket, shown.csrf_token)
        return DeskHolder(runtime, cookie, request_id)
    token = await shown_token(
        runtime,
        shown.authorization,
        () if shown.dpop is None else (shown.dpop,),
        method="GET",
        path=socket.scope["raw_path"].decode("latin-1"),
    )
    if token is None:
        raise Unauthenticated
    return TokenHolder(runtime, token, request_id)
