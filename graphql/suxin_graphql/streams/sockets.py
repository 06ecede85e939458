"""WebSockets: subscriptions by the protocol ``graphql-transport-ws``, several over one connection.

The handshake is refused to pages of other sites. Who the caller is he shows in ``connection_init``; from then on he is looked at
anew for each subscription and each event. When he may be told no more, the connection is closed by the reason's name.

Source: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverWebSocket.md
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, NoReturn

import msgspec
from litestar import WebSocket, websocket

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_graphql.errors import Shown, shown_refusal
from suxin_graphql.requests import PATH, GraphQLRequest
from suxin_graphql.streams import tally
from suxin_graphql.streams.callers import Credentials, StayingCaller, caller_of_socket, place_of
from suxin_graphql.streams.endings import FORBIDDEN, POLICY, UNAUTHORISED, Ending, SubscriptionEnded
from suxin_graphql.streams.faults import shown_fault
from suxin_graphql.streams.places import (
    INIT_WITHIN_S,
    MAX_OPERATIONS,
    OPENINGS,
    PLACES,
    SEND_WITHIN_S,
    TooManyStreams,
)
from suxin_graphql.streams.running import CallerLeft, DocumentRefused, Opened, admitted, running
from suxin_web.callers import client_address
from suxin_web.csrf import comes_from_here
from suxin_web.nonces import nonce_header
from suxin_web.rate_limits import READS
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime, Runtime

PROTOCOL: Final = "graphql-transport-ws"
CLOSE_WITHIN_S: Final = 1.0

BAD_REQUEST: Final = 4400
NOT_ACCEPTABLE: Final = 4406
INIT_TIMEOUT: Final = 4408
ALREADY_EXISTS: Final = 4409
TOO_MANY: Final = 4429
TRY_LATER: Final = 1013
"""Close codes of the protocol, and of the registry of RFC 6455 (1013)."""

_CODES: Final[Mapping[RefusalKind, int]] = {
    RefusalKind.UNAUTHENTICATED: UNAUTHORISED,
    RefusalKind.LIMITED: TOO_MANY,
    RefusalKind.UNAVAILABLE: TRY_LATER,
}

MAX_REASON_BYTES: Final = 123
"""RFC 6455 §5.5."""

MAX_ID_CHARACTERS: Final = 100

Socket = WebSocket[Any, Any, Any]


class Init(msgspec.Struct, frozen=True, tag="connection_init"):
    """Who the caller is."""

    payload: Credentials | None = None


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """Is anybody there."""

    payload: dict[str, Any] | None = None


class Pong(msgspec.Struct, frozen=True, tag="pong"):
    """Somebody is there."""

    payload: dict[str, Any] | None = None


class Subscribe(msgspec.Struct, frozen=True, tag="subscribe"):
    """A subscription is to begin, under an id of the caller's."""

    id: str
    payload: GraphQLRequest


class Complete(msgspec.Struct, frozen=True, tag="complete"):
    """The caller wants no more of a subscription."""

    id: str


Message = Init | Ping | Pong | Subscribe | Complete
_READER: Final = msgspec.json.Decoder(Message)


class _Close(Exception):
    """The connection is to be closed, with a code and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code: Final = code
        self.reason: Final = reason


@websocket(PATH)
async def stream_over_socket(socket: Socket, runtime: GivenRuntime) -> None:
    """Serve one WebSocket until either side ends it."""
    try:
        await runtime.limits.take(OPENINGS, client_address(socket))
    except Refusal:
        # Before it is accepted, closing it refuses the handshake.
        await socket.close()
        return
    if not comes_from_here(socket):
        await socket.close()
        return
    offered = PROTOCOL in socket.scope["subprotocols"]
    await socket.accept(
        subprotocols=PROTOCOL if offered else None, headers=await nonce_header(runtime)
    )
    if not offered:
        await socket.close(NOT_ACCEPTABLE, "Subprotocol not acceptable")
        return
    await _Connection(socket, runtime).serve()


class _Connection:
    """One WebSocket that was accepted."""

    def __init__(self, socket: Socket, runtime: Runtime) -> None:
        self._socket = socket
        self._runtime = runtime
        self._request_id = request_id_of(socket)
        self._running: dict[str, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Serve it. Whatever ends it ends every subscription with it."""
        reasons: list[BaseException] = []
        try:
            async with asyncio.TaskGroup() as group:
                await self._listen(group)
        except* CallerLeft:
            pass
        except* _Close as closing:
            reasons.extend(closing.exceptions)
        if reasons and isinstance(reason := reasons[0], _Close):
            # Who does not read, or has left meanwhile, is not told.
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(CLOSE_WITHIN_S):
                    await self._socket.close(reason.code, _fitting(reason.reason))

    async def _listen(self, group: asyncio.TaskGroup) -> NoReturn:
        caller = await self._begun()
        actor = await self._present(caller)
        with _place_of(actor):
            await self._send({"type": "connection_ack"})
            while True:
                await self._take(await self._message(), caller, group)

    async def _begun(self) -> StayingCaller:
        """Return the caller, once he has shown who he is."""
        try:
            async with asyncio.timeout(INIT_WITHIN_S):
                while True:
                    message = await self._message()
                    if isinstance(message, Init):
                        break
                    await self._take_before_init(message)
        except TimeoutError:
            raise _Close(INIT_TIMEOUT, "Connection initialisation timeout") from None
        try:
            shown = message.payload or Credentials()
            return await caller_of_socket(self._socket, self._runtime, shown)
        except Refusal as refusal:
            raise _closing(refusal) from None

    async def _take_before_init(self, message: Message) -> None:
        if isinstance(message, Subscribe):
            raise _Close(UNAUTHORISED, "Unauthorized")
        if isinstance(message, Ping):
            await self._pong(message)

    async def _take(
        self, message: Message, caller: StayingCaller, group: asyncio.TaskGroup
    ) -> None:
        match message:
            case Init():
                raise _Close(TOO_MANY, "Too many initialisation requests")
            case Ping():
                await self._pong(message)
            case Subscribe():
                await self._subscribe(message, caller, group)
            case Complete(id=known) if known in self._running:
                self._running.pop(known).cancel()

    async def _pong(self, ping: Ping) -> None:
        payload = {} if ping.payload is None else {"payload": ping.payload}
        await self._send({"type": "pong", **payload})

    async def _present(self, caller: StayingCaller) -> Actor:
        """Return who the caller is now, and count what he asks for."""
        try:
            actor = await caller.actor()
            await self._runtime.limits.take(READS, f"staff:{actor.staff_id or actor.tenant_id}")
        except Refusal as refusal:
            ending = await caller.ending(refusal)
            raise _closing(refusal, ending) from None
        return actor

    async def _subscribe(
        self, message: Subscribe, caller: StayingCaller, group: asyncio.TaskGroup
    ) -> None:
        if message.id in self._running:
            raise _Close(ALREADY_EXISTS, f"Subscriber for {message.id} already exists")
        if len(message.id) > MAX_ID_CHARACTERS:
            raise _Close(BAD_REQUEST, "The id is too long")
        actor = await self._present(caller)
        try:
            opened = await self._opened(message, caller, actor)
        except DocumentRefused as refused:
            await self._error(message.id, refused.errors)
        except Refusal as refusal:
            await self._error(message.id, [shown_refusal(refusal, self._request_id)])
        except ConnectionError as fault:
            await self._error(message.id, [shown_fault(fault, self._request_id)])
        else:
            self._running[message.id] = group.create_task(self._tell(message.id, opened))

    async def _opened(self, message: Subscribe, caller: StayingCaller, actor: Actor) -> Opened:
        if len(self._running) >= MAX_OPERATIONS:
            raise TooManyStreams(limit=MAX_OPERATIONS)
        asked = await admitted(self._runtime, actor, message.payload, request_id=self._request_id)
        await self._runtime.database.announcements.open()
        return Opened(
            runtime=self._runtime,
            caller=caller,
            actor=actor,
            asked=asked,
            over=tally.SOCKET,
            request_id=self._request_id,
        )

    async def _tell(self, name: str, opened: Opened) -> None:
        """Tell every event of one subscription, and at the end why it is the end."""
        try:
            with running(opened) as stream:
                while True:
                    shown = await stream.next()
                    if shown is not None:
                        await self._next(name, shown)
        except SubscriptionEnded as ended:
            await self._end(name, ended.shown(self._request_id))
            if ended.ending.close_code is not None:
                raise _Close(ended.ending.close_code, ended.ending.name) from None
        except CallerLeft:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it is, the caller is told that it is over
            await self._end(name, shown_fault(fault, self._request_id))

    async def _end(self, name: str, error: Shown) -> None:
        if self._running.get(name) is asyncio.current_task():
            del self._running[name]
        await self._error(name, [error])

    async def _next(self, name: str, shown: Shown) -> None:
        try:
            await self._send({"id": name, "type": "next", "payload": shown})
        except _Close:
            raise SubscriptionEnded(ending=Ending.TOO_SLOW) from None

    async def _error(self, name: str, errors: list[Shown]) -> None:
        await self._send({"id": name, "type": "error", "payload": errors})

    async def _send(self, message: dict[str, Any]) -> None:
        """Send a message.

        :raises _Close: if the caller does not read
        """
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await self._socket.send_text(msgspec.json.encode(message).decode())
        except TimeoutError:
            raise _Close(POLICY, Ending.TOO_SLOW.name) from None
        except OSError:
            raise CallerLeft from None

    async def _message(self) -> Message:
        """Return the caller's next message.

        :raises CallerLeft: when he has left
        :raises _Close: if it is none that is known
        """
        event: Any = await self._socket.receive()
        if event["type"] == "websocket.disconnect":
            raise CallerLeft
        try:
            message: Message = _READER.decode(event.get("text") or "")
        except (msgspec.DecodeError, RecursionError):
            raise _Close(BAD_REQUEST, "Invalid message") from None
        return message


@contextmanager
def _place_of(actor: Actor) -> Iterator[None]:
    try:
        with PLACES.taken(place_of(actor)):
            yield
    except TooManyStreams as refusal:
        raise _Close(TRY_LATER, refusal.code) from None


def _closing(refusal: Refusal, ending: Ending | None = None) -> _Close:
    """Return how the connection is closed for a refusal."""
    if ending is not None and ending.close_code is not None:
        return _Close(ending.close_code, ending.name)
    # A client that is told the next nonce here makes its proof again and comes back.
    nonce = refusal.facts.get("nonce")
    reason = refusal.code if nonce is None else f"{refusal.code} {nonce}"
    return _Close(_CODES.get(refusal.kind, FORBIDDEN), reason)


def _fitting(reason: str) -> str:
    return reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
