"""Every change of a batch's state that anyone could write: the batch role takes the declared steps, the operator cancels."""

import pytest
from sample_rows import insert, sample
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor, ActorKind
from suxin.subjects.ingestion.models import BatchState, IngestionBatch

SET = (
    "state = cast({to} as text),"
    " cancel_reason = case when cast({to} as text) = 'CANCELLED' then 'X' end,"
    " finished_at = case when cast({to} as text) in ('COMPLETED', 'FAILED', 'CANCELLED') then received_at end"
)
# Why a batch failed the batch role alone may write.
FAILURE = ", failure_code = case when cast({to} as text) = 'FAILED' then 'X' end"
DECLARED = {
    ("RECEIVED", "RUNNING"),
    ("RUNNING", "COMPLETED"),
    ("RECEIVED", "FAILED"),
    ("RUNNING", "FAILED"),
}
CANCELLED = {("RECEIVED", "CANCELLED"), ("RUNNING", "CANCELLED")}
OPERATOR = Actor(kind=ActorKind.OPERATOR, request_id="test", tenant_kind="operator")


async def written(database, actor, now, to: str, *, failure: bool) -> bool:
    written = (SET + FAILURE if failure else SET).format(to=":to")
    statement = text(f"update ingestion_batches set {written} returning state")  # noqa: S608 - our own words
    try:
        async with database.transaction(actor, now=now) as session:
            rows = (await session.execute(statement, {"to": to})).all()
            await session.rollback()
    except DBAPIError:
        return False
    return len(rows) == 1


@pytest.mark.parametrize("who", ["batch role", "operator", "platform"])
async def test_the_database_takes_exactly_the_declared_steps(database, batch, admin, now, who):
    await insert(admin, IngestionBatch, sample(IngestionBatch, now, rows_read=4))
    through, actor = {
        "batch role": (batch, Actor.system("test")),
        "operator": (database, OPERATOR),
        "platform": (database, Actor.system("test")),
    }[who]
    found = set()
    for before in BatchState:
        await admin.execute(
            f"update ingestion_batches set {(SET + FAILURE).format(to='$1')}",  # noqa: S608 - our own words
            before.value,
        )
        for to in BatchState:
            failure = who == "batch role"
            if to is not before and await written(through, actor, now, to.value, failure=failure):
                found.add((before.value, to.value))
    assert found == {"batch role": DECLARED, "operator": CANCELLED, "platform": set()}[who]


async def test_only_the_operators_people_add_a_batch_and_only_one_that_waits(database, now):
    rival = Actor(kind=ActorKind.STAFF, request_id="test", tenant_kind="bank")
    for actor, state, added in (
        (OPERATOR, BatchState.RECEIVED, True),
        (OPERATOR, BatchState.RUNNING, False),
        (rival, BatchState.RECEIVED, False),
    ):
        try:
            async with database.transaction(actor, now=now) as session:
                row = sample(IngestionBatch, now, rows_read=4, state=state)
                session.add(IngestionBatch(**row))
                await session.flush()
                await session.rollback()
        except DBAPIError:
            assert not added
        else:
            assert added
