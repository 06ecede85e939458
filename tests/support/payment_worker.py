"""A worker that matches lines and is killed in the middle of a payment; run as a process by the tests."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from suxin.kernel import performing
from suxin.kernel.database import Database
from suxin.risk_pool import jobs
from suxin.risk_pool.payments import paying
from suxin.risk_pool.statements import matching

AFTER: dict[str, tuple[Any, str]] = {
    "the loan is compensated": (paying, "_compensated"),
    "the hold is posted": (paying.posting, "post"),
    "the filing is released": (paying, "release_filing"),
    "the line is matched": (matching, "_go_on"),
}
"""After what it is killed, by the function that does it."""


def dying(function: Callable[..., Any]) -> Callable[..., Any]:
    async def do_and_die(*given: Any, **named: Any) -> None:
        await function(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return do_and_die


async def work(url: str, row_id: str, now: str, after: str) -> None:
    module, name = AFTER[after]
    setattr(module, name, dying(getattr(module, name)))
    database = Database.connect(url)
    await performing.perform(
        database, UUID(row_id), jobs.handlers(), now=datetime.fromisoformat(now)
    )
    await database.close()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
