"""Statements that SQLAlchemy has compiled, kept from test to test: each test's database would compile them all anew."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, Dialect

from suxin.kernel.database import Database

_FIRST: list[Any] = []


def keeping_compiled(database: Database) -> Database:
    """Return the database, whose engine takes what the first one of these compiled and adds to it.

    Compiled statements belong to a dialect, which is the same for every database of a session.
    """
    engine = database._engine.sync_engine
    if not _FIRST:
        _FIRST.append(engine)
        return database
    first = _FIRST[0]
    engine.dialect.initialize = partial(_initialise_once, first.dialect)
    engine.dialect = engine.pool._dialect = first.dialect
    engine._compiled_cache = first._compiled_cache
    return database


def _initialise_once(dialect: Dialect, connection: Connection) -> None:
    """Ask the server what it is, unless it was asked before: it is one and the same for all."""
    if dialect.server_version_info is None:
        dialect.initialize(connection)
