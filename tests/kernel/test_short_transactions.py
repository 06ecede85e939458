"""Short transactions: two round trips, all or nothing, and nothing of it is left on the connection."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.row_context import SETTINGS, row_context
from suxin.kernel.short_transactions import (
    Decided,
    ShortTransaction,
    ShortTransactions,
    ShortWork,
)
from suxin.kernel.single_steps import SingleStep
from suxin.tenancy.models import Branch

TENANT, OTHER = uuid4(), uuid4()
WORK = ShortWork(
    locks=(
        SingleStep(
            text(
                "select from (select from branches where name <> :but for update) l having count(*) < 0"
            )
        ),
    ),
    read=SingleStep(text("select array_agg(name order by name) as names from branches")),
    writes=(SingleStep(text("update branches set name = nullif(:name, '')")),),
)
GIVEN = {"but": "x"}


def staff(tenant_id: UUID) -> Actor:
    return Actor(
        kind=ActorKind.STAFF,
        request_id="r1",
        tenant_id=tenant_id,
        tenant_kind="bank",
        staff_id=uuid4(),
    )


@pytest.fixture
async def short(database: Database, now):
    for tenant_id, name in ((TENANT, "东"), (OTHER, "西")):
        async with database.transaction(staff(tenant_id), now=now) as session:
            session.add(
                Branch(tenant_id=tenant_id, id=new_id(), name=name, area_codes=[], created_at=now)
            )
    short = database.short_transactions(WORK.steps)
    yield short
    await short.close()


async def renamed(short: ShortTransactions, tenant_id: UUID, now, name: str | None = None):
    """Read what the tenant's branches are called, and call them something else if that is said."""
    return await short.carry_out(
        WORK,
        row_context(staff(tenant_id), now),
        GIVEN,
        lambda found: Decided(None if name is None else {"name": name}, found["names"]),
    )


async def test_each_reads_and_writes_under_his_own_context(short, now):
    asked = [(TENANT, "东"), (OTHER, "西")] * 10
    found = await asyncio.gather(
        *(renamed(short, tenant_id, now, f"{name}") for tenant_id, name in asked)
    )
    assert found == [[name] for _, name in asked]
    assert await renamed(short, TENANT, now, "南") == ["东"]
    assert [await renamed(short, one, now) for one in (TENANT, OTHER)] == [["南"], ["西"]]


async def test_nothing_is_left_on_the_connection(short, now):
    await asyncio.gather(*(renamed(short, one, now, "x") for one in (TENANT, OTHER)))
    assert short._pool._free
    for connection in short._pool._free:
        assert not connection.is_in_transaction()
        for name in SETTINGS:
            assert not await connection.fetchval("select current_setting($1, true)", f"app.{name}")


async def test_what_is_raised_while_deciding_takes_everything_back(short, now):
    def stumbles(_: object) -> Decided[None]:
        raise LookupError

    with pytest.raises(LookupError):
        await short.carry_out(WORK, row_context(staff(TENANT), now), GIVEN, stumbles)
    assert short._pool._free == []
    # Nobody waits for its locks.
    assert await renamed(short, TENANT, now, "南") == ["东"]


async def test_what_cannot_be_written_is_not_committed(short, now):
    with pytest.raises(DBAPIError):
        await renamed(short, TENANT, now, "")
    assert await renamed(short, TENANT, now) == ["东"]


async def test_locks_are_held_until_the_commit(short, now):
    """Whoever comes second reads what the first one has written."""
    found = await asyncio.gather(*(renamed(short, TENANT, now, str(n)) for n in range(8)))
    last = await renamed(short, TENANT, now)
    assert sorted(one for (one,) in [*found, last]) == sorted([*map(str, range(8)), "东"])


CONTEXT = SingleStep(
    text(
        "select current_setting('app.subject_id') as subject, current_setting('app.tenant_id') as tenant,"
        " pg_current_xact_id()::text as transaction"
    )
)


async def test_a_subject_is_borrowed_for_what_follows_and_the_actor_stays(database, now):
    subject = uuid4()
    short = database.short_transactions([CONTEXT])

    async def work(transaction: ShortTransaction) -> list[tuple[str, ...]]:
        seen = [tuple(await transaction.read({}, CONTEXT))]
        for borrowed in (subject, None):
            transaction.borrow(borrowed)
            seen.append(tuple(await transaction.read({}, CONTEXT)))
        return seen

    first, borrowed, last = await short.run(row_context(staff(TENANT), now), work)
    await short.close()
    assert first == ("", str(TENANT), first[2])
    assert borrowed == (str(subject), str(TENANT), first[2])
    assert last == first
