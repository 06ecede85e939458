"""``suxin keys``: a version added, everything sealed anew while people read, killed and resumed, an old version dropped."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from typing import TextIO
from uuid import UUID

import pytest
from forked_product import PLAIN, SUXIN, Forked, fork, run_forked
from observing import nothing_written

from suxin.kernel import key_rotation
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.sealing import Keyring, Sealer
from suxin.subjects.doors import KeyringStale, person_behind, resident_door, uscc_door
from suxin.subjects.identities import identity_of
from suxin.subjects.models import (
    NAME,
    PHONE,
    RESIDENT_ID,
    PersonIdentity,
    SubjectDoor,
)
from suxin.subjects.phone_codes import send_phone_code, take_phone_code
from suxin_server import keys_admin
from suxin_server.key_file import KeyFile, KeysUnfit
from suxin_server.settings import Settings

pytestmark = pytest.mark.processes

PEOPLE = 1_300
SYSTEM = Actor.system("test")
USCC = "91321302MATE5T017A"


def number(person: int) -> str:
    return f"3213021990{person:08d}"


@pytest.fixture
def key_path(tmp_path) -> Path:
    path = tmp_path / "sealing.keys"
    path.write_text(Keyring.generate().to_text())
    path.chmod(0o600)
    return path


@pytest.fixture
def sealer(key_path) -> Sealer:
    return Sealer(KeyFile(key_path))


@pytest.fixture
def settings(city, key_path) -> Settings:
    return Settings(database_batch_url=city.batch, sealing_keys_file=key_path)


@pytest.fixture
async def people(batch, sealer, now) -> list[UUID]:
    """Persons with doors, and an organisation whose door needs no key."""
    ids = [new_id() for _ in range(PEOPLE)]
    async with batch.transaction(SYSTEM, now=now) as session:
        for person, row in enumerate(ids):
            door = resident_door(sealer, number(person))
            session.add(
                PersonIdentity(
                    subject_id=row,
                    name_sealed=sealer.seal("王小明", purpose=NAME, row=row),
                    resident_id_sealed=sealer.seal(number(person), purpose=RESIDENT_ID, row=row),
                    phone_sealed=sealer.seal("19900000001", purpose=PHONE, row=row),
                    proof_method="test",
                    proof_ref="test",
                    proved_at=now,
                )
            )
            session.add(SubjectDoor(blind_index=door.digest, subject_id=row, key_version=1))
        session.add(SubjectDoor(blind_index=uscc_door(USCC), subject_id=ids[0]))
    return ids


@pytest.fixture
def environment(settings, key_path) -> dict[str, str]:
    return {
        "DATABASE_BATCH_URL": settings.need("database_batch_url"),
        "SUXIN_SEALING_KEYS_FILE": str(key_path),
    }


@pytest.fixture
def command(environment):
    """Run ``suxin keys …`` as a process of its own."""

    async def run(*words: str) -> CompletedProcess[str]:
        return await asyncio.to_thread(run_forked, "keys", *words, **environment)

    return run


@contextmanager
def rotating(environment: dict[str, str]) -> Iterator[tuple[Forked, TextIO]]:
    """Begin ``suxin keys rotate``, and hear what it says as it says it."""
    reading, writing = os.pipe()
    process = fork((*SUXIN, "keys", "rotate"), PLAIN | environment, stdout=writing)
    os.close(writing)
    try:
        with os.fdopen(reading, encoding="utf-8") as said:
            yield process, said
    finally:
        process.kill()
        process.wait()


async def used(batch, now) -> dict[str, dict[int, int]]:
    async with batch.transaction(SYSTEM, now=now) as session:
        found: dict[str, dict[int, int]] = {}
        for usage in await key_rotation.usages(session):
            found.setdefault(usage.column.partition(".")[2], {})[usage.key_version] = usage.rows
        return found


async def found(database, sealer, person: int, now) -> UUID | None:
    async with database.transaction(SYSTEM, now=now) as session:
        return await person_behind(session, sealer, number(person))


def everything(version: int) -> dict[str, dict[int, int]]:
    columns = ("name_sealed", "resident_id_sealed", "phone_sealed", "blind_index")
    return {column: {version: PEOPLE} for column in columns}


@asynccontextmanager
async def read_on(database, sealer, people, now) -> AsyncIterator[list[int]]:
    """Look persons up by their numbers and open their identities, one after the other, for as long as the block runs."""
    reads, stop = [0], asyncio.Event()

    async def read() -> None:
        while not stop.is_set():
            person = reads[0] * 37 % PEOPLE
            assert await found(database, sealer, person, now) == people[person]
            async with database.snapshot(SYSTEM, now=now) as session:
                identity = await identity_of(session, sealer, people[person])
            assert (identity.name, identity.resident_id) == ("王小明", number(person))
            reads[0] += 1

    reading = asyncio.create_task(read())
    try:
        yield reads
    finally:
        stop.set()
        await reading


async def test_killed_in_the_middle_while_people_read_it_is_resumed_and_ends(
    command, environment, people, database, batch, sealer, admin, now
):
    assert await found(database, sealer, 7, now) == people[7]
    added = await command("add")
    assert "密钥版本 · key version added: 2\n" in added.stdout
    async with read_on(database, sealer, people, now) as reads:
        with rotating(environment) as (first, told):
            # Nothing was attached, nobody signed at a counter, no disaster was declared, nothing was exported, no claim has a photo, no cover a paper,
            # no village has a register, no provider has a secret and no batch waits here; those tables come first.
            lines = [await asyncio.to_thread(told.readline) for _ in range(13)]
            first.kill()
            first.wait()
        assert lines == [
            "attachments: 0 / 0\n",
            "case_documents: 0 / 0\n",
            "counter_evidence: 0 / 0\n",
            "declared_disasters: 0 / 0\n",
            "disaster_notices: 0 / 0\n",
            "exports: 0 / 0\n",
            "grid_claim_photos: 0 / 0\n",
            "grid_photo_pieces: 0 / 0\n",
            "household_members: 0 / 0\n",
            "identity_providers: 0 / 0\n",
            "ingestion_batches: 0 / 0\n",
            "perk_cover_papers: 0 / 0\n",
            f"person_identities: 500 / {PEOPLE}\n",
        ]
        half = await used(batch, now)
        assert 500 <= half["name_sealed"][2] < PEOPLE
        assert half["blind_index"] == {1: PEOPLE}
        second = await command("rotate")
    assert second.stderr == ""
    assert second.stdout.endswith("全部使用密钥版本 · everything rests on key version: 2\n")
    assert f"subject_doors.blind_index: {PEOPLE} / {PEOPLE}\n" in second.stdout
    assert reads[0] > 10
    assert await used(batch, now) == everything(2)
    assert await found(database, sealer, 7, now) == people[7]
    assert await admin.fetchval("select count(*) from subject_doors") == PEOPLE + 1
    async with nothing_written(admin):
        await command("rotate")


async def test_a_door_of_a_number_that_nobody_kept_waits_and_its_key_stays(
    settings, batch, sealer, admin, now, capsys
):
    """Whom departments alone have told of: nothing is left of his number that could be indexed anew."""
    door = resident_door(sealer, number(1))
    async with batch.transaction(SYSTEM, now=now) as session:
        session.add(SubjectDoor(blind_index=door.digest, subject_id=new_id(), key_version=1))
    keys_admin.add(settings)
    await asyncio.to_thread(keys_admin.rotate, settings)
    said = capsys.readouterr().out
    assert "subject_doors.blind_index: 0 / 0\n" in said
    assert "另有 1 人尚未实名或已注销" in said
    assert "请再次运行" not in said
    assert "everything rests on" not in said
    with pytest.raises(KeysUnfit, match="wait for them or their source"):
        await asyncio.to_thread(keys_admin.drop, settings, 1)
    assert await admin.fetchval("select key_version from subject_doors") == 1


async def test_an_old_version_is_dropped_once_nothing_rests_on_it(
    settings, key_path, people, database, sealer, admin, now
):
    keys_admin.add(settings)
    before = key_path.read_text()
    with pytest.raises(KeysUnfit, match=f"key version 1 is still used {4 * PEOPLE} times"):
        await asyncio.to_thread(keys_admin.drop, settings, 1)
    assert key_path.read_text() == before
    await asyncio.to_thread(keys_admin.rotate, settings)
    await asyncio.to_thread(keys_admin.drop, settings, 1)
    assert Keyring.from_text(key_path.read_text()).versions == (2,)
    assert key_path.stat().st_mode & 0o777 == 0o600
    assert await found(database, sealer, 7, now) == people[7]
    kept = key_path.read_text()
    for version, message in ((2, "still used"), (9, "not on the keyring")):
        with pytest.raises(KeysUnfit, match=message):
            await asyncio.to_thread(keys_admin.drop, settings, version)
    assert key_path.read_text() == kept
    audited = await admin.fetchval(
        "select detail from audit_entries where action = 'kernel.keys.rotated'"
    )
    assert f'"rows": {2 * PEOPLE}' in audited


async def test_a_wrong_key_is_refused_before_anything_is_changed(command, key_path, people, admin):
    wrong = Keyring.generate().rotated()
    key_path.write_text(wrong.to_text())
    async with nothing_written(admin):
        refused = await command("rotate")
    assert (refused.returncode, refused.stdout) == (11, "")
    assert "密钥环打不开已封存的数据" in refused.stderr
    assert "a sealed person.name does not open for its row" in refused.stderr
    assert refused.stderr.count("\n") == 1


async def test_a_keyring_without_a_version_in_use_is_said(command, key_path, people, admin):
    ring = Keyring.from_text(key_path.read_text()).rotated()
    key_path.write_text(ring.without(1).to_text())
    status = await command("status")
    assert status.returncode == 1
    missing = f"person_identities.name_sealed  v1  {PEOPLE}  不在密钥环中 · NOT ON THE KEYRING"
    assert missing in status.stdout
    async with nothing_written(admin):
        refused = await command("rotate")
    assert "key version 1 is not on the keyring" in refused.stderr


async def test_no_key_is_ever_printed(command, key_path, people):
    printed, before = "", key_path.read_text()
    for words in (("add",), ("status",), ("rotate",), ("drop", "1"), ("drop", "7")):
        told = await command(*words)
        printed += told.stdout + told.stderr
    secrets = re.findall(r'": "([A-Za-z0-9+/=]{40,})"', before + key_path.read_text())
    assert len(set(secrets)) == 2
    assert all(secret not in printed for secret in secrets)


async def test_a_process_without_the_new_key_does_not_take_a_known_person_for_a_new_one(
    settings, key_path, people, database, now
):
    stale = Sealer(Keyring.from_text(key_path.read_text()))
    keys_admin.add(settings)
    await asyncio.to_thread(keys_admin.rotate, settings)
    with pytest.raises(KeyringStale, match="key version 2"):
        await found(database, stale, 7, now)


async def test_a_code_that_was_sent_before_a_version_was_added_is_still_good(
    settings, database, sealer, admin, now
):
    given = {"openid": "o", "phone": "19900000001", "sealer": sealer, "now": now}
    async with database.transaction(SYSTEM, now=now) as session:
        code = await send_phone_code(session, **given)
    keys_admin.add(settings)
    async with database.transaction(SYSTEM, now=now) as session:
        await take_phone_code(session, code=code, **given)
    later = given | {"now": now.replace(minute=2)}
    async with database.transaction(SYSTEM, now=later["now"]) as session:
        await send_phone_code(session, **later)
    rows = await admin.fetch("select key_version, sent_count from phone_codes")
    assert [tuple(row) for row in rows] == [(2, 2)]


async def test_keys_that_are_the_text_of_a_setting_are_not_changed(settings):
    text = Keyring.generate().to_text()
    given = Settings(database_batch_url=settings.need("database_batch_url"), sealing_keys=text)
    with pytest.raises(KeysUnfit, match="put them into a file"):
        keys_admin.add(given)
