"""What the driver learns of PostgreSQL's own types, kept from connection to connection: each would ask for it anew.

To answer takes the server longer than all else that a connection begins with, and a test opens several.
"""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, Final

import asyncpg

FIRST_OID_OF_OURS: Final = 16_384
"""What was made after the cluster was is numbered from here, and is another thing in another database."""

_KEPT: dict[frozenset[int], Any] = {}
_NAMELESS = SimpleNamespace(name="")
"""What is sent puts an end to a statement without a name, as the question itself does."""


def keep_types() -> None:
    """Let every connection of this process share what is learnt of PostgreSQL's own types."""
    ask = asyncpg.Connection._introspect_types

    async def known(
        connection: asyncpg.Connection, oids: Iterable[int], timeout: float | None
    ) -> tuple[Any, Any]:
        asked = frozenset(oids)
        if max(asked) >= FIRST_OID_OF_OURS:
            return await ask(connection, oids, timeout)
        if asked in _KEPT:
            # The question ends the transaction in which the statement was prepared that made the driver ask.
            await connection._protocol.query("show jit", timeout)
            return _KEPT[asked], _NAMELESS
        _KEPT[asked], statement = await ask(connection, oids, timeout)
        return _KEPT[asked], statement

    asyncpg.Connection._introspect_types = known
