"""The town's grid app (网格通) over HTTP: its events, page by page, and the results that it is told.

Requests are signed as those to the identity service are. Whatever is told has an id of the platform's own, so that doubtful calls are repeated.
The app is asked to leave out what is of special persons; what it sends of them all the same is dropped where it is read.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec
import structlog

from suxin.grid.exchange.interface import AppPage, AppRow, AppUnavailable, Result
from suxin.grid.exchange.words import AppSort
from suxin_outbound.guarded import Call, CallFailed, GuardedClient
from suxin_outbound.signed_requests import signer

SERVICE: Final = "town_app"
EVENTS_PATH: Final = "/v1/events/query"
RESULTS_PATH: Final = "/v1/results"
TOLD_PATH: Final = "/v1/results/query"
MAX_CURSOR: Final = 200
MAX_TOLD: Final = 5_000

Shape = TypeVar("Shape")

_log = structlog.get_logger(__name__)


class _Event(msgspec.Struct):
    no: str
    sort: str
    state: str
    household: str
    happened_on: str
    note: str = ""
    worker: str = ""


class _Page(msgspec.Struct):
    events: list[_Event]
    next: str
    more: bool


class _Refused(msgspec.Struct):
    id: str
    reason: str


class _Taken(msgspec.Struct):
    taken: list[str]
    refused: list[_Refused] = []


class _Held(msgspec.Struct):
    no: str
    points: int


class _Told(msgspec.Struct):
    results: list[_Held]


class TownAppClient:
    """Implements :class:`suxin.grid.exchange.interface.TownApp`."""

    def __init__(self, *, base_url: str, app_id: str, secret: str, guarded: GuardedClient) -> None:
        self._base_url = base_url.rstrip("/")
        self._app_id = app_id
        self._secret = secret
        self._guarded = guarded

    async def events(self, village: str, *, after: str, limit: int, now: datetime) -> AppPage:
        """Ask for the next events of a village."""
        asked = {
            "village": village,
            "after": after,
            "limit": limit,
            "without": [AppSort.PERSONS.zh],
        }
        page = await self._ask(EVENTS_PATH, asked, _Page, now)
        if len(page.events) > limit or len(page.next) > MAX_CURSOR:
            raise _unusable("page_too_long")
        if page.more and page.next == after:
            raise _unusable("cursor_stands_still")
        return AppPage(
            [AppRow(*msgspec.structs.astuple(one)) for one in page.events], page.next, page.more
        )

    async def tell(
        self, village: str, results: Sequence[Result], *, now: datetime
    ) -> Mapping[str, str]:
        """Tell results in their order."""
        told = {"village": village, "results": [_as_told(one) for one in results]}
        taken = await self._ask(RESULTS_PATH, told, _Taken, now)
        refused = {one.id: one.reason for one in taken.refused}
        # What the answer is silent about is not known to be there.
        if {one.id for one in results} != {*taken.taken, *refused}:
            raise _unusable("results_unanswered")
        return refused

    async def told(self, village: str, *, month: date, now: datetime) -> Mapping[str, int]:
        """Ask what the app was told of a month."""
        asked = {"village": village, "month": f"{month:%Y-%m}"}
        told = await self._ask(TOLD_PATH, asked, _Told, now)
        if len(told.results) > MAX_TOLD:
            raise _unusable("list_too_long")
        return {one.no: one.points for one in told.results}

    async def _ask(
        self, path: str, body: Mapping[str, object], shape: type[Shape], now: datetime
    ) -> Shape:
        call = Call(
            service=SERVICE,
            method="POST",
            url=self._base_url + path,
            body=body,
            sign=signer(app_id=self._app_id, secret=self._secret, now=now),
            idempotent=True,
        )
        try:
            answer = await self._guarded.call(call)
            if answer.status != HTTPStatus.OK:
                raise _unusable(f"status_{answer.status}")
            return answer.decode(shape)
        except CallFailed as failed:
            raise _unusable(failed.problem.value) from None


def _as_told(one: Result) -> dict[str, object]:
    return {
        "id": one.id,
        "no": str(one.claim_id),
        "event": one.event,
        "worker": one.worker,
        "household": one.household,
        "item": one.rule,
        "points": one.points,
        "state": one.state.zh,
        "ended_on": one.ended_on,
    }


def _unusable(problem: str) -> AppUnavailable:
    _log.warning("town_app_failed", problem=problem)
    return AppUnavailable(problem)
