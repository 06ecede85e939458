"""Ids: UUIDv7 made in the application (RFC 9562), so that keys sort by the time they were made.

PostgreSQL before 18 has no ``uuidv7()``; making the id here keeps every supported version alike and
lets a command know the id of a row before it is written.
"""

import os
import re
import secrets
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Lock

from suxin.kernel.refusals import Invalid

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

TAIL_BITS = 74
"""Random bits of a UUIDv7: rand_a (12) and rand_b (62)."""

_NOISE_DIGITS = 20
# The two bits 10 that mark the variant, before two random ones.
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}

REMEMBERED_MILLISECONDS = 512
"""Milliseconds whose last tail is kept, so that requests with times of their own may interleave."""

_CANONICAL = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class _Sequence:
    """Hand out tails that grow within each millisecond (RFC 9562 §6.2, method 2)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tails: OrderedDict[int, int] = OrderedDict()
        self._latest_clock_ms = 0

    def stamp(self, asked_ms: int | None) -> tuple[int, int]:
        """Return the millisecond and the tail of the next id."""
        with self._lock:
            if asked_ms is None:
                # A clock set back must not make new ids sort before older ones.
                asked_ms = max(time.time_ns() // 1_000_000, self._latest_clock_ms)
                self._latest_clock_ms = asked_ms
            return asked_ms, self._next_tail(asked_ms)

    def _next_tail(self, ms: int) -> int:
        last = self._tails.pop(ms, None)
        # The first tail leaves its top bit zero, so 2^41 steps fit into one millisecond without
        # overflow; random steps keep the neighbour of a known id from being guessed.
        first, step = secrets.randbits(TAIL_BITS - 1), 1 + secrets.randbits(32)
        tail = first if last is None else last + step
        self._tails[ms] = tail
        if len(self._tails) > REMEMBERED_MILLISECONDS:
            self._tails.popitem(last=False)
        return tail

    def forget(self) -> None:
        """Start afresh, so that a forked child does not continue its parent's tails."""
        self._lock = Lock()
        self._tails.clear()


_sequence = _Sequence()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_sequence.forget)


def new_id(now: datetime | None = None) -> uuid.UUID:
    """Make a UUIDv7 that sorts after every id this process made for the same millisecond.

    ``now`` dates the id (a command passes its own time); without it the machine's clock does, and
    then ids never sort before an earlier one even if the clock is set back. The time in an id is a
    sort key, never a domain fact.

    :raises ValueError: if ``now`` has no time zone or lies before 1970
    """
    ms, tail = _sequence.stamp(None if now is None else _milliseconds(now))
    rand_a, rand_b = tail >> 62, tail & ((1 << 62) - 1)
    return uuid.UUID(int=(ms << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b)


def random_ids(now: datetime, count: int) -> Iterator[str]:
    """Make many UUIDv7 of one time, as 32 hexadecimal digits, for rows that nobody sorts by them.

    Their tails are random, so that they cost a tenth of what ``new_id`` does and have no order among themselves.

    :raises ValueError: if ``now`` has no time zone or lies before 1970
    """
    head = f"{_milliseconds(now):012x}7"
    noise = secrets.token_hex(_NOISE_DIGITS // 2 * count)
    for start in range(0, len(noise), _NOISE_DIGITS):
        variant = _VARIANTS[noise[start + 3]]
        yield f"{head}{noise[start : start + 3]}{variant}{noise[start + 4 : start + 19]}"


def _milliseconds(now: datetime) -> int:
    if now.tzinfo is None:
        raise ValueError("the time of an id needs a time zone")
    ms = (now - _EPOCH) // _MILLISECOND
    if ms < 0:
        raise ValueError("the time of an id must not lie before 1970")
    return ms


def parse_id(text: object, *, field: str) -> uuid.UUID:
    """Read an id in its canonical form of 36 characters, in either case.

    ``uuid.UUID`` also takes braces, ``urn:uuid:`` and misplaced hyphens; one spelling per id keeps
    logs, idempotency hashes and links comparable.

    :raises Invalid: if the text is not an id
    """
    if not isinstance(text, str) or not _CANONICAL.fullmatch(text):
        raise Invalid(
            field=field,
            reason_zh="应为 36 位的标识（如 0190163d-8694-739b-aea5-966c26f8ad91）",
            reason_en="expected an id of 36 characters, like 0190163d-8694-739b-aea5-966c26f8ad91",
        )
    return uuid.UUID(text)
