"""Redeeming by codes: each in a few round trips of its own, and in a session where the short way cannot.

A code is looked at before anything is locked, at the doorway, as whoever shows a token is. The rest is one transaction (``short_codes``).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.idempotency import KEY_PATTERN, Outcome, once, request_hash
from suxin.kernel.row_context import row_context
from suxin.kernel.sealing import Sealer
from suxin.perks import short_codes
from suxin.perks.policies import REDEMPTION_GRANT
from suxin.perks.presenting import redeem_by_code
from suxin.perks.short_codes import CodeAsked
from suxin.perks.short_redeeming import Asked, Show
from suxin.subjects.presenting import look_at_code


class CodeRedeeming:
    """Redeems what codes stand for; one for each process."""

    def __init__(self, database: Database, *, operation: str) -> None:
        self._database = database
        self._operation = operation
        self._short = database.short_transactions(short_codes.WORK)

    async def redeem(
        self,
        actor: Actor,
        *,
        key: str,
        code: str,
        persons: int,
        request: Mapping[str, Any],
        sealer: Sealer,
        show: Show,
        now: datetime,
    ) -> Outcome:
        """Redeem at once what a code stands for; return once it is committed.

        :raises Forbidden: if the actor may not redeem
        :raises IdempotencyKeyInvalid, IdempotencyKeyReused, RequestInFlight: see ``idempotency.once``
        :raises Refusal: see ``redeem_by_code``
        """
        actor.require(REDEMPTION_GRANT)
        asked = Asked(
            actor=actor,
            key=key,
            operation=self._operation,
            request=request,
            request_hash=request_hash(self._operation, request),
            persons=persons,
            now=now,
        )
        done = await self._shortly(asked, code, sealer, show)
        return done or await self._in_session(asked, code, sealer, show)

    async def close(self) -> None:
        """Close the connections."""
        await self._short.close()

    async def _shortly(self, asked: Asked, code: str, sealer: Sealer, show: Show) -> Outcome | None:
        """Return the answer where nothing stands in the way; else nothing was written, or what was written is known by the key."""
        actor, now = asked.actor, asked.now
        # What happens in a sandbox goes by its own clock.
        if actor.sandbox_id is not None or not KEY_PATTERN.fullmatch(asked.key):
            return None
        steps = self._database.steps
        seen = await look_at_code(steps, actor, code=code, sealer=sealer, now=now)
        if seen is None:
            return None
        shown = CodeAsked(asked=asked, seen=seen)
        try:
            return await self._short.carry_out(
                row_context(actor, now),
                short_codes.given(shown, now=now),
                lambda found: short_codes.decide(shown, show, found, now=now),
            )
        except DBAPIError:
            return None

    async def _in_session(self, asked: Asked, code: str, sealer: Sealer, show: Show) -> Outcome:
        async def work(session: AsyncSession) -> Outcome:
            async def redeemed() -> dict[str, Any]:
                redemption = await redeem_by_code(
                    session,
                    asked.actor,
                    code=code,
                    persons=asked.persons,
                    sealer=sealer,
                    now=asked.now,
                )
                return show(redemption)

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
