"""Every change of a score model's state that anyone could write: the platform simulates, the credit office does the rest."""

import pytest
from small_scores import official
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.database import sqlstate
from suxin.scoring.commands import draft_model
from suxin.scoring.models import ModelState
from suxin.scoring.packaged import FIRM_GRADE, packaged_model

REFUSED = {"23514", "42501"}
WAITING = ("DRAFT", "SIMULATED", "APPROVED")
OFFICE = {("SIMULATED", "APPROVED"), ("APPROVED", "ACTIVE"), ("ACTIVE", "RETIRED")}
OFFICE |= {(state, "WITHDRAWN") for state in WAITING}
SET = (
    "state = cast({to} as text),"
    " ended_at = case when cast({to} as text) in ('RETIRED', 'WITHDRAWN') then drafted_at end"
)
WRITE = text(f"update score_models set {SET.format(to=':to')} where id = :id returning state")  # noqa: S608 - our own words


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("platform", {("DRAFT", "SIMULATED")}),
        ("office", OFFICE),
        ("bank", set()),
        ("subject", set()),
    ],
)
async def test_the_database_takes_exactly_the_declared_steps(small_city, admin, who, may):
    drafted = packaged_model(FIRM_GRADE)
    model_id = (await small_city.act(draft_model, official(small_city, 0), document=drafted)).id
    await admin.execute("update score_models set approved_by = '{a,b}'")
    # What is simulated and scored is the batch's, which requests never become.
    database, actor = {
        "platform": (small_city.batch, Actor.system("test")),
        "office": (small_city.database, small_city.operator),
        "bank": (small_city.database, small_city.banks[0].officer),
        "subject": (small_city.database, small_city.applicant),
    }[who]
    found = set()
    for before in ModelState:
        begun = f"update score_models set {SET.format(to='$1')} where id = $2"  # noqa: S608 - our own words
        await admin.execute(begun, before.value, model_id)
        for to in ModelState:
            if to is not before and await written(
                database, actor, to.value, model_id, small_city.now
            ):
                found.add((before.value, to.value))
    assert found == may


async def written(database, actor, to, model_id, now) -> bool:
    """Try a change and take it back; return whether it wrote the row."""
    try:
        async with database.transaction(actor, now=now) as session:
            rows = (await session.execute(WRITE, {"to": to, "id": model_id})).all()
            await session.rollback()
    except DBAPIError as error:
        if sqlstate(error) not in REFUSED:
            raise
        return False
    return len(rows) == 1
