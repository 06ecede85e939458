"""The outbox: handed out once at a time, carried out once, tried again with growing pauses, set aside at last."""

import asyncio
from datetime import timedelta
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel import outbox, performing
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import append_act
from suxin.kernel.outbox import WAKE_CHANNEL, post
from suxin.kernel.performing import (
    CLAIM_LIMIT,
    LEASE,
    MAX_ATTEMPTS,
    Claimed,
    JobRefused,
    TopicUnknown,
    claim,
    paces,
    perform,
    prune,
    waiting,
)
from suxin.kernel.refusals import NotFound, Refusal

SYSTEM = Actor.system("r1")
TENANT = uuid4()
SECOND = timedelta(seconds=1)


class Standing(Refusal):
    """A refusal whose traces would stand if a request had met it."""

    code = "TEST_STANDING"
    commits: ClassVar[bool] = True
    zh = "保留"
    en = "stands"


class Desk:
    """Posts, claims and carries out against one database; ``effects`` are acts in the audit stream."""

    def __init__(self, database, admin, now) -> None:
        self.database, self.admin, self.now = database, admin, now
        self.jobs: list[outbox.Job] = []
        self.fail_with: Exception | None = None

    async def post(self, count: int = 1, **given) -> list[UUID]:
        given.setdefault("now", self.now)
        async with self.database.transaction(SYSTEM, now=self.now) as session:
            return [await post(session, "test.effect", {"n": n}, **given) for n in range(count)]

    async def claim(self, now=None, **limits) -> list[Claimed]:
        now = now or self.now
        async with self.database.transaction(SYSTEM, now=now) as session:
            return list(await claim(session, now=now, **limits))

    async def perform(self, row_id, now=None) -> bool:
        handlers = {"test.effect": self.effect}
        return await perform(self.database, row_id, handlers, now=now or self.now)

    async def effect(self, session, job: outbox.Job) -> None:
        self.jobs.append(job)
        append_act(session, action="test.effect", now=job.now)
        await session.flush()
        if self.fail_with is not None:
            raise self.fail_with

    async def effects(self) -> int:
        return await self.admin.fetchval("select count(*) from audit_entries")

    async def row(self, row_id):
        return await self.admin.fetchrow("select * from outbox where id = $1", row_id)


@pytest.fixture
def desk(database, admin, now) -> Desk:
    return Desk(database, admin, now)


async def test_a_row_is_posted_with_its_transaction_or_not_at_all(desk, database, now):
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(SYSTEM, now=now) as session:
            await post(session, "test.effect", {}, now=now)
            raise ZeroDivisionError
    assert await desk.claim() == []
    subject = uuid4()
    async with database.transaction(SYSTEM, now=now) as session:
        row_id = await post(
            session, "test.effect", {"subject_id": subject, "n": 1}, now=now, tenant_id=TENANT
        )
    row = await desk.row(row_id)
    assert (row["topic"], row["tenant_id"], row["attempts"]) == ("test.effect", TENANT, 0)
    assert row["payload"] == f'{{"n": 1, "subject_id": "{subject}"}}'
    assert (row["created_at"], row["not_before"]) == (now, now)
    assert [row[name] for name in ("sent_at", "done_at", "failed_at", "error")] == [None] * 4


@pytest.mark.parametrize(
    "actor",
    [
        Actor.anonymous("r1"),
        Actor(kind=ActorKind.STAFF, request_id="r1", tenant_id=TENANT),
        Actor.subject("r1", person_id=uuid4(), subject_id=uuid4()),
    ],
)
async def test_requests_add_rows_and_read_none(desk, database, now, actor):
    async with database.transaction(actor, now=now) as session:
        row_id = await post(session, "test.effect", {}, now=now)
    assert await desk.row(row_id) is not None
    with pytest.raises(DBAPIError, match="permission denied"):
        async with database.transaction(actor, now=now) as session:
            await session.execute(text("select * from outbox"))


async def test_a_claimed_row_is_handed_out_again_only_when_its_lease_has_ended(desk, now):
    (row_id,) = await desk.post()
    assert await desk.claim() == [Claimed(row_id, 1)]
    assert await desk.claim(now + LEASE - timedelta(microseconds=1)) == []
    assert await desk.claim(now + LEASE) == [Claimed(row_id, 2)]
    assert (await desk.row(row_id))["sent_at"] == now + LEASE


async def test_a_timed_row_waits_for_its_time(desk, now):
    (row_id,) = await desk.post(not_before=now + timedelta(days=1))
    assert await desk.claim(now + timedelta(days=1) - SECOND) == []
    assert await desk.claim(now + timedelta(days=1)) == [Claimed(row_id, 1)]


async def test_the_earliest_due_are_handed_out_first_and_no_more_than_asked(desk, now):
    late = await desk.post(2, not_before=now - SECOND)
    early = await desk.post(2, not_before=now - 2 * SECOND)
    assert {row.id for row in await desk.claim(limit=3)} == {*early, late[0]}
    assert {row.id for row in await desk.claim(limit=3)} == {late[1]}
    await desk.post(CLAIM_LIMIT + 1)
    assert len(await desk.claim()) == CLAIM_LIMIT


async def test_two_relays_at_once_never_claim_the_same_row(desk):
    posted = await desk.post(120)
    claims = await asyncio.gather(*(desk.claim(limit=40) for _ in range(4)))
    handed = [row.id for rows in claims for row in rows]
    # Rows that another relay holds are passed over, so that a round may hand out fewer than there are.
    while rest := await desk.claim(limit=40):
        handed += [row.id for row in rest]
    assert len(handed) == len(set(handed)) == 120
    assert set(handed) == set(posted)


async def test_a_row_is_carried_out_once_however_often_it_is_handed_out(desk, now):
    (row_id,) = await desk.post(tenant_id=TENANT)
    await desk.claim()
    assert await desk.perform(row_id)
    assert not await desk.perform(row_id)
    assert await desk.claim(now + LEASE) == []
    assert await desk.effects() == 1
    assert desk.jobs == [outbox.Job(row_id, "test.effect", {"n": 0}, TENANT, now)]
    row = await desk.row(row_id)
    assert (row["done_at"], row["error"], row["failed_at"]) == (now, None, None)
    assert 0 <= row["took_ms"] < 5_000


async def test_many_workers_at_once_carry_a_row_out_once(desk):
    (row_id,) = await desk.post()
    await desk.claim()
    outcomes = await asyncio.gather(*(desk.perform(row_id) for _ in range(5)))
    assert sorted(outcomes) == [False, False, False, False, True]
    assert await desk.effects() == 1


async def test_a_row_in_work_is_not_handed_out_even_when_its_lease_has_ended(desk, database, now):
    (row_id,) = await desk.post()
    await desk.claim()
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(session, job) -> None:
        entered.set()
        await go_on.wait()
        await desk.effect(session, job)

    working = asyncio.create_task(perform(database, row_id, {"test.effect": slow}, now=now))
    await entered.wait()
    assert await desk.claim(now + 2 * LEASE) == []
    assert not await desk.perform(row_id)
    go_on.set()
    assert await working
    assert await desk.effects() == 1


async def test_a_cancelled_job_leaves_nothing_and_is_handed_out_again(desk, database, now):
    (row_id,) = await desk.post()
    await desk.claim()

    async def endless(session, job) -> None:
        await desk.effect(session, job)
        await asyncio.sleep(60)

    working = asyncio.create_task(perform(database, row_id, {"test.effect": endless}, now=now))
    await asyncio.sleep(0.2)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert await desk.effects() == 0
    assert await desk.claim(now + LEASE) == [Claimed(row_id, 2)]
    assert await desk.perform(row_id)
    assert await desk.effects() == 1


async def test_a_failed_job_leaves_only_its_error_and_is_tried_with_growing_pauses(desk, now):
    (row_id,) = await desk.post()
    desk.fail_with = ZeroDivisionError("no")
    pauses = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert await desk.claim(now) == [Claimed(row_id, attempt)]
        with pytest.raises(ZeroDivisionError):
            await desk.perform(row_id, now)
        row = await desk.row(row_id)
        assert (row["error"], row["done_at"], row["sent_at"]) == (
            "ZeroDivisionError: no",
            None,
            None,
        )
        pauses.append(int((row["not_before"] - now).total_seconds()))
        assert await desk.claim(row["not_before"] - SECOND) == []
        now = row["not_before"]
    # 2 s doubling up to an hour, the same each time.
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600]
    assert await desk.effects() == 0
    # After the last try it is set aside, for people to look at.
    assert row["failed_at"] is not None
    assert await desk.claim(now + timedelta(days=9)) == []
    assert not await desk.perform(row_id)


async def test_a_job_that_failed_and_then_works_is_done_once(desk, now):
    (row_id,) = await desk.post()
    await desk.claim()
    desk.fail_with = ZeroDivisionError("no")
    with pytest.raises(ZeroDivisionError):
        await desk.perform(row_id)
    desk.fail_with = None
    later = now + timedelta(minutes=1)
    await desk.claim(later)
    assert await desk.perform(row_id, later)
    row = await desk.row(row_id)
    assert (row["done_at"], row["error"], row["attempts"]) == (later, None, 2)
    assert await desk.effects() == 1


@pytest.mark.parametrize("refusal", [Standing(), NotFound(thing_zh="物", thing_en="thing")])
async def test_a_refusal_leaves_nothing_behind_even_one_that_would_commit(desk, refusal):
    """The row is tried again, so that whatever a refusal left would be there as often as it was tried."""
    (row_id,) = await desk.post()
    await desk.claim()
    desk.fail_with = refusal
    with pytest.raises(JobRefused):
        await desk.perform(row_id)
    assert await desk.effects() == 0
    expected = f"JobRefused: {refusal.code}: {refusal.en_message}"
    assert (await desk.row(row_id))["error"] == expected


async def test_an_unknown_topic_fails_loudly_and_is_kept(desk, database, now):
    (row_id,) = await desk.post()
    await desk.claim()
    with pytest.raises(TopicUnknown, match=r"test\.effect"):
        await perform(database, row_id, {}, now=now)
    row = await desk.row(row_id)
    assert row["error"] == "TopicUnknown: no handler for the topic test.effect"
    assert row["done_at"] is None


async def test_a_row_that_does_not_exist_is_nobodys_work(desk):
    assert not await desk.perform(uuid4())


async def test_only_a_waking_post_notifies_and_only_at_commit(desk, database, admin, now):
    heard: list[str] = []
    await admin.add_listener(WAKE_CHANNEL, lambda *words: heard.append(words[2]))
    await desk.post()
    async with database.transaction(SYSTEM, now=now) as session:
        await post(session, "test.effect", {}, now=now, wake=True)
        await admin.execute("select 1")
        assert heard == []
    for _ in range(50):
        await admin.execute("select 1")
        if heard:
            break
        await asyncio.sleep(0.02)
    assert heard == [WAKE_CHANNEL]


async def test_waiting_counts_what_is_due_and_what_was_set_aside(desk, database, admin, now):
    due, done, aside, _timed = [
        *(await desk.post(3)),
        *(await desk.post(not_before=now + SECOND)),
    ]
    await desk.perform(done)
    await admin.execute("update outbox set failed_at = $1 where id = $2", now, aside)
    async with database.snapshot(SYSTEM, now=now) as session:
        assert await waiting(session, now=now) == (1, 1)
        assert await waiting(session, now=now + SECOND) == (2, 1)
    assert (await desk.row(due))["done_at"] is None


async def test_the_pace_of_a_topic_is_that_of_its_done_rows(desk, database, admin):
    rows = await desk.post(4)
    for row_id, took in zip(rows[:3], (10, 20, 900), strict=True):
        await admin.execute(
            "update outbox set took_ms = $1, done_at = created_at where id = $2", took, row_id
        )
    made = await admin.fetchval("select to_timestamp(0)")
    async with database.snapshot(SYSTEM, now=desk.now) as session:
        assert list(await paces(session, since=made)) == [
            performing.TopicPace("test.effect", 3, 20, 900)
        ]
        assert list(await paces(session, since=made + timedelta(days=365 * 200))) == []


async def test_pruning_spares_what_is_not_done_and_what_is_recent(desk, database, admin, now):
    rows = await desk.post(3)
    await admin.execute("update outbox set done_at = $1 where id = any($2)", now, rows[:2])
    future = now + timedelta(days=365 * 100)
    async with database.transaction(SYSTEM, now=now) as session:
        assert await prune(session, before=now - timedelta(days=1), limit=10) == 0
        assert await prune(session, before=future, limit=1) == 1
        assert await prune(session, before=future, limit=10) == 1
        assert await prune(session, before=future, limit=10) == 0
    left = await admin.fetch("select id from outbox")
    assert [row["id"] for row in left] == [rows[2]]
