"""What the database itself refuses about a case, whatever statement asks for it: a step left out, a person who is in it twice."""

from dataclasses import replace

import pytest
from small_cases import PLAIN, declined
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.database import sqlstate
from suxin.kernel.ids import new_id
from suxin.review.states import CaseState

REFUSED = "no step of this caller leads there"
OFFICE, SUBJECT, PLATFORM = "office", "subject", "platform"
FILER = (SUBJECT, OFFICE)
# Who may write which change; written down here once more, so that a change of the declaration is seen.
STEPS = {
    ("SUBMITTED", "ACCEPTED"): (OFFICE,),
    ("SUBMITTED", "RETURNED"): (OFFICE,),
    ("SUBMITTED", "DECIDED"): (OFFICE,),
    ("RETURNED", "SUBMITTED"): FILER,
    ("RETURNED", "LAPSED"): (PLATFORM,),
    ("ACCEPTED", "DECIDED"): (OFFICE,),
    ("DECIDED", "ACCEPTED"): (OFFICE,),
    ("DECIDED", "NOTICED"): (OFFICE,),
    ("DECIDED", "APPEALED"): (OFFICE,),
    ("NOTICED", "APPEALED"): FILER,
    ("NOTICED", "EFFECTIVE"): (OFFICE, PLATFORM),
    ("APPEALED", "DECIDED"): (OFFICE,),
    **{
        (before, "WITHDRAWN"): FILER
        for before in ("SUBMITTED", "RETURNED", "ACCEPTED", "DECIDED", "APPEALED")
    },
}


@pytest.fixture
async def case_id(small_city):
    """A case that was declined by one, checked by another and told."""
    return await declined(small_city)


@pytest.fixture
def written(small_city):
    """Return a way to try a statement and take it back; it answers what was refused, or nothing."""

    async def written(actor, statement, **given):
        try:
            async with small_city.database.transaction(actor, now=small_city.now) as session:
                found = (await session.execute(text(statement), given)).all()
                await session.rollback()
        except DBAPIError as error:
            return f"{sqlstate(error)} {error}"
        assert len(found) == 1, "no row policy admits the row, so that nothing is proved"
        return ""

    return written


async def test_the_database_takes_exactly_the_declared_steps(small_city, admin, case_id, written):
    both = {"tenant_id": small_city.operator.tenant_id, "subject_id": small_city.firm_id}
    writers = {
        OFFICE: replace(small_city.operator, subject_id=small_city.firm_id),
        SUBJECT: replace(small_city.applicant, tenant_id=both["tenant_id"]),
        PLATFORM: replace(Actor.system("test"), **both),
    }
    found = {}
    for before in CaseState:
        async with admin.transaction():
            # Only the triggers are in question; what a state must hold besides is checked after them.
            await admin.execute("set local session_replication_role = replica")
            await admin.execute(
                "update review_cases set state = cast($1 as text),"
                " round = case when cast($1 as text) = 'ACCEPTED' then 1 else 2 end,"
                " appealed_at = case when cast($1 as text) <> 'ACCEPTED' then filed_at end,"
                " ended_at = case when cast($1 as text) in ('EFFECTIVE', 'WITHDRAWN', 'LAPSED') then due_at end,"
                " decision_number = case when $2 then 1 end,"
                " outcome = case when $2 then 'DECLINED' end,"
                " decided_by = case when $2 then coalesce(decided_by, $4) end,"
                " checked_by = case when $3 then coalesce(checked_by, $5) end,"
                " noticed_at = case when $3 then filed_at end,"
                " answer = case when $3 then 'x' end where id = $6",
                before.value,
                before.value in ("DECIDED", "NOTICED", "EFFECTIVE"),
                before.value in ("NOTICED", "EFFECTIVE"),
                new_id(),
                new_id(),
                case_id,
            )
        for name, actor in writers.items():
            for to in CaseState:
                if to is before:
                    continue
                refused = await written(
                    actor,
                    "update review_cases set state = :to where id = :id returning id",
                    to=to.value,
                    id=case_id,
                )
                if REFUSED not in refused:
                    found.setdefault((before.value, to.value), set()).add(name)
    assert found == {step: set(by) for step, by in STEPS.items()}


async def test_a_case_begins_as_submitted(small_city, case_id, written):
    again = (
        "insert into review_cases select (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(),"
        " 'state', cast(:state as text), 'item', 'x'))).* from review_cases c where id = :id returning id"
    )
    for state in CaseState:
        refused = await written(small_city.applicant, again, state=state.value, id=case_id)
        assert (REFUSED in refused) is (state is not CaseState.SUBMITTED)


DECIDE = (
    "insert into review_decisions select (jsonb_populate_record(d, jsonb_build_object('number', 2,"
    " 'decided_by', cast(:decided as text), 'filed_by', cast(:filed as text), 'checked_by', null,"
    " 'upheld_by', null, 'checked_at', null))).* from review_decisions d where case_id = :id"
    " returning number"
)
CHECK = (
    "update review_decisions set checked_by = :checked, upheld_by = :checked, checked_at = decided_at"
    " where case_id = :id and number = 1 returning number"
)


@pytest.mark.parametrize(
    ("decided", "filed", "refused"),
    [
        ("himself", "applicant", ""),
        # Neither in another's name, nor on what he filed himself.
        ("another", "applicant", "row-level security"),
        ("himself", "himself", "ck_review_decisions_not_his_own"),
    ],
)
async def test_a_decision_is_its_deciders_own_and_not_on_his_own_case(
    small_city, case_id, written, other, decided, filed, refused
):
    staff = {
        "himself": small_city.operator.staff_id,
        "another": other.staff_id,
        "applicant": small_city.person_id,
    }
    given = {"decided": str(staff[decided]), "filed": str(staff[filed]), "id": case_id}
    assert refused in (found := await written(small_city.operator, DECIDE, **given))
    assert bool(found) is bool(refused)


async def test_a_decision_is_checked_by_another_and_once(
    small_city, admin, case_id, written, other
):
    unchecked = "update review_decisions set checked_by = null, upheld_by = null, checked_at = null"
    checked_before = await written_by(written, other, case_id)
    assert "no row policy" in checked_before
    async with admin.transaction():
        await admin.execute("set local session_replication_role = replica")
        await admin.execute(unchecked)
    decider, stranger = small_city.operator, replace(small_city.operator, staff_id=new_id())
    given = {"id": case_id}
    own = await written(decider, CHECK, checked=decider.staff_id, **given)
    assert "ck_review_decisions_checked_by_another" in own
    # Nor in the name of somebody else, though he would be another.
    assert "row-level security" in await written(decider, CHECK, checked=stranger.staff_id, **given)
    assert await written(stranger, CHECK, checked=stranger.staff_id, **given) == ""
    bank = small_city.banks[0].officer
    assert "no row policy" in await written_by(written, bank, case_id)


async def written_by(written, actor, case_id):
    """Say that no row was reached, in words."""
    try:
        return await written(actor, CHECK, checked=actor.staff_id, id=case_id)
    except AssertionError as nothing:
        return str(nothing)


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        # Somebody else than who decided and checked, the same person twice, or whoever filed.
        ("decided_by = gen_random_uuid()", "fk_review_cases_"),
        ("checked_by = gen_random_uuid()", "fk_review_cases_checked"),
        ("checked_by = decided_by", "ck_review_cases_checked_by_another"),
        ("checked_by = filed_by", "ck_review_cases_checked_by_another"),
        ("outcome = 'GRANTED'", "fk_review_cases_decided"),
        # Before the time to appeal is over, or before it was told.
        ("state = 'EFFECTIVE', ended_at = due_at - interval '1 second'", "time_to_appeal"),
        ("checked_by = null", "ck_review_cases_noticed"),
        ("accepted_at = null", "no_step_left"),
    ],
)
async def test_a_case_is_what_two_people_wrote_down(small_city, case_id, written, change, refused):
    statement = f"update review_cases set {change} where id = :id returning id"  # noqa: S608 - the test's own words
    assert refused in await written(small_city.operator, statement, id=case_id)


async def test_the_platform_itself_decides_nothing(small_city, case_id, written):
    system = replace(
        Actor.system("test"), tenant_id=small_city.operator.tenant_id, staff_id=new_id()
    )
    assert system.kind is ActorKind.SYSTEM
    statement = "update review_cases set outcome = 'GRANTED' where id = :id returning id"
    assert "fk_review_cases_decided" in await written(system, statement, id=case_id)
    assert PLAIN.decide not in system.permissions
