"""Every change of state of a commitment and of a drafted catalogue that anyone could write: the declared steps, and no other."""

import pytest
from small_promised import build_promised
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.database import sqlstate
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.catalogue_releases import DraftState
from suxin.subjects.commitments.models import CommitmentState

REFUSED = {"23514", "42501"}
JUDGED = (
    "state = cast({to} as text), judged_at = case when cast({to} as text) <> 'OPEN' then made_at end,"
    " judged_by = case when cast({to} as text) <> 'OPEN' then id end,"
    " reason = case when cast({to} as text) <> 'OPEN' then '核查所见' end,"
    " document = case when cast({to} as text) = 'BROKEN' then '核查笔录 7 号' end,"
    " outcome_id = case when cast({to} as text) = 'BROKEN' then id end"
)
DECIDED = "state = cast({to} as text), decided_by = drafted_by"
FAILED = ", failure_code = case when cast({to} as text) = 'FAILED' then 'X' end"


@pytest.fixture
async def promised(small_city):
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        await load_catalogue(session)
    return await build_promised(small_city)


async def steps(city, admin, table, states, row_id, *, actor, assignment, beside="", database=None):
    """The changes that this caller's statement makes, each tried from each state and taken back."""
    found, write = set(), assignment.format(to=":to")
    statement = text(f"update {table} set {write} where id = :id returning state")  # noqa: S608 - our own words
    for before in states:
        stands = (assignment + beside).format(to="$1")
        await admin.execute(f"update {table} set {stands} where id = $2", before.value, row_id)  # noqa: S608 - our own words
        for to in states:
            if to is not before and await written(
                database or city.database, city.now, actor, statement, to=to.value, id=row_id
            ):
                found.add((before.value, to.value))
    return found


async def written(database, now, actor, statement, **given) -> bool:
    try:
        async with database.transaction(actor, now=now) as session:
            rows = (await session.execute(statement, given)).all()
            await session.rollback()
    except DBAPIError as error:
        if sqlstate(error) not in REFUSED:
            raise
        return False
    return len(rows) == 1


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("operator", {("OPEN", "KEPT"), ("OPEN", "BROKEN"), ("OPEN", "RETURNED")}),
        ("himself", set()),
        ("bank", set()),
        ("platform", set()),
    ],
)
async def test_a_commitment_is_judged_once_and_by_the_operator_alone(
    small_city, admin, promised, who, may
):
    person = small_city.person_id
    actor = {
        "operator": small_city.operator,
        "himself": Actor.subject("test", person_id=person, subject_id=person),
        "bank": small_city.banks[0].officer,
        "platform": Actor.system("test"),
    }[who]
    found = await steps(
        small_city, admin, "commitments", CommitmentState, promised.commitment_id,
        actor=actor, assignment=JUDGED,
    )  # fmt: skip
    assert found == may


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("operator", {("DRAFT", "ACTIVATED"), ("DRAFT", "DISCARDED")}),
        ("bank", set()),
        ("applicant", set()),
        ("platform", set()),
    ],
)
async def test_a_drafted_catalogue_is_decided_on_by_the_operator_alone(
    small_city, admin, promised, who, may
):
    actor = {
        "operator": small_city.operator,
        "bank": small_city.banks[0].officer,
        "applicant": small_city.applicant,
        "platform": Actor.system("test"),
    }[who]
    found = await steps(
        small_city, admin, "catalogue_drafts", DraftState, promised.draft_release_id,
        actor=actor, assignment=DECIDED, beside=FAILED,
    )  # fmt: skip
    assert found == may


async def test_the_batch_role_puts_in_force_only_what_was_activated(small_city, admin, promised):
    found = await steps(
        small_city, admin, "catalogue_drafts", DraftState, promised.draft_release_id,
        actor=Actor.system("test"), assignment=DECIDED + FAILED, database=small_city.batch,
    )  # fmt: skip
    assert found == {("ACTIVATED", "IN_FORCE"), ("ACTIVATED", "FAILED")}
