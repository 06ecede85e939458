"""The exchange with the town's app in the worker: villages that joined take turns, each with what comes in, what goes back, and a comparison a day.

It is no job of the queue, for the reason of the postman: an app that answers slowly must hold up nothing else that the workers do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import structlog

from suxin.grid.exchange.interface import AppUnavailable, TownApp
from suxin.grid.exchange.turns import (
    Turn,
    TurnLost,
    break_turn,
    end_turn,
    note_comparison,
    note_told,
    results_due,
    take_page,
    take_turns,
)
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin_outbound.guarded import GuardedClient
from suxin_outbound.town_app import TownAppClient
from suxin_server.settings import Settings

FIRST_AFTER_S: Final = 25.0
LOOK_S: Final = 10.0
TURNS: Final = 4
"""Villages for which one worker asks at once."""

PAGE: Final = 200
PAGES: Final = 5
BATCHES: Final = 5
"""How many pages come in and batches go out in one turn; what is left waits for the next."""

_EXCHANGER: Final = Actor.system("exchange")

log = structlog.get_logger("suxin.exchanging")


class Exchange:
    """Exchanges with the app for every village that joined."""

    def __init__(self, database: Database, app: TownApp, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._app = app
        self._clock = clock

    async def all_due(self) -> int:
        """Take every turn that is due now; return how many there were."""
        taken = 0
        while turns := await self._turns():
            taken += len(turns)
            await asyncio.gather(*(self._take(turn) for turn in turns))
        return taken

    async def forever(self) -> None:
        """Look six times a minute."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            await self.all_due()
            await asyncio.sleep(LOOK_S)

    async def _turns(self) -> list[Turn]:
        now = self._clock()
        async with self._database.transaction(_EXCHANGER, now=now) as session:
            return await take_turns(session, limit=TURNS, now=now)

    async def _take(self, turn: Turn) -> None:
        try:
            await self._exchanged(turn)
        except TurnLost:
            log.info("turn lost", tenant_id=str(turn.tenant_id))
        except Exception:
            # Nothing is lost: the hold ends, and the turn begins again where its last answer was kept.
            log.exception("turn failed", tenant_id=str(turn.tenant_id))

    async def _exchanged(self, turn: Turn) -> None:
        now = self._clock()
        try:
            await self._bring(turn, now=now)
            await self._give(turn, now=now)
            await self._compare(turn, now=now)
        except AppUnavailable as failed:
            async with self._database.transaction(_EXCHANGER, now=now) as session:
                await break_turn(session, turn, failed.problem, now=now)
        else:
            async with self._database.transaction(_EXCHANGER, now=now) as session:
                await end_turn(session, turn, now=now)

    async def _bring(self, turn: Turn, *, now: datetime) -> None:
        cursor = turn.cursor
        for _ in range(PAGES):
            page = await self._app.events(turn.village, after=cursor, limit=PAGE, now=now)
            async with self._database.transaction(_EXCHANGER, now=now) as session:
                await take_page(session, turn, page, now=now)
            cursor = page.cursor
            if not page.more:
                return

    async def _give(self, turn: Turn, *, now: datetime) -> None:
        for _ in range(BATCHES):
            async with self._database.transaction(_EXCHANGER, now=now) as session:
                results = await results_due(session, turn)
            if not results:
                return
            refused = await self._app.tell(turn.village, results, now=now)
            async with self._database.transaction(_EXCHANGER, now=now) as session:
                await note_told(session, turn, results, refused, now=now)

    async def _compare(self, turn: Turn, *, now: datetime) -> None:
        if turn.compare is None:
            return
        told = await self._app.told(turn.village, month=turn.compare, now=now)
        async with self._database.transaction(_EXCHANGER, now=now) as session:
            await note_comparison(session, turn, turn.compare, told, now=now)


def _clock() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_exchange(settings: Settings, database: Database) -> AsyncIterator[Exchange | None]:
    """Open the client of the town's app, where the settings name one, and close it at the end."""
    if settings.town_app_base_url is None:
        yield None
        return
    guarded = GuardedClient.to_trusted()
    try:
        app = TownAppClient(
            base_url=settings.town_app_base_url,
            app_id=settings.town_app_app_id,
            secret=settings.town_app_secret.get_secret_value(),
            guarded=guarded,
        )
        yield Exchange(database, app, clock=_clock)
    finally:
        await guarded.close()
