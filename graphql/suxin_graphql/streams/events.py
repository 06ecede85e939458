"""Server-sent events: a subscription by POST with ``Accept: text/event-stream``, one request each.

The protocol is graphql-sse's distinct connections mode: ``next`` events with answers, then ``complete``. A stream that
ends by itself says why in the errors of its last ``next``.
"""

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Response
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Send
from typing_extensions import override

from suxin.kernel.refusals import Refusal
from suxin_graphql.errors import Shown, shown_refusal
from suxin_graphql.media import EVENTS, JSON
from suxin_graphql.requests import from_body
from suxin_graphql.streams import tally
from suxin_graphql.streams.callers import caller_of_request, place_of
from suxin_graphql.streams.endings import Ending, SubscriptionEnded
from suxin_graphql.streams.faults import shown_fault
from suxin_graphql.streams.places import PLACES, SEND_WITHIN_S
from suxin_graphql.streams.running import DocumentRefused, Opened, admitted, running
from suxin_web.access_log import bind_actor
from suxin_web.callers import AnyRequest, share_out
from suxin_web.problems import headers_of, status_of
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import Runtime

STILL_THERE: Final = b":\n\n"
"""A comment: nothing happened, and the connection is alive. The first says that the subscription has begun."""

COMPLETE: Final = b"event: complete\ndata: \n\n"
"""The last event of every stream that ends by itself."""

_HEADERS: Final = {"Cache-Control": "no-store", "Vary": "Accept", "X-Accel-Buffering": "no"}


async def answer_events(request: AnyRequest, runtime: Runtime) -> Response[Any]:
    """Answer one subscription by a stream of events; what is wrong with it is answered at once, in JSON."""
    request_id = request_id_of(request)
    try:
        return _EventStream(await _opened(request, runtime))
    except DocumentRefused as refused:
        return _refused(refused.errors, HTTPStatus.BAD_REQUEST, {})
    except Refusal as refusal:
        return _refused(
            [shown_refusal(refusal, request_id)], status_of(refusal), headers_of(refusal)
        )


async def _opened(request: AnyRequest, runtime: Runtime) -> Opened:
    caller = await caller_of_request(request, runtime)
    actor = await caller.actor()
    bind_actor(actor)
    await share_out(request, runtime, f"staff:{actor.staff_id or actor.tenant_id}")
    given, request_id = await from_body(request), request_id_of(request)
    asked = await admitted(runtime, actor, given, request_id=request_id)
    PLACES.require_free(place_of(actor))
    await runtime.database.announcements.open()
    return Opened(
        runtime=runtime,
        caller=caller,
        actor=actor,
        asked=asked,
        over=tally.EVENTS,
        request_id=request_id,
    )


def _refused(errors: list[Shown], status: HTTPStatus, headers: dict[str, str]) -> Response[bytes]:
    return Response(
        msgspec.json.encode({"errors": errors}),
        status_code=status,
        media_type=f"{JSON}; charset=utf-8",
        headers={**headers, "Cache-Control": "no-store", "Vary": "Accept"},
    )


class _EventStream(Response[bytes]):
    """The answer that goes on until the subscription ends or the caller leaves."""

    def __init__(self, opened: Opened) -> None:
        super().__init__(b"", media_type=EVENTS, headers=_HEADERS)
        self._opened = opened

    @override
    def to_asgi_response(self, *_: Any, **given: Any) -> ASGIResponse:
        headers = {**(given.get("headers") or {}), **self.headers}
        return _Telling(self._opened, headers)


class _Telling(ASGIResponse):
    """How it is sent: by a task that ends when there is nobody to tell."""

    __slots__ = ("_opened",)
    _should_set_content_length = False

    def __init__(self, opened: Opened, headers: dict[str, Any]) -> None:
        super().__init__(media_type=EVENTS, headers=headers)
        self._opened = opened

    @override
    async def send_body(self, send: Send, receive: Receive) -> None:
        tasks = [
            asyncio.create_task(_tell(self._opened, send)),
            asyncio.create_task(_left(receive)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _left(receive: Receive) -> None:
    """Return when the caller has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _tell(opened: Opened, send: Send) -> None:
    """Tell every event, and at the end why it is the end."""
    request_id = opened.request_id
    try:
        with PLACES.taken(place_of(opened.actor)), running(opened) as stream:
            await _send(send, STILL_THERE)
            while True:
                shown = await stream.next()
                await _send(send, STILL_THERE if shown is None else _next(shown))
    except SubscriptionEnded as ended:
        await _end(send, ended.shown(request_id))
    except Exception as fault:  # noqa: BLE001 - whatever it is, the caller is told that it is over
        await _end(send, shown_fault(fault, request_id))


async def _end(send: Send, error: Shown) -> None:
    # Who does not read is not told either.
    with suppress(SubscriptionEnded):
        await _send(send, _next({"errors": [error]}) + COMPLETE)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send(send: Send, body: bytes) -> None:
    """Send a part of the stream.

    :raises SubscriptionEnded: if the caller does not read
    """
    try:
        async with asyncio.timeout(SEND_WITHIN_S):
            await send({"type": "http.response.body", "body": body, "more_body": True})
    except TimeoutError:
        raise SubscriptionEnded(ending=Ending.TOO_SLOW) from None


def _next(shown: Shown) -> bytes:
    return b"event: next\ndata: " + msgspec.json.encode(shown) + b"\n\n"
