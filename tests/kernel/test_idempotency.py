"""Writes that are safe to send twice: replay, conflict, in flight, and a refused write that frees its key."""

import asyncio
from uuid import UUID, uuid4

import pytest

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import append_act
from suxin.kernel.idempotency import (
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    Outcome,
    RequestInFlight,
    once,
    request_hash,
    scope_of,
)
from suxin.kernel.refusals import NotFound, Unauthenticated

KEY = "key-00000001"
TENANT, CLERK = UUID(int=1), UUID(int=7)
BODY = {"amount": 5, "名": "甲"}


def staff(tenant_id: UUID = TENANT, staff_id: UUID = CLERK) -> Actor:
    return Actor(kind=ActorKind.STAFF, request_id="r1", tenant_id=tenant_id, staff_id=staff_id)


class Writer:
    """Sends one write; what it does is leave an entry in the audit stream."""

    def __init__(self, database, now) -> None:
        self.database = database
        self.now = now
        self.done = 0

    async def send(self, *, actor=None, key=KEY, operation="do", body=None, refuse=False):
        actor = actor or staff()

        async def work() -> dict:
            self.done += 1
            append_act(session, action="test.done", now=self.now)
            if refuse:
                raise NotFound(thing_zh="物", thing_en="thing")
            return {"number": self.done}

        async with self.database.transaction(actor, now=self.now) as session:
            return await once(
                session,
                actor,
                key=key,
                operation=operation,
                request=BODY if body is None else body,
                work=work,
                now=self.now,
            )


@pytest.fixture
def writer(database, now) -> Writer:
    return Writer(database, now)


async def counts(admin) -> tuple[int, int]:
    """Acts done and keys kept."""
    return (
        await admin.fetchval("select count(*) from audit_entries"),
        await admin.fetchval("select count(*) from idempotency_keys"),
    )


async def test_the_same_key_and_request_is_answered_from_the_first_time(writer, admin):
    assert await writer.send() == Outcome({"number": 1}, replayed=False)
    assert await writer.send() == Outcome({"number": 1}, replayed=True)
    assert await writer.send(body={"名": "甲", "amount": 5}) == Outcome(
        {"number": 1}, replayed=True
    )
    assert await counts(admin) == (1, 1)


@pytest.mark.parametrize("other", [{"body": {"amount": 6}}, {"operation": "undo"}])
async def test_the_same_key_with_another_request_is_refused(writer, admin, other):
    await writer.send()
    with pytest.raises(IdempotencyKeyReused):
        await writer.send(**other)
    assert await counts(admin) == (1, 1)
    assert writer.done == 1


async def test_keys_of_different_callers_never_meet(writer, admin):
    person = uuid4()
    callers = [
        staff(),
        staff(staff_id=uuid4()),
        staff(tenant_id=uuid4()),
        Actor.subject("r1", person_id=person, subject_id=person),
        Actor.subject("r1", person_id=person, subject_id=uuid4()),
    ]
    assert len({scope_of(caller) for caller in callers}) == 5
    for number, caller in enumerate(callers, 1):
        assert await writer.send(actor=caller) == Outcome({"number": number}, replayed=False)
    assert await counts(admin) == (5, 5)


async def test_a_caller_whom_nothing_identifies_has_no_keys(writer, admin):
    """All anonymous callers would share one namespace, and be answered with each other's results."""
    with pytest.raises(Unauthenticated):
        await writer.send(actor=Actor.anonymous("r1"))
    assert await counts(admin) == (0, 0)
    assert scope_of(Actor.system("r1")) == "system"


async def test_a_refused_write_leaves_nothing_and_frees_its_key(writer, admin):
    with pytest.raises(NotFound):
        await writer.send(refuse=True)
    assert await counts(admin) == (0, 0)
    assert await writer.send(body={"amount": 6}) == Outcome({"number": 2}, replayed=False)
    assert await counts(admin) == (1, 1)


async def test_while_the_first_is_in_flight_the_second_is_refused(database, admin, now, writer):
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> dict:
        entered.set()
        await go_on.wait()
        return {"number": 1}

    async def first() -> Outcome:
        async with database.transaction(staff(), now=now) as session:
            return await once(
                session,
                staff(),
                key=KEY,
                operation="do",
                request=BODY,
                work=slow,
                now=now,
            )

    running = asyncio.create_task(first())
    await entered.wait()
    with pytest.raises(RequestInFlight) as refused:
        await writer.send()
    assert refused.value.retryable
    # Another key, and the same key of another caller, are not held up.
    assert not (await writer.send(key="key-00000002")).replayed
    assert not (await writer.send(actor=staff(staff_id=uuid4()))).replayed
    go_on.set()
    assert await running == Outcome({"number": 1}, replayed=False)
    assert await writer.send() == Outcome({"number": 1}, replayed=True)
    assert await counts(admin) == (2, 3)


async def test_many_at_once_do_it_once(writer, admin):
    answers = await asyncio.gather(*(writer.send() for _ in range(8)), return_exceptions=True)
    first = [a for a in answers if isinstance(a, Outcome) and not a.replayed]
    assert len(first) == 1
    assert all(
        isinstance(answer, RequestInFlight) or answer.result == {"number": 1} for answer in answers
    )
    assert await counts(admin) == (1, 1)


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 129, "with space", "键键键键键键键键", "line\nbreak", "abcdefg\n"]
)
async def test_a_malformed_key_is_refused(writer, admin, key):
    with pytest.raises(IdempotencyKeyInvalid) as refused:
        await writer.send(key=key)
    assert refused.value.field == "idempotencyKey"
    assert await counts(admin) == (0, 0)


@pytest.mark.parametrize("key", ["12345678", "x" * 128, "a.B_c:D-9"])
async def test_a_well_formed_key_is_taken(writer, key):
    assert (await writer.send(key=key)).result == {"number": 1}


def test_the_hash_knows_operation_and_body_but_not_the_order_of_names():
    assert request_hash("do", {"a": 1, "b": 2}) == request_hash("do", {"b": 2, "a": 1})
    assert len({request_hash(op, body) for op in ("a", "b") for body in ([1], [2], "1", None)}) == 8


async def test_the_key_is_kept_with_the_hash_and_never_with_the_request(writer, admin, now):
    await writer.send(body={"phone": "13800000000"})
    row = await admin.fetchrow("select * from idempotency_keys")
    assert (row["scope"], row["key"], row["operation"], row["created_at"]) == (
        scope_of(staff()),
        KEY,
        "do",
        now,
    )
    assert row["request_hash"] == request_hash("do", {"phone": "13800000000"})
    assert "13800000000" not in str(dict(row))
