"""Chunks: the rows of a file, checked and put together for one transaction each."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Final

from suxin.kernel.ids import random_ids
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealing import Sealer
from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.persons import chunk_persons
from suxin.subjects.ingestion.refusals import Reject, RowMalformed, RowRepeated, TooManyRows
from suxin.subjects.ingestion.rows import Expected, staged_row
from suxin.subjects.ingestion.staging import Chunk

Fields = list[str]
Numbered = tuple[int, Fields | Reject]
Places = tuple[int | None, ...]

Position = Callable[[], int]

_IDS_AT_ONCE: Final = 1_000


@dataclass(slots=True)
class _Filling:
    """A chunk while rows are put into it."""

    text: io.StringIO = field(default_factory=io.StringIO)
    write: Callable[[Iterable[object]], object] = field(init=False)
    seen: set[tuple[str, str]] = field(default_factory=set)
    # By resident id, each with his number within the chunk: in memory alone, and no longer than the chunk is filled.
    persons: dict[str, int] = field(default_factory=dict)
    of_persons: int = 0
    rejects: list[Reject] = field(default_factory=list)
    read: int = 0
    late: int = 0
    last_line: int = 0

    def __post_init__(self) -> None:
        self.write = csv.writer(self.text, lineterminator="\n").writerow

    @property
    def is_full(self) -> bool:
        """Whether it holds as much as one transaction writes."""
        return self.read >= limits.CHUNK_ROWS or self.text.tell() >= limits.CHUNK_BYTES

    def numbered(self, person: str) -> int | str:
        """Return the number of a person within the chunk; nothing where a row is about an organisation."""
        if not person:
            return ""
        self.of_persons += 1
        return self.persons.setdefault(person, len(self.persons) + 1)

    def closed(self, bytes_read: int, sealer: Sealer, ids: Iterator[str]) -> Chunk:
        """Return it as it is written: of persons nothing but their indexes."""
        return Chunk(
            content=self.text.getvalue().encode(),
            staged=len(self.seen),
            of_persons=self.of_persons,
            persons=chunk_persons(sealer, self.persons, ids),
            read=self.read,
            last_line=self.last_line,
            bytes_read=bytes_read,
            late=self.late,
            rejects=tuple(self.rejects),
        )


def _endless_ids(now: datetime) -> Iterator[str]:
    while True:
        yield from random_ids(now, _IDS_AT_ONCE)


class Chunks:
    """Iterates over the chunks of a file that come after a line, each made when it is asked for.

    ``rows`` are those after the heading, ``places`` says where the columns stand in them; ``position`` tells how many bytes were
    read.

    :raises TooManyRows: past ``limits.MAX_ROWS``
    """

    def __init__(
        self,
        rows: Iterable[Numbered],
        places: Places,
        expected: Expected,
        *,
        sealer: Sealer,
        after_line: int,
        now: datetime,
        position: Position,
    ) -> None:
        self._rows = rows
        self._expected = expected
        self._sealer = sealer
        self._after_line = after_line
        self._ids = _endless_ids(now)
        self._position = position
        # A heading has no column that is not one of a record's; what it lacks is taken from behind a row's end.
        self._width = sum(place is not None for place in places)
        self._in_order = itemgetter(*(self._width if place is None else place for place in places))

    def __iter__(self) -> Iterator[Chunk]:
        oldest_timely = self._expected.today - timedelta(days=limits.TIMELY_DAYS)
        filling, count = _Filling(), 0
        for count, (line, row) in enumerate(self._rows, start=1):
            if line <= self._after_line:
                continue
            if count > limits.MAX_ROWS:
                yield from self._last(filling)
                raise TooManyRows(limit=limits.MAX_ROWS)
            self._put(filling, line, row, oldest_timely)
            if filling.is_full:
                yield self._closed(filling)
                filling = _Filling()
        yield from self._last(filling)

    def _last(self, filling: _Filling) -> Iterator[Chunk]:
        if filling.read:
            yield self._closed(filling)

    def _closed(self, filling: _Filling) -> Chunk:
        return filling.closed(self._position(), self._sealer, self._ids)

    def _put(self, filling: _Filling, line: int, row: Fields | Reject, oldest_timely: date) -> None:
        filling.read += 1
        filling.last_line = line
        if isinstance(row, Reject):
            filling.rejects.append(row)
            return
        try:
            staged, occurred, person = staged_row(self._ordered(row), self._expected)
            key = (staged[0] or person, staged[2])
            if key in filling.seen:
                raise RowRepeated
        except Refusal as refusal:
            filling.rejects.append(Reject(line, refusal))
            return
        filling.seen.add(key)
        filling.late += occurred < oldest_timely
        filling.write((line, next(self._ids), filling.numbered(person), *staged))

    def _ordered(self, row: Fields) -> list[str]:
        if len(row) != self._width:
            raise RowMalformed
        return [field.strip() for field in self._in_order([*row, ""])]
