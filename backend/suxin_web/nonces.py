"""Nonces on answers (RFC 9449 §8.2, §9): each answer brings the nonce of the next proof, so that none is refused for it."""

from typing import Final

from litestar import Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from suxin.consent.oauth.refusals import ReplayUncertain
from suxin_web.runtime import Runtime, runtime_of

NONCE_HEADER: Final = "DPoP-Nonce"
_NAME: Final = NONCE_HEADER.lower().encode()


async def nonce_header(runtime: Runtime) -> dict[str, str]:
    """Return the header that brings the next nonce; none while nonces cannot be made."""
    try:
        epoch = await runtime.replays.epoch()
    except ReplayUncertain:
        return {}
    return {NONCE_HEADER: runtime.nonces.fresh(epoch, now=runtime.clock.now())}


class NextNonce:
    """A layer around the routes of an edge that completes every answer with the next nonce, a refusal as well."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and complete its answer."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        runtime = runtime_of(Request(scope))

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message["headers"])
                # A proof that was refused for its nonce is told the better one by the refusal itself.
                if all(name.lower() != _NAME for name, _ in given):
                    fresh = await nonce_header(runtime)
                    given += [(_NAME, nonce.encode()) for nonce in fresh.values()]
                message["headers"] = given
            await send(message)

        await self._app(scope, receive, complete)
