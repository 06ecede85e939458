"""What is measured: servers of our own on a database of their own, peers beside them, and their processor time."""

import asyncio
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg

from suxin_server.migration import migrate
from suxin_server.postgres import Postgres
from suxin_server.settings import Settings
from suxin_server.valkey import Valkey

DATABASE = "bench"
SHOWN = 2_000


@contextmanager
def own_servers() -> Iterator[tuple[Postgres, Valkey]]:
    """PostgreSQL with a database of the newest revision, and Valkey, until the block ends."""
    place = Path(tempfile.mkdtemp(prefix="suxin-bench-"))
    place.chmod(0o711)
    postgres = Postgres(place / "postgres", binaries=Settings().postgres_bin)
    (place / "valkey").mkdir()
    valkey = Valkey(place / "valkey")
    try:
        postgres.start()
        valkey.start()
        asyncio.run(run_as_admin(postgres, f"create database {DATABASE} owner suxin_owner"))
        migrate(dsn(postgres, "suxin_owner"))
        yield postgres, valkey
    finally:
        valkey.stop()
        postgres.remove()
        shutil.rmtree(place, ignore_errors=True)


def dsn(postgres: Postgres, role: str) -> str:
    return postgres.dsn(role, database=DATABASE)


async def run_as_admin(postgres: Postgres, statement: str) -> None:
    connection = await asyncpg.connect(postgres.admin_dsn)
    await connection.execute(statement)
    await connection.close()


@contextmanager
def started_peer(
    words: Sequence[str | Path], task: Mapping[str, Any]
) -> Iterator["subprocess.Popen[str]"]:
    """A program that takes its task from its standard input and says when it is ready, until the block ends."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            env={**os.environ, "NODE_ENV": "production", "GRAPHILE_ENV": "production"},
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(task))
            process.stdin.close()
            if process.stdout.readline() != "ready\n":
                said.seek(0)
                sys.exit(f"the peer did not start: {said.read()[-SHOWN:]}")
            yield process
        finally:
            process.kill()
            process.wait()


def cpu_seconds(pid: int) -> float:
    """Return the processor time a process has used; not a number where the system does not tell it so."""
    try:
        fields = _fields(Path(f"/proc/{pid}/stat"))
    except FileNotFoundError:
        return math.nan
    return _seconds(fields[11:13])


def server_cpu_seconds(postgres: Postgres) -> float:
    """Return the processor time of all processes of a server, those included that have ended, as parallel workers do.

    Not a number where the system does not tell it so. Of others' load it has far less than the clock.
    """
    assert postgres.pid is not None
    used = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = _fields(stat)
            if stat.parent.name == str(postgres.pid):
                used += _seconds(fields[11:15])
            elif fields[1] == str(postgres.pid):
                used += _seconds(fields[11:13])
    return used or math.nan


def _fields(stat: Path) -> list[str]:
    return stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _seconds(ticks: Sequence[str]) -> float:
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
