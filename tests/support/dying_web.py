"""A web process that is killed in the middle of what it is asked, at a time of the test's own.

Run as a program of its own: after what it dies and what time it is, its arguments say.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from forked_product import Forked
from held_clock import HeldClock
from payment_worker import dying
from web_process import started_web

from suxin.risk_pool.payments import approving
from suxin_server import assembly, web
from suxin_server.settings import Settings, read_settings
from suxin_tenants.attraction import gate_pages
from suxin_tenants.village_grid import field_pages

AFTER: dict[str, tuple[Any, str]] = {
    "the money is held": (approving, "hold_payment"),
    "the spends are judged": (gate_pages, "sync_spends"),
    "the items are taken": (field_pages, "sync_items"),
    "the claim is approved": (approving, "ask_for_matching"),
}
"""After what it is killed, by the function that does it; nothing is committed then."""


@contextmanager
def started_dying_web(settings: Settings, *, after: str, now: datetime) -> Iterator[Forked]:
    """Run a web process whose time stands at ``now`` until it dies or the block ends, and wait until it is ready."""
    with started_web(settings, (__file__, after, now.isoformat())) as process:
        yield process


def main(after: str, moment: str) -> None:
    module, name = AFTER[after]
    setattr(module, name, dying(getattr(module, name)))
    held = HeldClock(datetime.fromisoformat(moment))
    assembly.SystemClock = lambda: held  # type: ignore[assignment,misc] # the test's own time
    web.serve(read_settings())


if __name__ == "__main__":
    main(*sys.argv[1:])
