"""The town's app as the platform asks it over its interface; spoken over HTTP elsewhere.

Whatever is told has an id of the platform's own, under which the app takes it once: the same may be told again, and is where an answer was lost.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from suxin.grid.states import ClaimState


class AppRow(NamedTuple):
    """What the app says of one event, in its own words; ``worker`` is the app's number of the grid worker."""

    number: str
    sort: str
    state: str
    household: str
    happened_on: str
    note: str
    worker: str


class AppPage(NamedTuple):
    """Events in the app's order, the cursor after them, and whether there are more."""

    rows: Sequence[AppRow]
    cursor: str
    more: bool


class Result(NamedTuple):
    """What became of one claim, as the app is told it: under the worker and the number of the event that it came from, if it did."""

    claim_id: UUID
    event: str | None
    worker: str | None
    household: str
    rule: str
    points: int
    state: ClaimState
    ended_on: date

    @property
    def id(self) -> str:
        """Under which the app takes it once: a claim that is reversed is told once more."""
        return f"{self.claim_id}.{self.state.value}"


class AppUnavailable(Exception):
    """The app gave no usable answer: what was told may have been taken or not, and is told again."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class TownApp(Protocol):
    """The town's app."""

    async def events(self, village: str, *, after: str, limit: int, now: datetime) -> AppPage:
        """Return the next events of a village (twelve digits) after a cursor; the first is after an empty one.

        :raises AppUnavailable: if there was no usable answer
        """
        ...

    async def tell(
        self, village: str, results: Sequence[Result], *, now: datetime
    ) -> Mapping[str, str]:
        """Tell results in their order; return why some were not taken, by ``Result.id``.

        :raises AppUnavailable: if there was no usable answer
        """
        ...

    async def told(self, village: str, *, month: date, now: datetime) -> Mapping[str, int]:
        """Return what the app says it was told of a month: points by the platform's number.

        :raises AppUnavailable: if there was no usable answer
        """
        ...
