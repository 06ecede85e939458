"""A web process that is killed in the middle of what it is asked, at a time of the test's own; run as a process by the tests.

After what it dies and what time it is, its arguments say.
"""

import sys
from datetime import datetime
from typing import Any

from held_clock import HeldClock
from payment_worker import dying

from suxin.risk_pool.payments import approving
from suxin_server import assembly, web
from suxin_server.settings import read_settings
from suxin_tenants.attraction import gate_pages
from suxin_tenants.village_grid import field_pages

AFTER: dict[str, tuple[Any, str]] = {
    "the money is held": (approving, "hold_payment"),
    "the spends are judged": (gate_pages, "sync_spends"),
    "the items are taken": (field_pages, "sync_items"),
    "the claim is approved": (approving, "ask_for_matching"),
}
"""After what it is killed, by the function that does it; nothing is committed then."""


def main(after: str, moment: str) -> None:
    module, name = AFTER[after]
    setattr(module, name, dying(getattr(module, name)))
    held = HeldClock(datetime.fromisoformat(moment))
    assembly.SystemClock = lambda: held  # type: ignore[assignment,misc] # the test's own time
    web.serve(read_settings())


if __name__ == "__main__":
    main(*sys.argv[1:])
