"""The little of a web framework that stand-ins need, and the faults that can be planted in them."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MAX_REQUEST_BYTES: Final = 1024 * 1024
MAX_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    # Path and query as they were sent, which is what a signature is over.
    target: str = ""

    def fields(self) -> dict[str, Any]:
        """Return the JSON object in the body, or an empty one."""
        try:
            found = msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def reply(value: object, status: int = HTTPStatus.OK) -> Reply:
    """Return an answer that carries a value as JSON."""
    return Reply(status, msgspec.json.encode(value), {"content-type": "application/json"})


Handler = Callable[[Request], Reply]


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """How the next calls of one path go wrong.

    A fault with nothing but a delay does the work and answers late. ``lose_answer`` does the work and then fails, as a
    connection does that breaks on the way back.
    """

    path: str
    times: int = 1
    delay_s: float = 0.0
    status: int | None = None
    errcode: int | None = None
    redirect_to: str | None = None
    body_bytes: int | None = None
    retry_after_s: int | None = None
    lose_answer: bool = False

    def spoil(self) -> Reply | None:
        """Return the wrong answer, or nothing if the call is only late."""
        headers = {} if self.retry_after_s is None else {"retry-after": str(self.retry_after_s)}
        if self.redirect_to is not None:
            headers["location"] = self.redirect_to
            return Reply(self.status or HTTPStatus.FOUND, b"", headers)
        if self.body_bytes is not None:
            return Reply(self.status or HTTPStatus.OK, b" " * self.body_bytes, headers)
        if self.errcode is not None:
            return reply({"errcode": self.errcode, "errmsg": "planted"}, self.status or 200)
        if self.status is not None or self.lose_answer:
            return Reply(self.status or HTTPStatus.SERVICE_UNAVAILABLE, b"planted", headers)
        return None


class StandIn:
    """An ASGI application over a table of routes, with the steering routes every stand-in has."""

    max_request_bytes = MAX_REQUEST_BYTES

    def __init__(self) -> None:
        self.routes: dict[tuple[str, str], Handler] = {
            ("GET", "/_stand_in/calls"): lambda _: reply(dict(self.calls)),
            ("GET", "/_stand_in/messages"): self._list_messages,
            ("POST", "/_stand_in/fail"): self._plant,
            ("POST", "/_stand_in/reset"): self._reset,
        }
        self.calls: Counter[str] = Counter()
        self.messages: deque[dict[str, Any]] = deque(maxlen=MAX_KEPT)
        self._faults: deque[Fault] = deque(maxlen=MAX_KEPT)

    def reset(self) -> None:
        """Forget calls, messages and planted faults."""
        self.calls.clear()
        self.messages.clear()
        self._faults.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = await _read(scope, receive, self.max_request_bytes)
        answer = await self._answer(request) if request else Reply(413, b"too large")
        headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, request: Request) -> Reply:
        handler = self.routes.get((request.method, request.path))
        if handler is None:
            return Reply(HTTPStatus.NOT_FOUND, b"no such path")
        if request.path.startswith("/_stand_in/"):
            return handler(request)
        self.calls[request.path] += 1
        fault = self._next_fault(request.path)
        if fault is None:
            return handler(request)
        if fault.lose_answer:
            handler(request)
        answer = fault.spoil() or handler(request)
        await asyncio.sleep(fault.delay_s)
        return answer

    def _next_fault(self, path: str) -> Fault | None:
        for fault in self._faults:
            if fault.path == path:
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None

    def _plant(self, request: Request) -> Reply:
        try:
            fault = msgspec.json.decode(request.body, type=Fault)
        except msgspec.MsgspecError as error:
            return reply({"error": str(error)}, HTTPStatus.BAD_REQUEST)
        if ("POST", fault.path) not in self.routes and ("GET", fault.path) not in self.routes:
            return reply({"error": f"no such path: {fault.path}"}, HTTPStatus.BAD_REQUEST)
        self._faults.append(fault)
        return reply({"planted": fault.times})

    def _reset(self, _: Request) -> Reply:
        self.reset()
        return reply({})

    def _list_messages(self, request: Request) -> Reply:
        wanted = [
            message
            for message in self.messages
            if all(message.get(name) == value for name, value in request.query.items())
        ]
        return reply({"messages": wanted})


async def _read(scope: Scope, receive: Receive, most: int) -> Request | None:
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            return None
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers={name.decode(): value.decode("latin-1") for name, value in scope["headers"]},
        body=bytes(body),
        target=_target(scope),
    )


def _target(scope: Scope) -> str:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return (path + (b"?" + query if query else b"")).decode("latin-1")
