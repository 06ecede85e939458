"""The redeeming queue: visitors' redemptions at one programme, and codes shown at one tenant's tills, asked for one by one and committed together.

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
from suxin.kernel.sealing import Sealer
from suxin.perks import short_code_steps, short_redeeming
from suxin.perks.models import Redemption
from suxin.perks.policies import REDEMPTION_GRANT
from suxin.perks.presenting import redeem_by_code
from suxin.perks.redeeming import redeem_at_once
from suxin.perks.refusals import TillsWaiting
from suxin.perks.short_codes import CodesTurn
from suxin.perks.short_redeeming import Asked, Show

OPERATION: Final = "perks.redeem"
MAX_WAITING: Final = 1_000
"""How many redemptions wait in one process at most: some seconds' work."""

MAX_TOGETHER: Final = 64
"""How many redemptions are committed together; as with the ledger's postings, more gains nothing."""


@dataclass(frozen=True, slots=True)
class _Till:
    """A programme that visitors are served of, or none where codes say it, and the row context under which all who wait there redeem; how an answer looks is one for all."""

    actor: Actor
    programme_id: UUID | None
    show: Show = field(compare=False)


class RedeemingQueue:
    """Takes one till's redemption at a time and carries out what waits together; one for each process."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer
        self._visitors = database.short_transactions(short_redeeming.WORK.steps)
        self._codes = database.short_transactions(short_code_steps.STEPS)
        self._asking: set[tuple[Actor, str]] = set()
        self._lines: Lines[_Till, Asked, Outcome] = Lines(
            Turn(fits=_fits, together=self._together, alone=self._alone)
        )

    async def redeem(
        self,
        actor: Actor,
        *,
        key: str,
        programme_id: UUID | None = None,
        code: str | None = None,
        persons: int,
        request: Mapping[str, Any],
        show: Show,
        now: datetime,
    ) -> Outcome:
        """Redeem at once what everybody gets of a programme, or what a code stands for, in a transaction that others may share; return once it is committed.

        :raises Forbidden: if the actor may not redeem
        :raises TillsWaiting: if ``MAX_WAITING`` wait already
        :raises IdempotencyKeyInvalid, IdempotencyKeyReused, RequestInFlight: see ``idempotency.once``
        :raises Refusal: see ``redeem_at_once`` and ``redeem_by_code``
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
            code=code,
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
        await self._visitors.close()
        await self._codes.close()

    async def _together(self, till: _Till, asked: Sequence[Asked]) -> Sequence[Outcome | Exception]:
        now = max(one.now for one in asked)
        context = row_context(till.actor, now)
        if till.programme_id is None:
            turn = CodesTurn(asked, till.show, self._sealer, now)
            return await self._codes.run(context, turn.carry_out)
        programme_id = till.programme_id
        return await self._visitors.carry_out(
            short_redeeming.WORK,
            context,
            short_redeeming.given(till.actor, programme_id, asked, now),
            lambda found: short_redeeming.decide(programme_id, asked, till.show, found, now=now),
        )

    async def _alone(self, till: _Till, asked: Asked) -> Outcome:
        async def work(session: AsyncSession) -> Outcome:
            async def redeemed() -> dict[str, Any]:
                return till.show(await self._redeemed(session, till, asked))

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

    async def _redeemed(self, session: AsyncSession, till: _Till, asked: Asked) -> Redemption:
        if till.programme_id is None:
            return await redeem_by_code(
                session,
                asked.actor,
                code=asked.code or "",
                persons=asked.persons,
                sealer=self._sealer,
                now=asked.now,
            )
        return await redeem_at_once(
            session,
            asked.actor,
            programme_id=till.programme_id,
            subject_id=None,
            persons=asked.persons,
            now=asked.now,
        )


def _fits(chosen: Sequence[Asked], _more: Asked) -> bool:
    return len(chosen) < MAX_TOGETHER
