"""The access log: one structured line per request, without a query string, a body or a header.

The outermost layer of the web server: it also names the request, and hands its measure to the metrics.
"""

import time
from collections.abc import Iterable
from typing import Any, Final, Protocol

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from suxin.kernel.actor import Actor
from suxin_web.request_ids import HEADER, choose_request_id, remember_request_id


class Observe(Protocol):
    """Takes the measure of an answered request; ``route`` is the template, never the path."""

    def __call__(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count the request."""
        ...


UNMATCHED: Final = "(unmatched)"
OTHER_METHOD: Final = "OTHER"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET: Final = ("/health", "/metrics", "/assets", "/preview/assets")
NO_ANSWER: Final = 499
"""What is recorded where the caller left before there was an answer."""

_SERVER_ERROR: Final = 500
_KNOWN: Final = ("request_id", "tenant_id", "actor_kind")

log = structlog.get_logger("suxin.access")


def bind_actor(actor: Actor) -> None:
    """Put the caller's tenant and kind on every further line of this request."""
    known = {"tenant_id": actor.tenant_id, "actor_kind": actor.kind.value}
    structlog.contextvars.bind_contextvars(
        **{name: str(value) for name, value in known.items() if value is not None}
    )


class AccessLog:
    """An ASGI layer that names, measures and records each request."""

    def __init__(self, app: ASGIApp, *, observe: Observe | None = None) -> None:
        self._app = app
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and record it, also when it fails."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = choose_request_id(scope["headers"])
        remember_request_id(scope, request_id)  # type: ignore[arg-type] # a TypedDict, used openly
        structlog.contextvars.unbind_contextvars(*_KNOWN)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status, began = NO_ANSWER, time.perf_counter()
        answered: float | None = None

        async def note(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status = int(message["status"])
                if _is_stream(message["headers"]):
                    answered = time.perf_counter()
                message["headers"] = [
                    *message["headers"],
                    (HEADER.lower().encode(), request_id.encode()),
                ]
            await send(message)

        try:
            await self._app(scope, receive, note)
        except BaseException:
            status = max(status, _SERVER_ERROR) if status != NO_ANSWER else status
            raise
        finally:
            # A stream goes on for hours: what it took is the time until it began.
            self._record(scope, status, (answered or time.perf_counter()) - began)
            structlog.contextvars.unbind_contextvars(*_KNOWN)

    def _record(self, scope: Any, status: int, seconds: float) -> None:  # noqa: ANN401 - any ASGI scope
        route = scope.get("path_template") or UNMATCHED
        # A method is the caller's own word; only the known ones become labels.
        method = scope["method"] if scope["method"] in _METHODS else OTHER_METHOD
        if self._observe is not None:
            self._observe(method=method, route=route, status=status, seconds=seconds)
        write = log.debug if scope["path"].startswith(_QUIET) else log.info
        write(
            "request",
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 2),
        )


def _is_stream(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    kinds = [value for name, value in headers if name.lower() == b"content-type"]
    return any(kind.startswith(b"text/event-stream") for kind in kinds)
