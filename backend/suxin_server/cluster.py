"""Roles and database inside a PostgreSQL cluster: what has to be there before the first migration.

The statements are in ``roles.sql`` beside this module, which is also what an administrator runs on a server of his own.
"""

import asyncio
import json
import os
import secrets
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from importlib import resources
from pathlib import Path
from typing import TypeVar

DATABASE = "suxin"
LOGIN_ROLES = ("suxin_owner", "suxin_app", "suxin_batch")
SUPERUSER = "postgres"
_CONNECT_TIMEOUT_S = 10
_PASSWORD_BYTES = 24

_T = TypeVar("_T")


def roles_sql() -> str:
    """Return the statements that create the roles."""
    return resources.files("suxin_server").joinpath("roles.sql").read_text(encoding="utf-8")


def kept_passwords(note: Path) -> dict[str, str]:
    """Return the passwords of all log-in roles, made up on first use and kept where only the owner reads."""
    if not note.exists():
        made = {role: secrets.token_urlsafe(_PASSWORD_BYTES) for role in (SUPERUSER, *LOGIN_ROLES)}
        write_secret(note, json.dumps(made, indent=2) + "\n")
    known: dict[str, str] = json.loads(note.read_text(encoding="utf-8"))
    return known


def write_secret(path: Path, text: str, *, owner_of: Path | None = None) -> None:
    """Write a file that only its owner can read, whole or not at all, also when the power fails.

    ``owner_of`` is a file whose owner it gets: what a superuser replaces stays readable to who reads it.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    if owner_of is not None and sys.platform != "win32":
        wanted, made = owner_of.stat(), unfinished.stat()
        if (wanted.st_uid, wanted.st_gid) != (made.st_uid, made.st_gid):
            os.chown(unfinished, wanted.st_uid, wanted.st_gid)
    unfinished.replace(path)


async def prepare_cluster(
    admin_dsn: str, passwords: Mapping[str, str], *, database: str = DATABASE
) -> None:
    """Create the roles and the database, or bring them to the wanted state; doing it again is harmless.

    ``passwords`` names ``suxin_owner``, ``suxin_app`` and ``suxin_batch``. They travel as settings that the session
    starts with, so that neither a statement nor its parameters, and hence no server log, ever holds one.
    """
    # Only a cluster that is new or has other roles by now is prepared, so most starts need no driver for it.
    import asyncpg  # noqa: PLC0415 - see above

    settings = {
        f"suxin.{role.removeprefix('suxin_')}_password": passwords[role] for role in LOGIN_ROLES
    }
    connection = await asyncpg.connect(
        admin_dsn, timeout=_CONNECT_TIMEOUT_S, server_settings=settings
    )
    try:
        await connection.execute(roles_sql())
        known = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", database)
        name = '"' + database.replace('"', '""') + '"'
        if known is None:
            await connection.execute(
                f"CREATE DATABASE {name} OWNER suxin_owner TEMPLATE template0 ENCODING 'UTF8'"
            )
        await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
        await connection.execute(f"GRANT CONNECT ON DATABASE {name} TO suxin_app, suxin_batch")
        # A run of scores is worked out beside the tables before any of it is written.
        await connection.execute(f"GRANT TEMPORARY ON DATABASE {name} TO suxin_batch")
    finally:
        await connection.close()


def run_blocking(work: Callable[[], Coroutine[object, object, _T]]) -> _T:
    """Run a coroutine to its end from code that cannot await, also while a loop runs in this thread."""
    outcome: list[_T] = []
    failure: list[BaseException] = []

    def body() -> None:
        try:
            outcome.append(asyncio.run(work()))
        except BaseException as error:  # noqa: BLE001 - handed to the waiting thread as it is
            failure.append(error)

    thread = threading.Thread(target=body, name="suxin-blocking")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]
