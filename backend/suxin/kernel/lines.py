"""Lines: what callers ask for one by one is done together, a turn at a time (group commit).

While one turn is being carried out, what is asked for meanwhile waits and makes up the next. Callers so share the locks, the round
trips and the commit, and what all of them change is locked by one writer of a process instead of by each caller. Every
caller gets his own answer or his own refusal, once that is committed.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from suxin.kernel.database import sqlstate

# The connection was lost, or the server is going down or was told to stop: nobody's asking is to blame.
_NOBODYS: Final = frozenset({"", "08", "57"})

log = structlog.get_logger("suxin.lines")

Place = TypeVar("Place", bound=Hashable)
Asked = TypeVar("Asked")
Given = TypeVar("Given")


class ByHimself(Exception):
    """Somebody is not served with those of his turn, but by himself after it: what he asks for depends on what they do."""


@dataclass(slots=True, eq=False)
class _Caller(Generic[Asked, Given]):
    """What somebody asked for, and how he hears of it."""

    asked: Asked
    answer: asyncio.Future[Given]

    def tell(self, said: Given | Exception) -> None:
        """Give the answer, unless he has gone."""
        if self.answer.done():
            return
        if isinstance(said, Exception):
            self.answer.set_exception(said)
        else:
            self.answer.set_result(said)


@dataclass(slots=True, eq=False)
class _Line(Generic[Place, Asked, Given]):
    """Who waits at one place."""

    place: Place
    callers: deque[_Caller[Asked, Given]] = field(default_factory=deque)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(Generic[Place, Asked, Given]):
    """How a turn is carried out: who is served together, all of them in one transaction, or one in one of his own."""

    fits: Callable[[Sequence[Asked], Asked], bool]
    """Whether one more is served with those who were chosen before him; the first always is."""

    together: Callable[[Place, Sequence[Asked]], Awaitable[Sequence[Given | Exception]]]
    """What each is answered or refused; ``ByHimself`` where he is served alone instead."""

    alone: Callable[[Place, Asked], Awaitable[Given]]


class Lines(Generic[Place, Asked, Given]):
    """A line for each place at which somebody waits; one for each process."""

    def __init__(self, turn: Turn[Place, Asked, Given]) -> None:
        self._turn = turn
        self._lines: dict[Place, _Line[Place, Asked, Given]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many callers wait for their turn."""
        return sum(len(line.callers) for line in self._lines.values())

    async def ask(self, place: Place, asked: Asked) -> Given:
        """Wait for the answer of a turn that others may share; whoever stops waiting before it has asked for nothing.

        :raises Exception: what he is refused, or what went wrong
        """
        answer: asyncio.Future[Given] = asyncio.get_running_loop().create_future()
        line = self._lines.get(place)
        if line is None:
            line = self._lines[place] = _Line(place)
            task = asyncio.create_task(self._serve(line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        line.callers.append(_Caller(asked, answer))
        return await answer

    async def close(self) -> None:
        """Wait until everybody who waits has his answer."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _serve(self, line: _Line[Place, Asked, Given]) -> None:
        """Take turns for those who wait until nobody does."""
        try:
            while line.callers:
                served = self._next(line)
                if served:
                    await self._take_turn(line, served)
                # Who was just served may ask for his next before the next turn is made up.
                await asyncio.sleep(0)
        finally:
            del self._lines[line.place]
            for caller in line.callers:
                caller.answer.cancel()

    def _next(self, line: _Line[Place, Asked, Given]) -> list[_Caller[Asked, Given]]:
        """Take those who are served next out of the line; who has gone meanwhile is left out."""
        served: list[_Caller[Asked, Given]] = []
        chosen: list[Asked] = []
        while line.callers and (not chosen or self._turn.fits(chosen, line.callers[0].asked)):
            caller = line.callers.popleft()
            if not caller.answer.done():
                served.append(caller)
                chosen.append(caller.asked)
        return served

    async def _take_turn(
        self, line: _Line[Place, Asked, Given], served: Sequence[_Caller[Asked, Given]]
    ) -> None:
        try:
            answers = await self._answers(line.place, [caller.asked for caller in served])
            for caller, said in zip(served, answers, strict=True):
                caller.tell(said)
        finally:
            # Nobody waits for ever, whatever stopped this.
            for caller in served:
                caller.answer.cancel()

    async def _answers(self, place: Place, asked: Sequence[Asked]) -> Sequence[Given | Exception]:
        """Serve some in one transaction, and each in one of his own if it fails by what one of them asks."""
        try:
            answers = await self._turn.together(place, asked)
        except Exception as error:  # noqa: BLE001 - each caller is told it
            if not _may_be_of_one(error):
                return [error] * len(asked)
            log.warning("served one by one", callers=len(asked), error=type(error).__name__)
            answers = [ByHimself()] * len(asked)
        return [
            await self._answer_alone(place, one) if isinstance(said, ByHimself) else said
            for one, said in zip(asked, answers, strict=True)
        ]

    async def _answer_alone(self, place: Place, asked: Asked) -> Given | Exception:
        try:
            return await self._turn.alone(place, asked)
        except Exception as error:  # noqa: BLE001 - as above
            return error


def _may_be_of_one(error: Exception) -> bool:
    """Tell whether the error may lie in what one caller asked for: not if there was no connection, or it was lost."""
    if isinstance(error, DBAPIError):
        return (sqlstate(error) or "")[:2] not in _NOBODYS
    return not isinstance(error, OSError | PoolTimeout)
