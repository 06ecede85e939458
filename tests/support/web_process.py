"""One web process of the product, as it is deployed, for whoever talks to it from outside."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from patience import PATIENCE_S
from small_city import SmallCity

from suxin_server.processes import free_port
from suxin_server.settings import Settings

SERVE = ("-m", "suxin_server.cli", "serve")
NOWHERE = "http://127.0.0.1:9"
START_TIMEOUT_S = PATIENCE_S
STOP_TIMEOUT_S = 5


def settings_for(
    city: SmallCity, *, database_url: str, redis_url: str, scale: int = 1, **more: Any
) -> Settings:
    """Settings of a server that opens what the city sealed, on a free port; the world outside does not answer.

    It takes GraphQL documents of a caller's own, unless it is told not to.
    """
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        sealing_keys=city.sealer.keyring.to_text(),
        wechat_base_url=NOWHERE,
        identity_base_url=NOWHERE,
        sms_base_url=NOWHERE,
        repair_base_url=NOWHERE,
        port=free_port(),
        rate_limit_scale=scale,
        log_format="json",
        **{"graphql_ad_hoc": True, **more},
    )


@contextmanager
def started_web(
    settings: Settings, program: Sequence[str] = SERVE
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one web process until the block ends, and wait until it is ready."""
    process = subprocess.Popen(
        [sys.executable, *program],
        env={**os.environ, **settings.as_environment()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(process, settings.url)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/health/ready", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the web process is not ready (exit {process.poll()})")
