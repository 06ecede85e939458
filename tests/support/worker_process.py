"""One worker process of the product, as it is deployed, for as long as a block runs."""

import os
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
