"""Every change of an export's state that anyone could write: the platform takes the declared steps, a tenant only cancels."""

import pytest
from sample_exports import begin_export
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.exports.models import ExportState
from suxin.kernel.actor import Actor
from suxin.kernel.database import sqlstate

REFUSED = {"23514", "42501"}
PLATFORM = {
    ("QUEUED", "RUNNING"),
    ("RUNNING", "COMPLETED"),
    ("QUEUED", "FAILED"),
    ("RUNNING", "FAILED"),
}
CANCELS = {("QUEUED", "CANCELLED"), ("RUNNING", "CANCELLED")}
SET = (
    "state = cast({to} as text), key_sealed = null,"
    " failure_code = case when cast({to} as text) = 'FAILED' then 'X' end,"
    " finished_at = case when cast({to} as text) in ('QUEUED', 'RUNNING') then null else created_at end,"
    " sha256 = 'x', expires_at = created_at"
)
WRITE = text(f"update exports set {SET.format(to=':to')} where id = :id returning state")  # noqa: S608 - our own words


@pytest.mark.parametrize(
    ("who", "may"), [("platform", PLATFORM), ("owner", CANCELS), ("other bank", set())]
)
async def test_the_database_takes_exactly_the_declared_steps(small_city, admin, who, may):
    export_id = await begin_export(small_city, admin)
    actor = {
        "platform": Actor.system("test"),
        "owner": small_city.banks[0].officer,
        "other bank": small_city.banks[1].officer,
    }[who]
    found = set()
    for before in ExportState:
        begun = f"update exports set {SET.format(to='$1')} where id = $2"  # noqa: S608 - our own words
        await admin.execute(begun, before.value, export_id)
        for to in ExportState:
            if to is not before and await written(small_city, actor, to.value, export_id):
                found.add((before.value, to.value))
    assert found == may


async def written(city, actor, to, export_id) -> bool:
    """Try a change and take it back; return whether it wrote the row."""
    try:
        async with city.database.transaction(actor, now=city.now) as session:
            rows = (await session.execute(WRITE, {"to": to, "id": export_id})).all()
            await session.rollback()
    except DBAPIError as error:
        if sqlstate(error) not in REFUSED:
            raise
        return False
    return len(rows) == 1
