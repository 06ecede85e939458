"""The supervisor: starts parts, restarts the ones that die, stops them all.

A part is anything that can be started, asked whether it still runs, and stopped: the embedded PostgreSQL and Valkey,
and the product's own programs. Parts start on threads of their own. A signal is noted and heeded where the main thread
waits: an exception thrown into whatever it happens to do would now and then leave a lock held for ever, such as the one of a
module that is being loaded, and a part that is starting would wait for it.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import structlog

TICK_S: Final = 0.05
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 5.0
# A part that ran this long was healthy, so that its next pause starts from the shortest again.
HEALTHY_AFTER_S: Final = 10.0
MAX_PARTS: Final = 16

log = structlog.get_logger("suxin.up")

_T = TypeVar("_T")


class Part(Protocol):
    """What the supervisor can look after."""

    @property
    def name(self) -> str:
        """What messages call the part."""

    def start(self) -> None:
        """Start it; raise when it cannot be started."""

    def give_up(self) -> None:
        """Cut short a start that would take long; harmless when there is none."""

    def exit_reason(self) -> str | None:
        """Return why it is not running; nothing while it runs."""

    def stop(self) -> None:
        """Stop it within its own bounds; harmless when it does not run."""


class StopRequested(Exception):
    """Someone asked the supervisor to end: Ctrl-C or SIGTERM."""


def _never() -> bool:
    return False


@dataclass(slots=True)
class _Watched:
    part: Part
    rank: int
    once: bool = False
    starting: "Future[None] | None" = None
    started_at: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    due_at: float | None = None
    restarts: int = 0


class Supervisor:
    """Looks after parts; a higher rank is stopped before a lower one.

    Once ``stop_requested`` holds, whoever begins a part or waits for something is told so by ``StopRequested``.
    """

    def __init__(self, stop_requested: Callable[[], bool] = _never) -> None:
        self._stop_requested = stop_requested
        self._watched: list[_Watched] = []
        self._starters = ThreadPoolExecutor(max_workers=MAX_PARTS, thread_name_prefix="start")
        self._stopping = threading.Event()

    def begin(self, part: Part, *, rank: int = 0, once: bool = False) -> "Future[None]":
        """Start a part in the background and look after it from now on; the result says when it runs.

        One that runs ``once`` ends by itself, and is not started again.

        :raises StopRequested: if someone asked for the end
        """
        self._heed()
        watched = _Watched(part=part, rank=rank, once=once)
        self._watched.append(watched)
        return self._launch(watched)

    def result(self, begun: "Future[_T]") -> _T:
        """Wait for what was begun and return, or raise, what it came to.

        :raises StopRequested: if someone asks for the end meanwhile
        """
        while not wait([begun], timeout=TICK_S).done:
            self._heed()
        return begun.result()

    def call(self, work: Callable[[], _T]) -> _T:
        """Do what takes a while beside the main thread and return what it came to; an end does not wait for it.

        :raises StopRequested: if someone asks for the end meanwhile
        """
        outcome: Future[_T] = Future()

        def body() -> None:
            try:
                outcome.set_result(work())
            except BaseException as error:  # noqa: BLE001 - handed to the waiting thread as it is
                outcome.set_exception(error)

        self._heed()
        threading.Thread(target=body, name="call", daemon=True).start()
        return self.result(outcome)

    def restarts(self, name: str) -> int:
        """Return how often the part was started again."""
        return sum(watched.restarts for watched in self._watched if watched.part.name == name)

    def watch(self, *, until: Callable[[], bool], timeout_s: float | None = None) -> bool:
        """Restart what dies until the condition holds; return whether it did in time.

        :raises StopRequested: if someone asks for the end meanwhile
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while not until():
            self._heed()
            if deadline is not None and time.monotonic() >= deadline:
                return False
            for watched in tuple(self._watched):
                self._look_after(watched)
            time.sleep(TICK_S)
        return True

    def stop_all(self) -> None:
        """Stop every part, highest rank first, those of one rank at once."""
        self._stopping.set()
        for watched in self._watched:
            watched.part.give_up()
        wait([watched.starting for watched in self._watched if watched.starting is not None])
        for rank in sorted({watched.rank for watched in self._watched}, reverse=True):
            _at_once([one.part.stop for one in self._watched if one.rank == rank])
        self._starters.shutdown()

    def _heed(self) -> None:
        if self._stop_requested():
            raise StopRequested

    def _launch(self, watched: _Watched) -> "Future[None]":
        def body() -> None:
            if not self._stopping.is_set():
                watched.part.start()
                watched.started_at = time.monotonic()

        watched.starting = self._starters.submit(body)
        return watched.starting

    def _look_after(self, watched: _Watched) -> None:
        if watched.starting is None or not watched.starting.done():
            return
        now = time.monotonic()
        if watched.due_at is not None:
            if now >= watched.due_at:
                watched.due_at = None
                watched.restarts += 1
                self._launch(watched)
            return
        failure = watched.starting.exception()
        reason = str(failure) if failure is not None else watched.part.exit_reason()
        if reason is None:
            return
        if watched.once:
            watched.part.stop()
            self._watched.remove(watched)
            return
        if failure is None and now - watched.started_at >= HEALTHY_AFTER_S:
            watched.pause_s = FIRST_PAUSE_S
        watched.due_at = now + watched.pause_s
        log.warning(
            "part died, restarting", part=watched.part.name, why=reason, pause_s=watched.pause_s
        )
        watched.pause_s = min(watched.pause_s * 2, LONGEST_PAUSE_S)


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Note Ctrl-C and SIGTERM; what is yielded tells whether one came."""
    noted = False

    def note(_number: int, _frame: object) -> None:
        nonlocal noted
        noted = True

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: noted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _at_once(calls: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=call, name="stop") for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
