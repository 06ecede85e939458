"""The sealer's loop: chains what was appended to the audit stream, so that no entry stays unsealed for a second."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from suxin.kernel import audit_chain
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database

SEAL_EVERY_S: Final = 0.5
_SEALER: Final = Actor.system("sealer")


async def seal_all(database: Database) -> int:
    """Seal until nothing is left; return how many entries that was. ``database`` is the batch role's."""
    total = 0
    while True:
        async with database.transaction(_SEALER, now=datetime.now(UTC)) as session:
            sealed = await audit_chain.seal(session)
        total += sealed
        if sealed < audit_chain.SEAL_BATCH:
            return total


async def seal_forever(database: Database) -> None:
    """Seal every half second."""
    while True:
        await seal_all(database)
        await asyncio.sleep(SEAL_EVERY_S)
