"""``suxin backup`` and ``suxin restore``: the data folder's own database into a folder, and out of it into an empty data folder.

All truth is in PostgreSQL: Valkey holds what may be lost (queued wake-ups, counts of limits), and is not backed up. What was
restored is compared with the manifest, and the audit chain is replayed, before it is called restored.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import click

from suxin.kernel import audit_chain, key_rotation
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.sealing import SealBroken, Sealer
from suxin_server import model_registry
from suxin_server.backup_folder import (
    DUMP,
    FORMAT,
    BackupUnfit,
    Manifest,
    read_backup,
    sha256_of,
    write_manifest,
)
from suxin_server.binaries import find_postgres
from suxin_server.cluster import DATABASE, SUPERUSER, write_secret
from suxin_server.data_folder import KEYS_NAME, held
from suxin_server.faults import BinaryMissing, DataDirInUse, NotAvailable
from suxin_server.key_file import KeyFile, KeysUnfit
from suxin_server.migration import known_revisions, migrate
from suxin_server.postgres import Postgres
from suxin_server.processes import run_to_end
from suxin_server.settings import Settings

# Whether keys open what there is goes by what the tables declare, and a table declares nothing before it is imported.
_TABLES: Final = model_registry.CONTEXTS
_ACTOR: Final = Actor.system("restore")
DUMP_TIMEOUT_S: Final = 6 * 3_600
_EXE: Final = ".exe" if sys.platform == "win32" else ""
_COUNTED: Final = """
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r' order by c.relname
"""


def backup(settings: Settings, folder: Path) -> None:
    """Write the data folder's database into a new folder, as of one moment; also while ``suxin up`` runs.

    :raises BackupUnfit: if the folder is there already, or the dump fails
    :raises NotAvailable: if the database is not the data folder's own, or there is none
    """
    if settings.database_url is not None or settings.database_owner_url is not None:
        raise NotAvailable(
            zh="数据库由自备的服务器保管，请用该服务器的备份工具（见 docs/running.md）",
            en="the database is on a server of your own: use that server's tools (docs/running.md)",
        )
    folder = folder.absolute()
    if folder.exists():
        raise BackupUnfit(zh=f"{folder} 已存在", en=f"{folder} is there already")
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
    unfinished.mkdir(parents=True, mode=0o700)
    try:
        with _own_server(settings) as server:
            manifest = asyncio.run(_dump(server, _tool(settings, "pg_dump"), unfinished / DUMP))
        write_manifest(unfinished, manifest)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    click.echo(
        f"已备份 · backed up: {sum(manifest.rows.values()):,} 行 · rows，"
        f"{len(manifest.rows)} 个表 · tables → {folder}"
    )
    click.echo(
        f"密钥不在备份中，请另处保管 · the keys are not in it, keep them elsewhere: "
        f"{settings.sealing_keys_file or settings.data_dir.absolute() / KEYS_NAME}"
    )


def restore(settings: Settings, folder: Path, keys: Path) -> None:
    """Make an empty data folder the one that was backed up, and check it; one that fails is left empty.

    A backup of an earlier version is brought to this one's schema.

    :raises BackupUnfit: if the backup is not whole or of a later version, the data folder is not empty, or what was restored is
        not what was backed up
    :raises KeysUnfit: if the keys do not open what is sealed
    :raises DataDirInUse: if ``suxin up`` runs on the data folder
    """
    data_dir = settings.data_dir.absolute()
    manifest, keyring = read_backup(folder), KeyFile(keys)
    if manifest.revision not in known_revisions():
        raise BackupUnfit(
            zh=f"备份来自更新的版本（数据库版本 {manifest.revision}），请先升级宿信",
            en=f"the backup is of a later version (revision {manifest.revision}): upgrade first",
        )
    if data_dir.exists() and any(data_dir.iterdir()):
        raise BackupUnfit(
            zh=f"数据目录 {data_dir} 不是空的", en=f"the data folder {data_dir} is not empty"
        )
    server = Postgres(data_dir, binaries=settings.postgres_bin)
    try:
        with held(data_dir):
            server.start()
            _load(server, _tool(settings, "pg_restore"), folder / DUMP)
            asyncio.run(_compare(server, manifest))
            migrate(server.dsn("suxin_owner"))
            sealed = asyncio.run(_verify(server.dsn("suxin_batch"), Sealer(keyring)))
            write_secret(data_dir / KEYS_NAME, keyring().to_text())
            server.stop()
    except BaseException:
        server.remove()
        shutil.rmtree(data_dir, ignore_errors=True)
        raise
    click.echo(
        f"已恢复 · restored: {sum(manifest.rows.values()):,} 行 · rows，{manifest.made_at.isoformat()} → {data_dir}"
    )
    click.echo(f"审计链完整 · the audit chain is whole: {sealed} 条 · entries")


@contextmanager
def _own_server(settings: Settings) -> Iterator[Postgres]:
    """Give the data folder's server: the one that runs, or one that is started for this and stopped again."""
    server = Postgres(settings.data_dir, binaries=settings.postgres_bin)
    if not server.has_cluster:
        raise NotAvailable(
            zh=f"数据目录 {settings.data_dir} 中没有数据库",
            en=f"the data folder {settings.data_dir} holds no database",
        )
    with ExitStack() as stack:
        try:
            stack.enter_context(held(settings.data_dir))
        except DataDirInUse:
            server.settle()
        else:
            stack.callback(server.stop)
            server.start()
        yield server


def _tool(settings: Settings, name: str) -> Path:
    tool = find_postgres(settings.postgres_bin) / f"{name}{_EXE}"
    if not tool.is_file():
        raise BinaryMissing(
            zh=f"PostgreSQL 的程序中没有 {name}", en=f"this PostgreSQL comes without {name}"
        )
    return tool


async def _dump(server: Postgres, tool: Path, target: Path) -> Manifest:
    connection = await asyncpg.connect(server.dsn(SUPERUSER))
    try:
        # Rows are counted in the very snapshot that is dumped, so that a city at work can be compared too.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("select pg_export_snapshot()")
            made_at = datetime.now(UTC)
            rows = await _rows(connection)
            revision = await connection.fetchval("select version_num from alembic_version")
            options = ["--format=custom", f"--snapshot={snapshot}", f"--file={target}"]
            await asyncio.to_thread(_run, tool, server, options)
    finally:
        await connection.close()
    return Manifest(
        format=FORMAT,
        made_at=made_at,
        revision=revision,
        rows=rows,
        dump_sha256=await asyncio.to_thread(sha256_of, target),
    )


def _load(server: Postgres, tool: Path, dump: Path) -> None:
    # All of it or nothing: one that is killed leaves an empty database, and never half a city.
    _run(tool, server, ["--single-transaction", "--exit-on-error", str(dump)])


def _run(tool: Path, server: Postgres, options: Sequence[str]) -> None:
    address = urlsplit(server.dsn(SUPERUSER))
    where = [f"--host={address.hostname}", f"--port={address.port}", f"--username={SUPERUSER}"]
    done = run_to_end(
        [tool, *where, f"--dbname={DATABASE}", *options],
        environment={"PATH": os.defpath, "LC_ALL": "C", "PGPASSWORD": address.password or ""},
        timeout_s=DUMP_TIMEOUT_S,
    )
    if done.returncode != 0:
        why = " | ".join(done.stderr.splitlines()[-4:])
        raise BackupUnfit(zh=f"{tool.stem} 失败：{why}", en=f"{tool.stem} failed: {why}")


async def _rows(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, int]:
    names = [str(row["relname"]) for row in await connection.fetch(_COUNTED)]
    return {
        name: await connection.fetchval(f'select count(*) from public."{name}"')  # noqa: S608 - a name out of the catalogue
        for name in names
    }


async def _compare(server: Postgres, manifest: Manifest) -> None:
    connection = await asyncpg.connect(server.dsn(SUPERUSER))
    try:
        found = await _rows(connection)
    finally:
        await connection.close()
    if found != manifest.rows:
        names = "、".join(
            sorted(
                name
                for name in {*found, *manifest.rows}
                if found.get(name) != manifest.rows.get(name)
            )
        )
        raise BackupUnfit(
            zh=f"恢复后的行数与清单不符：{names}",
            en=f"what was restored has other rows than the manifest tells of: {names}",
        )


async def _verify(url: str, sealer: Sealer) -> int:
    """Replay the audit chain and open one value of every sealed column; return how many entries the chain has."""
    database = Database.connect(url, pool_size=1)
    try:
        async with database.snapshot(_ACTOR, now=datetime.now(UTC)) as session:
            await key_rotation.require_fitting(session, sealer)
            found = await audit_chain.verify(session)
    except SealBroken as broken:
        raise KeysUnfit(
            zh="密钥打不开备份中封存的数据", en=f"the keys do not open what is sealed: {broken}"
        ) from None
    finally:
        await database.close()
    if found.broken_at is not None:
        raise BackupUnfit(
            zh=f"审计链在第 {found.broken_at} 条断开",
            en=f"the audit chain is broken at entry {found.broken_at}",
        )
    return found.sealed
