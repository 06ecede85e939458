"""Lone readings: one statement under the row context of one actor, both in one round trip.

A snapshot costs three of them: its begin, the statement, its end. Where a statement is all that is read, none of that
is needed: it sees one state of the database by itself. The messages that set the row context go out just before it, and
the one Sync behind both makes them a transaction of their own, which ends with its settings. The connections can only
read, and plan each statement once: planning under row policies takes several times what carrying it out does.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from suxin.kernel.driver_pool import ROWS_IN_ROWS, DriverPool
from suxin.kernel.row_context import ADOPT, ADOPTED, adopt
from suxin.kernel.single_steps import SingleStep

PREPARED: Final = 100
"""How many statements one connection remembers; the one that was not asked for longest gives way."""

_SETTINGS: Final = {
    "default_transaction_read_only": "on",
    "plan_cache_mode": "force_generic_plan",
}


class ReadingConnection(asyncpg.Connection):  # type: ignore[misc] # the driver has no types
    """A connection that reads one statement at a time under the row context that goes before it."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - the driver's own
        super().__init__(*given, **named)
        self._ready: OrderedDict[str, PreparedStatement] = OrderedDict()

    async def rows(
        self, context: Mapping[str, str], sql: str, arguments: Sequence[object]
    ) -> Sequence[asyncpg.Record]:
        """Return what a statement finds under a row context."""
        statement = self._ready.get(sql)
        if statement is None:
            statement = await self._prepared(sql)
        else:
            self._ready.move_to_end(sql)
        # What is known to be prepared is sent without another word before it. Should a later driver send one after all,
        # the context ends with it, and the statement finds nothing: never the rows of anybody else.
        self._transport.write(adopt(context))
        return cast("Sequence[asyncpg.Record]", await statement.fetch(*arguments))

    async def _prepared(self, sql: str) -> PreparedStatement:
        if not self._ready:
            await self.prepare(ROWS_IN_ROWS)
            self._adopting = await self.prepare(ADOPT, name=ADOPTED)
        statement = self._ready[sql] = await self.prepare(sql)
        if len(self._ready) > PREPARED:
            self._ready.popitem(last=False)
        return statement


class LoneReadings:
    """Connections for lone readings, under the application's role."""

    def __init__(self, url: str, *, most: int) -> None:
        self._pool = DriverPool(url, ReadingConnection, _SETTINGS, most=most)

    @property
    def in_use(self) -> int:
        """How many connections are reading now."""
        return self._pool.in_use

    async def rows(
        self, statement: SingleStep, context: Mapping[str, str], given: dict[str, Any]
    ) -> Sequence[asyncpg.Record]:
        """Return what a statement finds, as the driver reads it; ``given`` are the values of its named parameters.

        :raises DBAPIError: if it fails
        """
        arguments = statement.arguments(given)
        return await self._pool.use(
            statement.sql, lambda connection: connection.rows(context, statement.sql, arguments)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()
