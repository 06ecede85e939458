"""``suxin backup`` and ``suxin restore``: everything comes back, checked, or nothing does."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import msgspec
import pytest
from forked_product import run_forked
from in_memory import folder_in_memory

from suxin.kernel import audit, audit_chain
from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.sealing import Keyring, Sealer
from suxin.subjects.models import NAME, PHONE, RESIDENT_ID, PersonIdentity
from suxin_server import backups
from suxin_server.backup_folder import DUMP, MANIFEST, BackupUnfit, Manifest, read_backup
from suxin_server.data_folder import KEYS_NAME, held, sealing_keys
from suxin_server.faults import NotAvailable
from suxin_server.key_file import KeyFile, KeysUnfit
from suxin_server.migration import migrate
from suxin_server.postgres import Postgres
from suxin_server.settings import Settings

pytestmark = pytest.mark.processes

SYSTEM = Actor.system("test")
PERSON = new_id()


async def live(url: str, sealer: Sealer) -> None:
    """Enter one person, and an act in the audit chain."""
    now, batch = datetime.now(UTC), Database.connect(url, pool_size=1)
    try:
        async with batch.transaction(SYSTEM, now=now) as session:
            session.add(
                PersonIdentity(
                    subject_id=PERSON,
                    name_sealed=sealer.seal("王小明", purpose=NAME, row=PERSON),
                    resident_id_sealed=sealer.seal(
                        "32130219900000001X", purpose=RESIDENT_ID, row=PERSON
                    ),
                    phone_sealed=sealer.seal("19900000001", purpose=PHONE, row=PERSON),
                    proof_method="test",
                    proof_ref="test",
                    proved_at=now,
                )
            )
            audit.append_act(session, action="kernel.keys.rotated", now=now, detail={"rows": 1})
        async with batch.transaction(SYSTEM, now=now) as session:
            assert await audit_chain.seal(session) == 1
    finally:
        await batch.close()


async def asked(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def lived() -> Iterator[Path]:
    """A data folder with a little in it, whose server runs no more."""
    with folder_in_memory() as place:
        data_dir = place / "数据 data"
        server = Postgres(data_dir)
        server.start()
        migrate(server.dsn("suxin_owner"))
        asyncio.run(live(server.dsn("suxin_batch"), Sealer(KeyFile(sealing_keys(data_dir)))))
        server.stop()
        yield data_dir
        server.remove()


@pytest.fixture(scope="module")
def kept(lived: Path) -> Path:
    """A backup of it."""
    folder = lived.parent / "备份 kept"
    backups.backup(Settings(data_dir=lived), folder)
    return folder


@pytest.fixture
def copied(kept: Path, tmp_path: Path) -> Path:
    """The same backup, to spoil."""
    return Path(shutil.copytree(kept, tmp_path / "copied"))


def test_what_was_backed_up_is_restored_and_sealed_values_open(
    lived: Path, kept: Path, folder: Path
) -> None:
    told = run_forked("restore", kept, "--keys", lived / KEYS_NAME, "--data-dir", folder)
    assert (told.returncode, told.stderr) == (0, "")
    assert "审计链完整 · the audit chain is whole: 1 条 · entries" in told.stdout
    server, sealer = Postgres(folder), Sealer(KeyFile(folder / KEYS_NAME))
    try:
        server.start()
        name = asyncio.run(
            asked(server.dsn("postgres"), "select name_sealed from person_identities")
        )
        assert sealer.open(name, purpose=NAME, row=PERSON) == "王小明"
        # Tables are again their owner's, and the application's role still meets its policies.
        owner = "select tableowner from pg_tables where tablename = 'person_identities'"
        assert asyncio.run(asked(server.dsn("postgres"), owner)) == "suxin_owner"
        seen = asyncio.run(asked(server.dsn("suxin_app"), "select count(*) from person_identities"))
        assert seen == 0
    finally:
        server.remove()


def test_a_running_installation_is_backed_up_and_goes_on_running(lived: Path) -> None:
    server, folder = Postgres(lived), lived.parent / "while running"
    with held(lived):
        server.start()
        try:
            told = run_forked("backup", folder, "--data-dir", lived)
            assert (told.returncode, told.stderr) == (0, "")
            assert str(lived / KEYS_NAME) in told.stdout
            assert server.exit_reason() is None
        finally:
            server.stop()
    manifest = read_backup(folder)
    assert (manifest.rows["person_identities"], manifest.rows["audit_entries"]) == (1, 1)
    assert sorted(path.name for path in folder.iterdir()) == [DUMP, MANIFEST]
    assert folder.stat().st_mode & 0o077 == 0
    assert (
        Keyring.from_text((lived / KEYS_NAME).read_text()).to_text().encode()
        not in (folder / DUMP).read_bytes()
    )


def test_a_backup_is_never_written_over_another(lived: Path, kept: Path) -> None:
    told = run_forked("backup", kept, "--data-dir", lived)
    assert told.returncode == 13
    assert f"{kept} 已存在" in told.stderr
    assert [path.name for path in kept.parent.glob(f"{kept.name}.*")] == []


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(NotAvailable) as refused:
        backups.backup(Settings(data_dir=tmp_path / "nothing"), tmp_path / "kept")
    assert "没有数据库" in refused.value.zh
    own = Settings(data_dir=tmp_path, database_owner_url="postgresql://suxin_owner@db/suxin")
    with pytest.raises(NotAvailable) as refused:
        backups.backup(own, tmp_path / "kept")
    assert "自备的服务器" in refused.value.zh
    assert list(tmp_path.iterdir()) == []


def rewrite(folder: Path, **changed: object) -> None:
    manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    changed_one = msgspec.structs.replace(manifest, **changed)
    (folder / MANIFEST).write_bytes(msgspec.json.encode(changed_one))


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / MANIFEST).unlink(), "不是完整的备份"),
        (lambda folder: (folder / DUMP).unlink(), "不是完整的备份"),
        (lambda folder: (folder / MANIFEST).write_text("{}"), "不是完整的备份"),
        (lambda folder: lengthen(folder / DUMP), "内容被改动或不完整"),
        (lambda folder: rewrite(folder, format=2), "备份格式 2 不是本版本的 1"),
        (lambda folder: rewrite(folder, revision="9999"), "备份来自更新的版本"),
    ],
    ids=[
        "no manifest",
        "no dump",
        "another manifest",
        "a longer dump",
        "a later format",
        "a later version",
    ],
)
def test_a_backup_that_is_not_whole_is_refused_before_anything_is_made(
    lived: Path, copied: Path, folder: Path, spoil, said: str
) -> None:
    spoil(copied)
    with pytest.raises(BackupUnfit) as refused:
        backups.restore(Settings(data_dir=folder), copied, lived / KEYS_NAME)
    assert said in refused.value.zh
    assert not folder.exists()


def test_a_data_folder_in_use_is_never_restored_over(lived: Path, kept: Path) -> None:
    before = sorted(lived.iterdir())
    with pytest.raises(BackupUnfit) as refused:
        backups.restore(Settings(data_dir=lived), kept, lived / KEYS_NAME)
    assert "不是空的" in refused.value.zh
    assert sorted(lived.iterdir()) == before


def test_what_does_not_come_back_as_it_was_leaves_nothing(
    lived: Path, copied: Path, folder: Path, tmp_path: Path
) -> None:
    rewrite(copied, rows=read_backup(copied).rows | {"person_identities": 2})
    with pytest.raises(BackupUnfit) as unfit:
        backups.restore(Settings(data_dir=folder), copied, lived / KEYS_NAME)
    assert unfit.value.zh == "恢复后的行数与清单不符：person_identities"
    assert not folder.exists()
    strange = tmp_path / "strange.keys"
    strange.write_text(Keyring.generate().to_text())
    rewrite(copied, rows=read_backup(copied).rows | {"person_identities": 1})
    with pytest.raises(KeysUnfit):
        backups.restore(Settings(data_dir=folder), copied, strange)
    assert not folder.exists()
