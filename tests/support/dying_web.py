"""A web process that is killed in the middle of what it is asked, at a time of the test's own.

Reading the whole product takes longer than everything else such a process does before it answers: one process reads it for all of
them, once, and each is forked from that.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from typing import Any
from unittest.mock import patch

import httpx
from held_clock import HeldClock
from patience import START_PATIENCE_S
from payment_worker import dying

from suxin.risk_pool.payments import approving
from suxin_server import assembly, web
from suxin_server.processes import wait_until
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

STOP_TIMEOUT_S = 5
LOOK_TIMEOUT_S = 5


@contextmanager
def started_dying_web(
    settings: Settings, *, after: str, now: datetime
) -> Iterator[ForkServerProcess]:
    """Run a web process whose time stands at ``now`` until it dies or the block ends, and wait until it is ready."""
    forked = get_context("forkserver")
    forked.set_forkserver_preload([__name__])
    variables = {**os.environ, **settings.as_environment()}
    process = forked.Process(target=_serve, args=(variables, after, now), daemon=True)
    # Python 3.11 does not tell the process that reads everything where to find it.
    with patch.dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)):
        process.start()
    try:
        ready = wait_until(
            lambda: not process.is_alive() or _answers(settings.url), timeout_s=START_PATIENCE_S
        )
        assert ready, "the web process is not ready"
        assert process.is_alive(), f"the web process ended with {process.exitcode}"
        yield process
    finally:
        process.terminate()
        process.join(STOP_TIMEOUT_S)
        process.kill()
        process.join()
        process.close()


def _answers(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/health/ready", timeout=LOOK_TIMEOUT_S, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.OK


def _serve(variables: dict[str, str], after: str, now: datetime) -> None:
    """Be the process: answer until what it dies of was done."""
    silence = os.open(os.devnull, os.O_WRONLY)
    for output in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(silence, output)
    os.environ.clear()
    os.environ.update(variables)
    module, name = AFTER[after]
    setattr(module, name, dying(getattr(module, name)))
    held = HeldClock(now)
    assembly.SystemClock = lambda: held  # type: ignore[assignment,misc] # the test's own time
    web.serve(read_settings())
