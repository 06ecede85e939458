"""One web process of the product, as it is deployed, for whoever talks to it from outside."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
from forked_product import SUXIN, Forked, fork
from patience import START_PATIENCE_S
from small_city import SmallCity

from suxin_server.processes import free_port
from suxin_server.settings import Settings

SERVE = (*SUXIN, "serve")
NOWHERE = "http://127.0.0.1:9"
STOP_TIMEOUT_S = 5
BETWEEN_LOOKS_S = 0.1

Process = TypeVar("Process", Forked, "subprocess.Popen[bytes]")


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
def started_web(settings: Settings, program: Sequence[str] = SERVE) -> Iterator[Forked]:
    """Run one web process until the block ends, and wait until it is ready."""
    with _until_ended(fork(program, _environment(settings)), settings) as process:
        yield process


@contextmanager
def started_anew(
    settings: Settings, program: Sequence[str] = SERVE
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one that shares nothing with another, as benchmarks do."""
    process = subprocess.Popen(
        [sys.executable, *program],
        env=_environment(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with _until_ended(process, settings):
        yield process


def _environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **settings.as_environment()}


@contextmanager
def _until_ended(process: Process, settings: Settings) -> Iterator[Process]:
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


def _wait_until_ready(process: Process, url: str) -> None:
    deadline = time.monotonic() + START_PATIENCE_S
    said = "nothing"
    with httpx.Client(timeout=5, trust_env=False) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                answer = client.get(f"{url}/health/ready")
                if answer.status_code == httpx.codes.OK:
                    return
                said = answer.text
            except httpx.TransportError as error:
                said = repr(error)
            # Asking without a pause would keep a busy process from getting ready.
            time.sleep(BETWEEN_LOOKS_S)
    raise AssertionError(f"the web process is not ready (exit {process.poll()}): {said}")
