"""One worker process of the product, as it is deployed, for as long as a block runs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from forked_product import SUXIN, Forked, fork

from suxin_server.settings import Settings


@contextmanager
def started_worker(settings: Settings) -> Iterator[Forked]:
    """Run it until the block ends, which need not wait for its end."""
    process = fork((*SUXIN, "worker"), {**os.environ, **settings.as_environment()})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def worker_started_anew(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one that shares nothing with another, for whoever measures how soon it works."""
    process = subprocess.Popen(
        [sys.executable, *SUXIN, "worker"],
        env={**os.environ, **settings.as_environment()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
