"""Every change of a guarantee's state that anyone could write, past every command: the database takes exactly the declared steps."""

from typing import Any

import asyncpg
from small_city import SmallCity
from small_guarantees import build_guarantor
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.database import sqlstate
from suxin.lending.guarantees.states import GuaranteeState

CHECK_VIOLATION = "23514"
REFUSED = "no step of this caller leads there"
WAITING = {"REQUESTED", "UNDERWRITTEN"}
LIVE = WAITING | {"APPROVED"}
TENANTS = {
    ("REQUESTED", "UNDERWRITTEN"),
    ("UNDERWRITTEN", "REQUESTED"),
    ("UNDERWRITTEN", "APPROVED"),
    *((source, "DECLINED") for source in WAITING),
    *((source, "WITHDRAWN") for source in LIVE),
}
PLATFORM = {("APPROVED", "RELEASED"), *((source, "LAPSED") for source in LIVE)}
STAYS = {(one.value, one.value) for one in GuaranteeState}
ASSIGNED = (
    "state = cast(:to as text), committed_fen = 0,"
    " decline_reason = case when cast(:to as text) = 'DECLINED' then 'other' end,"
    " release = case when cast(:to as text) = 'RELEASED' then 'settled' end,"
    " ended_at = case when cast(:to as text) in ('DECLINED', 'WITHDRAWN', 'LAPSED', 'RELEASED') then asked_at end"
)


async def written(city: SmallCity, actor: Actor, statement: Any, **given: Any) -> bool:
    """Try a statement and take it back; return whether it wrote the row. Only a trigger may have refused it."""
    try:
        async with city.database.transaction(actor, now=city.now) as session:
            rows = (await session.execute(statement, given)).all()
            await session.rollback()
    except DBAPIError as error:
        if sqlstate(error) != CHECK_VIOLATION or REFUSED not in str(error):
            raise
        return False
    return len(rows) == 1


async def test_the_database_takes_exactly_the_declared_steps(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    guarantor = await build_guarantor(small_city)
    request = await guarantor.committed()
    place = text(f"update guarantee_requests set {ASSIGNED} where id = :id returning state")  # noqa: S608 - a test's own words
    writers = {
        "bank": (small_city.banks[0].officer, TENANTS | STAYS),
        "guarantor": (guarantor.approver, TENANTS | STAYS),
        "platform": (Actor.system("test"), PLATFORM | STAYS),
        "rival": (small_city.banks[1].officer, set()),
        "operator": (small_city.operator, set()),
        "applicant": (small_city.applicant, set()),
    }
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in writers}
    for before in GuaranteeState:
        await admin.execute(
            f"update guarantee_requests set {ASSIGNED.replace(':to', '$1')} where id = $2",  # noqa: S608 - a test's own words
            before.value,
            request.id,
        )
        for name, (actor, _) in writers.items():
            for to in GuaranteeState:
                if await written(small_city, actor, place, to=to.value, id=request.id):
                    found[name].add((before.value, to.value))
    assert found == {name: wanted for name, (_, wanted) in writers.items()}
