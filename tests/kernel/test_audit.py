"""The audit stream: sealed in order, replayed, and whatever was changed, removed, swapped or added is named."""

import asyncio
import threading
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from suxin.kernel import audit_chain
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import AuditEntry, AuditHead, Ground, Receipt, append_act, note_read
from suxin.kernel.audit_chain import GENESIS, chained_hash, seal, unsealed_tail, verify
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id

SYSTEM = Actor.system("r1")
TENANT, SUBJECT = uuid4(), uuid4()
OFFICER = Actor(kind=ActorKind.STAFF, request_id="r1", tenant_id=TENANT, staff_id=uuid4())


async def append(database, now, count: int = 1) -> None:
    for number in range(count):
        async with database.transaction(OFFICER, now=now) as session:
            append_act(
                session, action=f"test.act.{number}", now=now, detail={"名": "值", "n": number}
            )


async def sealed(batch, now) -> int:
    async with batch.transaction(SYSTEM, now=now) as session:
        return await seal(session)


async def found(batch, now) -> audit_chain.Verification:
    async with batch.snapshot(SYSTEM, now=now) as session:
        return await verify(session)


async def test_an_empty_stream_is_whole(batch, now):
    assert await sealed(batch, now) == 0
    assert await found(batch, now) == audit_chain.Verification(0, GENESIS, None, None, 0)


async def test_entries_are_chained_in_order_and_the_tail_is_counted(database, batch, admin, now):
    await append(database, now, 5)
    assert (await found(batch, now)).unsealed == 5
    assert await sealed(batch, now) == 5
    assert await sealed(batch, now) == 0
    await append(database, now, 2)
    result = await found(batch, now)
    assert (result.sealed, result.unsealed, result.broken_at) == (5, 2, None)
    rows = await admin.fetch("select seq, hash, action from audit_entries order by id")
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5, None, None]
    assert rows[4]["hash"] == result.head
    assert len({row["hash"] for row in rows[:5]}) == 5
    # The chain goes on from where it ended.
    assert await sealed(batch, now) == 2
    assert (await found(batch, now)).sealed == 7


async def test_pages_and_batches_do_not_show_in_the_chain(database, batch, now, monkeypatch):
    monkeypatch.setattr(audit_chain, "SEAL_BATCH", 3)
    await append(database, now, 8)
    assert [await sealed(batch, now) for _ in range(4)] == [3, 3, 2, 0]
    assert (await found(batch, now)).sealed == 8
    monkeypatch.undo()
    assert (await found(batch, now)).broken_at is None


TAMPER = {
    "an action is changed": ("update audit_entries set action = 'x' where seq = 3", 3),
    "a detail is changed": ("update audit_entries set detail = '{}' where seq = 2", 2),
    "the time is moved": ("update audit_entries set at = at + interval '1 us' where seq = 4", 4),
    "a subject is put in": ("update audit_entries set subject_id = id where seq = 1", 1),
    "who did it is taken out": ("update audit_entries set staff_id = null where seq = 5", 5),
    "a hash is changed": ("update audit_entries set hash = sha256(hash) where seq = 3", 3),
    "one is deleted": ("delete from audit_entries where seq = 3", 3),
    "the first is deleted": ("delete from audit_entries where seq = 1", 1),
    "one is unsealed": ("update audit_entries set seq = null, hash = null where seq = 4", 4),
    "a gap is made": ("update audit_entries set seq = 9 where seq = 6", 6),
}


@pytest.mark.parametrize(("statement", "broken_at"), TAMPER.values(), ids=TAMPER)
async def test_the_first_entry_that_does_not_fit_is_named(
    database, batch, admin, now, statement, broken_at
):
    await append(database, now, 6)
    await sealed(batch, now)
    assert (await found(batch, now)).broken_at is None
    await admin.execute(statement)
    result = await found(batch, now)
    assert (result.broken_at, result.sealed) == (broken_at, broken_at - 1)
    # Where an entry is missing, the one found in its place is named.
    missing = "delete" in statement or "seq = null" in statement
    seq = await admin.fetchval("select seq from audit_entries where id = $1", result.broken_id)
    assert seq == (9 if "seq = 9" in statement else broken_at + missing)


async def test_two_entries_that_changed_places_are_named(database, batch, admin, now):
    await append(database, now, 5)
    await sealed(batch, now)
    for before, after in ((2, -2), (4, 2), (-2, 4)):
        await admin.execute("update audit_entries set seq = $2 where seq = $1", before, after)
    assert (await found(batch, now)).broken_at == 2


@pytest.mark.parametrize("place", [7, 8], ids=["at the end", "beyond the end"])
async def test_an_entry_put_in_is_named(database, batch, admin, now, place):
    await append(database, now, 6)
    await sealed(batch, now)
    await admin.execute(
        "insert into audit_entries select gen_random_uuid(), at, request_id, actor_kind, tenant_id,"
        " staff_id, client_id, person_id, subject_id, consent_id, contract_id, 'test.forged', object_type, object_id, purpose,"
        " categories, fields, row_count, detail, $1, hash from audit_entries where seq = 6",
        place,
    )
    result = await found(batch, now)
    assert (result.broken_at, result.sealed) == (7, 6)
    forged = await admin.fetchval(
        "select action from audit_entries where id = $1", result.broken_id
    )
    assert forged == "test.forged"


async def test_a_day_closes_with_a_published_head_that_outlives_a_rewritten_chain(
    database, batch, admin, now
):
    """Shanghai's day changes at 16:00 UTC."""
    friday, saturday = (
        datetime(2026, 11, 20, 15, 59, tzinfo=UTC),
        datetime(2026, 11, 20, 16, tzinfo=UTC),
    )
    await append(database, friday, 3)
    await sealed(batch, friday)
    assert await admin.fetch("select * from audit_heads") == []
    await append(database, saturday, 2)
    await sealed(batch, saturday)
    heads = [tuple(row) for row in await admin.fetch("select day, seq, hash from audit_heads")]
    last_of_friday = await admin.fetchval("select hash from audit_entries where seq = 3")
    assert heads == [(date(2026, 11, 20), 3, last_of_friday)]
    assert (await found(batch, now)).broken_at is None
    # Whoever rewrites the past and chains it anew still meets the published head.
    await admin.execute("update audit_entries set action = 'x' where seq = 2")
    await admin.execute("update audit_entries set seq = null, hash = null")
    await sealed(batch, saturday)
    assert (await found(batch, now)).broken_at == 3


async def test_a_tail_cut_off_behind_a_published_head_is_named(database, batch, admin, now):
    await append(database, now, 3)
    await sealed(batch, now)
    await append(database, now + timedelta(days=1), 1)
    await sealed(batch, now)
    await admin.execute("delete from audit_entries where seq >= 3")
    result = await found(batch, now)
    assert (result.broken_at, result.broken_id, result.sealed) == (3, None, 2)


async def test_a_late_entry_of_an_older_day_does_not_publish_a_second_head(
    database, batch, admin, now
):
    for days in (0, 1, 0, 1, 2):
        await append(database, now + timedelta(days=days))
        await sealed(batch, now)
    heads = await admin.fetch("select day, seq from audit_heads order by day")
    assert [tuple(row) for row in heads] == [(date(2026, 11, 20), 1), (date(2026, 11, 21), 4)]
    assert (await found(batch, now)).broken_at is None


async def test_two_sealers_at_once_chain_once(database, batch, admin, now):
    await append(database, now, 40)
    counts = await asyncio.gather(*(sealed(batch, now) for _ in range(6)))
    assert sum(counts) == 40
    result = await found(batch, now)
    assert (result.sealed, result.broken_at) == (40, None)
    assert await admin.fetchval("select count(distinct seq) from audit_entries") == 40


async def test_sealing_while_others_append_loses_none(database, batch, now):
    async def appending() -> None:
        for _ in range(4):
            await append(database, now, 5)

    async def sealing() -> int:
        total = 0
        while total < 60:
            total += await sealed(batch, now)
        return total

    async with asyncio.timeout(20):
        *_, total = await asyncio.gather(appending(), appending(), appending(), sealing())
    assert total == 60
    assert (await found(batch, now)).broken_at is None


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
MOMENT = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    detail=st.dictionaries(TEXT, JSON, max_size=4),
    texts=st.lists(TEXT, max_size=3),
    optional=st.none() | TEXT,
    at=MOMENT,
    offset=st.integers(-12 * 60, 12 * 60),
    person=st.none() | st.uuids(),
    previous=st.binary(min_size=32, max_size=32),
)
def test_the_hash_of_an_entry_outlives_its_way_through_the_database(
    loop_of, detail, texts, optional, at, offset, person, previous
):
    entry = AuditEntry(
        id=new_id(),
        at=at.astimezone(timezone(timedelta(minutes=offset))),
        request_id="r1",
        actor_kind="staff",
        tenant_id=None,
        staff_id=person,
        person_id=person,
        subject_id=None,
        action="test.hash",
        object_type=optional,
        object_id=person,
        purpose=optional,
        categories=texts,
        fields=texts[::-1],
        row_count=len(texts),
        detail=detail,
        seq=7,
        hash=None,
    )
    before = chained_hash(previous, entry)
    assert loop_of(entry.id, entry, previous) == before


@pytest.fixture
def loop_of(city, now):
    """Store an entry and hash what comes back; on a loop of its own, because Hypothesis calls plain functions."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    app, reader = (Database.connect(url, pool_size=1) for url in (city.app, city.batch))

    async def there_and_back(entry_id: UUID, entry: AuditEntry, previous: bytes) -> bytes:
        signer = Actor(kind=ActorKind.STAFF, request_id="r1", person_id=entry.person_id)
        async with app.transaction(signer, now=now) as session:
            entry.seq = None
            session.add(entry)
        async with reader.snapshot(SYSTEM, now=now) as session:
            stored = (
                await session.scalars(select(AuditEntry).where(AuditEntry.id == entry_id))
            ).one()
            session.expunge(stored)
            stored.seq = 7
            return chained_hash(previous, stored)

    def run(*arguments) -> bytes:
        return asyncio.run_coroutine_threadsafe(there_and_back(*arguments), loop).result(10)

    yield run
    for opened in (app, reader):
        asyncio.run_coroutine_threadsafe(opened.close(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_every_column_but_the_hash_is_under_the_hash(now):
    """A column added without a place in the hash could be changed unnoticed."""
    entry = AuditEntry(
        **{
            **{column.name: None for column in AuditEntry.__table__.columns},
            "at": now,
            "detail": {},
            "categories": [],
            "fields": [],
        }
    )
    plain = chained_hash(GENESIS, entry)
    changed = {"at": now + timedelta(microseconds=1), "detail": {"a": 1}, "row_count": 1, "seq": 1}
    for column in AuditEntry.__table__.columns:
        before = getattr(entry, column.name)
        if column.name in {"categories", "fields"}:
            setattr(entry, column.name, ["x"])
        else:
            setattr(entry, column.name, changed.get(column.name, "x"))
        assert (chained_hash(GENESIS, entry) != plain) == (column.name != "hash"), column.name
        setattr(entry, column.name, before)
    assert chained_hash(GENESIS, entry) == plain
    assert chained_hash(bytes([1] * 32), entry) != plain


async def test_subjects_see_what_is_about_them_and_tenants_what_their_people_did(database, now):
    """PIPL art. 44 and 45; 征信业管理条例 art. 22."""
    receipt = Receipt(
        subject_id=SUBJECT,
        purpose="loan.match",
        categories=("tax",),
        fields=("a",),
        row_count=1,
        ground=Ground(),
    )
    async with database.transaction(OFFICER, now=now) as session:
        note_read(session, receipt)
    subject = Actor.subject("r1", person_id=uuid4(), subject_id=SUBJECT)
    async with database.transaction(subject, now=now) as session:
        append_act(session, action="test.decided", now=now, tenant_id=TENANT)

    async def seen(actor: Actor) -> list[str]:
        async with database.snapshot(actor, now=now) as session:
            return list(await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))

    assert await seen(subject) == ["data.read", "test.decided"]
    # What the subject did towards the bank could name him before he consents.
    assert await seen(OFFICER) == ["data.read"]
    assert await seen(Actor(kind=ActorKind.OPERATOR, request_id="r1")) == [
        "data.read",
        "test.decided",
    ]
    assert await seen(Actor.subject("r1", person_id=uuid4(), subject_id=uuid4())) == []
    stranger = Actor(kind=ActorKind.STAFF, request_id="r1", tenant_id=uuid4(), staff_id=uuid4())
    assert await seen(stranger) == []


async def test_the_platform_sees_the_unsealed_tail_and_nothing_else(database, batch, now):
    await append(database, now - timedelta(seconds=30), 2)
    async with database.snapshot(SYSTEM, now=now) as session:
        assert await unsealed_tail(session, now=now) == (2, timedelta(seconds=30))
    await sealed(batch, now)
    async with database.snapshot(SYSTEM, now=now) as session:
        assert await unsealed_tail(session, now=now) == (0, timedelta(0))
        assert list(await session.scalars(select(AuditEntry.id))) == []


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entries set action = 'x'",
        "delete from audit_entries",
        "update audit_entries set seq = 1, hash = ''",
        "insert into audit_heads values ('2026-11-20', 1, '')",
    ],
)
async def test_requests_can_neither_change_nor_seal_the_stream(database, now, statement):
    await append(database, now)
    operator = Actor(kind=ActorKind.OPERATOR, request_id="r1")
    with pytest.raises(DBAPIError, match="permission denied"):
        async with database.transaction(operator, now=now) as session:
            await session.execute(text(statement))


@pytest.mark.parametrize(
    "statement", ["update audit_entries set action = 'x'", "delete from audit_entries"]
)
async def test_the_batch_role_seals_but_cannot_rewrite(database, batch, now, statement):
    await append(database, now)
    with pytest.raises(DBAPIError, match="permission denied"):
        async with batch.transaction(SYSTEM, now=now) as session:
            await session.execute(text(statement))


async def test_heads_are_published_to_everyone(database, batch, now):
    for days in (0, 1):
        await append(database, now + timedelta(days=days))
        await sealed(batch, now)
    async with database.snapshot(Actor.anonymous("r1"), now=now) as session:
        assert [head.seq for head in await session.scalars(select(AuditHead))] == [1]
