"""The statements that a database's connections send, by a session or straight to the driver."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import event

from suxin.kernel.database import Database
from suxin.kernel.single_steps import SingleStep

# Transactions and their row context, and what the driver asks once about a type.
OF_THE_CONNECTION = re.compile("^(BEGIN|ROLLBACK)|set_config|typeinfo_tree")


@asynccontextmanager
async def sent_statements(database: Database) -> AsyncIterator[list[str]]:
    """Collect what is sent while the block runs."""
    sent: list[str] = []
    connections: set[asyncpg.Connection] = set()

    def of_driver(query: asyncpg.connection.LoggedQuery) -> None:
        sent.append(query.query)

    def of_session(_connection, _cursor, statement: str, *_: object) -> None:
        sent.append(statement)

    def attend(pooled, *_: object) -> None:
        connections.add(pooled.driver_connection)
        # The driver keeps its loggers in a set.
        pooled.driver_connection.add_query_logger(of_driver)

    alone = database._lone.rows

    async def of_lone_reading(statement: SingleStep, *given: Any) -> Any:
        sent.append(statement.sql)
        return await alone(statement, *given)

    engine = database._engine.sync_engine
    database._lone.rows = of_lone_reading
    event.listen(engine, "checkout", attend)
    event.listen(engine, "before_cursor_execute", of_session)
    try:
        yield sent
    finally:
        database._lone.rows = alone
        event.remove(engine, "checkout", attend)
        event.remove(engine, "before_cursor_execute", of_session)
        for driver in connections:
            driver.remove_query_logger(of_driver)
        sent[:] = [one for one in sent if not OF_THE_CONNECTION.search(one)]
