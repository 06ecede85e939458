"""Scripts run in Valkey over one connection that all requests of a process share.

What is asked while an answer is awaited goes out together as soon as it is there, in one write, and is answered in turn.
A connection for each request would cost several times what the scripts themselves do, most of it in this process.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import NoScriptError, RedisError, ResponseError

TIMEOUT_S: Final = 0.25
"""How long one request waits for Valkey before it does without."""

LAST_LOOK_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class _Asked:
    """A command as it is sent, and who waits for its answer."""

    packed: bytes
    answer: "asyncio.Future[Any]"


class ValkeyLine:
    """One connection, opened when something is first asked, and anew after it failed."""

    def __init__(self, url: str) -> None:
        # Only for what a URL may say: TLS, a socket's path, a password, a database.
        self._made: Final = ConnectionPool.from_url(url)
        self._connection: AbstractConnection | None = None
        self._waiting: list[_Asked] = []
        self._turn: asyncio.Task[None] | None = None

    def script(self, text: str) -> "LineScript":
        """Return a script that runs over this line."""
        return LineScript(self, text)

    async def ask(self, *words: bytes) -> Any:  # noqa: ANN401 - what the script returns
        """Send a command and return its answer.

        :raises RedisError: if Valkey refuses it, or the connection ends
        :raises OSError: if Valkey does not answer in time
        """
        asked = _Asked(_packed(words), asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._turn is None or self._turn.done():
            self._turn = asyncio.create_task(self._take_turns())
        return await asked.answer

    async def close(self) -> None:
        """Close the connection; who still waits for an answer gets an error."""
        if self._turn is not None:
            self._turn.cancel()
            await asyncio.wait([self._turn])
        # A turn that had not begun has told nobody.
        self._leave_none_waiting(self._waiting)
        await self._hang_up()

    async def _take_turns(self) -> None:
        """Send what waits, and what came to wait meanwhile, until nothing does."""
        batch: list[_Asked] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                try:
                    await self._carry_out(batch)
                except (RedisError, OSError) as error:
                    await self._hang_up()
                    _fail(batch, error)
        finally:
            self._leave_none_waiting([*batch, *self._waiting])

    def _leave_none_waiting(self, asked: Sequence[_Asked]) -> None:
        _fail(asked, ConnectionLost("the connection was closed"))
        self._waiting = []

    async def _carry_out(self, batch: Sequence[_Asked]) -> None:
        kept = self._connection is not None
        try:
            await self._converse(batch)
        except (ConnectionLost, ConnectionError):
            # Valkey closed what was kept while nobody spoke. Said twice, a use is at worst refused as a second one.
            if not kept:
                raise
            await self._hang_up()
            await self._converse([asked for asked in batch if not asked.answer.done()])

    async def _converse(self, batch: Sequence[_Asked]) -> None:
        connection = self._connection = self._connection or self._made.make_connection()  # type: ignore[no-untyped-call] # the driver has no types here
        async with _patience():
            await connection.connect()
            written = b"".join([asked.packed for asked in batch])
            await connection.send_packed_command([written], check_health=False)
            for asked in batch:
                try:
                    answer = await connection.read_response()
                except ResponseError as refused:
                    _fail([asked], refused)
                else:
                    if not asked.answer.done():
                        asked.answer.set_result(answer)

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)


class LineScript:
    """A script by its digest; Valkey is told its text when it does not know it."""

    def __init__(self, line: ValkeyLine, text: str) -> None:
        self._line = line
        self._text = text.encode()
        self._digest = hashlib.sha1(self._text, usedforsecurity=False).hexdigest().encode()

    async def __call__(self, *, keys: Sequence[str], args: Sequence[str | int]) -> Any:  # noqa: ANN401 - as ``ask``
        """Run the script and return what it returns.

        :raises RedisError, OSError: see ``ValkeyLine.ask``
        """
        words = [str(len(keys)).encode(), *(str(word).encode() for word in (*keys, *args))]
        try:
            return await self._line.ask(b"EVALSHA", self._digest, *words)
        except NoScriptError:
            return await self._line.ask(b"EVAL", self._text, *words)


def _packed(words: Sequence[bytes]) -> bytes:
    """Return a command as the protocol writes it: how many words, then each with its length (RESP)."""
    written = [b"*%d\r\n" % len(words)]
    written += [b"$%d\r\n%b\r\n" % (len(word), word) for word in words]
    return b"".join(written)


@asynccontextmanager
async def _patience() -> AsyncIterator[None]:
    """Wait no longer than ``TIMEOUT_S`` for the block, and look once more before giving up.

    When it was this process that was held up, the answer has been there all the time.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as limit:
        watch = loop.call_later(TIMEOUT_S, lambda: limit.reschedule(loop.time() + LAST_LOOK_S))
        try:
            yield
        finally:
            watch.cancel()


def _fail(batch: Sequence[_Asked], error: Exception) -> None:
    for asked in batch:
        if not asked.answer.done():
            asked.answer.set_exception(error)
