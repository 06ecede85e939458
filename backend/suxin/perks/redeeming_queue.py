"""The redeeming queue: visitors' redemptions at one programme, asked for by one till each and committed together.

Tills share the locks on stock and budget, the round trips and the commit, a turn at a time (``suxin.kernel.lines``); each gets his own
redemption or his own refusal, once that is committed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.idempotency import (
    KEY_PATTERN,
    IdempotencyKeyInvalid,
    Outcome,
    RequestInFlight,
    once,
    request_hash,
)
from suxin.kernel.lines import Lines, Turn
from suxin.kernel.row_context import row_context
from suxin.perks import short_redeeming
from suxin.perks.policies import REDEMPTION_GRANT
from suxin.perks.redeeming import redeem_at_once
from suxin.perks.refusals import TillsWaiting
from suxin.perks.short_redeeming import Asked, Show

OPERATION: Final = "perks.redeem"
MAX_WAITING: Final = 1_000
"""How many redemptions wait in one process at most: some seconds' work."""

MAX_TOGETHER: Final = 64
"""How many redemptions are committed together; as with the ledger's postings, more gains nothing."""


@dataclass(frozen=True, slots=True)
class _Till:
    """A programme, and the row context under which all who wait for it redeem; how an answer looks is one for all."""

    actor: Actor
    programme_id: UUID
    show: Show = field(compare=False)


class RedeemingQueue:
    """Takes one till's redemption at a time and carries out what waits together; one for each process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._short = database.short_transactions(short_redeeming.WORK.steps)
        self._asking: set[tuple[Actor, str]] = set()
        self._lines: Lines[_Till, Asked, Outcome] = Lines(
            Turn(fits=_fits, together=self._together, alone=self._alone)
        )

    async def redeem(
        self,
        actor: Actor,
        *,
        key: str,
        programme_id: UUID,
        persons: int,
        request: Mapping[str, Any],
        show: Show,
        now: datetime,
    ) -> Outcome:
        """Redeem at once what everybody gets, in a transaction that others may share; return once it is committed.

        :raises Forbidden: if the actor may not redeem
        :raises TillsWaiting: if ``MAX_WAITING`` wait already
        :raises IdempotencyKeyInvalid, IdempotencyKeyReused, RequestInFlight: see ``idempotency.once``
        :raises Refusal: see ``redeem_at_once``
        """
        actor.require(REDEMPTION_GRANT)
        if not KEY_PATTERN.fullmatch(key):
            raise IdempotencyKeyInvalid(field="idempotencyKey")
        if self._lines.waiting >= MAX_WAITING:
            raise TillsWaiting(limit=MAX_WAITING)
        bare = replace(actor, request_id="perks.redeeming_queue")
        # The database's turns tell transactions apart; within one, this does.
        if (bare, key) in self._asking:
            raise RequestInFlight(field="idempotencyKey")
        asked = Asked(
            actor=actor,
            key=key,
            operation=OPERATION,
            request=request,
            request_hash=request_hash(OPERATION, request),
            persons=persons,
            now=now,
        )
        self._asking.add((bare, key))
        try:
            return await self._lines.ask(_Till(bare, programme_id, show), asked)
        finally:
            self._asking.discard((bare, key))

    async def close(self) -> None:
        """Wait until everybody who waits has his answer."""
        await self._lines.close()
        await self._short.close()

    async def _together(self, till: _Till, asked: Sequence[Asked]) -> Sequence[Outcome | Exception]:
        now = max(one.now for one in asked)
        return await self._short.carry_out(
            short_redeeming.WORK,
            row_context(till.actor, now),
            short_redeeming.given(till.actor, till.programme_id, asked, now),
            lambda found: short_redeeming.decide(
                till.programme_id, asked, till.show, found, now=now
            ),
        )

    async def _alone(self, till: _Till, asked: Asked) -> Outcome:
        async def work(session: AsyncSession) -> Outcome:
            async def redeemed() -> dict[str, Any]:
                redemption = await redeem_at_once(
                    session,
                    asked.actor,
                    programme_id=till.programme_id,
                    subject_id=None,
                    persons=asked.persons,
                    now=asked.now,
                )
                return till.show(redemption)

            return await once(
                session,
                asked.actor,
                key=asked.key,
                operation=asked.operation,
                request=asked.request,
                work=redeemed,
                now=asked.now,
            )

        return await self._database.run(asked.actor, work, now=asked.now)


def _fits(chosen: Sequence[Asked], _more: Asked) -> bool:
    return len(chosen) < MAX_TOGETHER
