"""The postman: puts events in order and sends them to the endpoints whose turn it is.

It is no job of the queue, because a receiver that answers slowly must hold up neither other tenants' receivers nor anything
else that the workers do: a turn ends within seconds, and no transaction is open while it waits.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog

from suxin.events.deliveries import (
    Attempt,
    Sending,
    Turn,
    give_up_overdue,
    settle_turn,
    take_turns,
)
from suxin.events.feed import BATCH, put_in_order
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.sealing import Sealer
from suxin_graphql.event_bodies import message_of
from suxin_outbound.webhooks import Message, WebhookSender
from suxin_server.key_file import keyring_source
from suxin_server.settings import Settings
from suxin_server.tenants_addresses import client_of_webhooks

SWEEP_S: Final = 0.5
TURNS: Final = 16
"""Endpoints that one worker sends to at once."""

_POSTMAN: Final = Actor.system("postman")

log = structlog.get_logger("suxin.postman")


class Postman:
    """Sends events for as long as it is let."""

    def __init__(
        self,
        database: Database,
        *,
        sealer: Sealer,
        sender: WebhookSender,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._sender = sender
        self._clock = clock

    async def send_forever(self) -> None:
        """Put in order and send at every sweep, and again whenever a turn has ended."""
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                for turn in await self._prepared(limit=TURNS - len(running)):
                    running.add(asyncio.create_task(self._take(turn)))
                running = await _one_ended(running)
        finally:
            for task in running:
                task.cancel()

    async def send_all(self) -> int:
        """Send what is due until nothing is; return how many attempts that was."""
        attempts = 0
        while turns := await self._prepared(limit=TURNS):
            attempts += sum(len(turn.sendings) for turn in turns)
            await asyncio.gather(*(self._take(turn) for turn in turns))
        return attempts

    async def _prepared(self, *, limit: int) -> list[Turn]:
        now = self._clock()
        ordered = BATCH
        while ordered == BATCH:
            async with self._database.transaction(_POSTMAN, now=now) as session:
                ordered = await put_in_order(session, now=now)
        async with self._database.transaction(_POSTMAN, now=now) as session:
            await give_up_overdue(session, now=now)
        if limit <= 0:
            return []
        async with self._database.transaction(_POSTMAN, now=now) as session:
            return await take_turns(session, sealer=self._sealer, limit=limit, now=now)

    async def _take(self, turn: Turn) -> None:
        try:
            made = await asyncio.gather(*(self._sent(turn, sending) for sending in turn.sendings))
            await self._settled(turn, dict(made))
        except Exception:
            # Nothing is lost: the hold ends, and the same events go out again.
            log.exception("turn failed", endpoint_id=str(turn.endpoint_id))

    async def _sent(self, turn: Turn, sending: Sending) -> tuple[UUID, Attempt]:
        message_id, body = message_of(sending, turn.tenant_id)
        message = Message(url=turn.url, id=message_id, body=body, secrets=turn.secrets)
        return sending.delivery_id, await self._sender.send(message)

    async def _settled(self, turn: Turn, attempts: dict[UUID, Attempt]) -> None:
        now = self._clock()
        async with self._database.transaction(_POSTMAN, now=now) as session:
            await settle_turn(session, turn, attempts, now=now)


async def _one_ended(running: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Wait until a turn has ended or it is time to look again; return those that go on."""
    if not running:
        await asyncio.sleep(SWEEP_S)
        return running
    _, still = await asyncio.wait(running, timeout=SWEEP_S, return_when=asyncio.FIRST_COMPLETED)
    return still


def _clock() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_postman(settings: Settings, database: Database) -> AsyncIterator[Postman]:
    """Open the client that sends events, and close it at the end.

    :raises NotAvailable: if the sealing keys are missing, or this machine shall be called for tenants and may not
    """
    sealer = Sealer(keyring_source(settings), settings.sealing_profile)
    outside = client_of_webhooks(settings)
    try:
        sender = WebhookSender(outside, clock=_clock)
        yield Postman(database, sealer=sealer, sender=sender, clock=_clock)
    finally:
        await outside.close()
