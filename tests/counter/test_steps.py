"""The database takes exactly the declared steps of a visit, from whomever they come and by whatever statement."""

from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.counter.models import VisitState
from suxin.kernel.actor import Actor, Assistance

STATES = [state.value for state in VisitState]
STEP = text(
    "update counter_visits set state = cast(:to as text),"
    " ended_at = case when cast(:to as text) = 'ABANDONED' then opened_at end"
    " where id = :visit returning id"
)
REFUSED = ("counter_visits_step", "row-level security")
DECLARED = {
    "helper": {
        *((before, "READ_ALOUD") for before in ("PROVED", "READ_ALOUD", "DECIDED")),
        *((before, "ABANDONED") for before in ("OPENED", "PROVED", "READ_ALOUD")),
    },
    "platform": {
        ("OPENED", "PROVED"),
        *((before, "ABANDONED") for before in ("OPENED", "PROVED", "READ_ALOUD")),
    },
    "person": {("READ_ALOUD", "DECIDED")},
}


async def test_the_database_takes_exactly_the_declared_steps_of_a_visit(counter, asked, admin):
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    await counter.sign(visit_id)
    helped = Assistance(visit_id=visit_id, helper_id=counter.helper.staff_id, office="x")
    person = counter.city.person_id
    callers = {
        "helper": counter.helper,
        "platform": Actor.system("test"),
        "person": replace(
            Actor.subject("test", person_id=person, subject_id=person), assistance=helped
        ),
    }
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in callers}
    for before in STATES:
        await admin.execute(
            "update counter_visits set state = $1::text,"
            " ended_at = case when $1::text = 'ABANDONED' then opened_at end where id = $2",
            before,
            visit_id,
        )
        for name, actor in callers.items():
            for to in STATES:
                if await took(counter.city, actor, to, visit_id):
                    found[name].add((before, to))
    stays = {(state, state) for state in STATES}
    assert {name: steps - stays for name, steps in found.items()} == {
        name: steps - stays for name, steps in DECLARED.items()
    }
    assert all(found.values())


async def took(city, actor, to, visit_id) -> bool:
    """Try a step and take it back; return whether it was taken. Only the trigger or a row policy may have refused it."""
    try:
        async with city.database.transaction(actor, now=city.now) as session:
            rows = (await session.execute(STEP, {"to": to, "visit": visit_id})).all()
            await session.rollback()
    except DBAPIError as error:
        if not any(refused in str(error) for refused in REFUSED):
            raise
        return False
    return len(rows) == 1
