"""What the database itself refuses at a counter, whatever statement asks for it."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from counter_visits import another_counter, signed
from observing import nothing_written
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.counter.models import Decision, Matter
from suxin.kernel.actor import Actor, Assistance

GRANT = (
    "update consents set state = 'ACTIVE', decided_at = starts_at, natural_person = true"
    " where id = :consent"
)


@pytest.fixture
def deciding(counter):
    """Return the person as he acts under a visit; only what was signed there lets him do anything."""

    def deciding(visit_id, **changes):
        person = Actor.subject(
            "test", person_id=counter.city.person_id, subject_id=counter.city.person_id
        )
        helped = Assistance(visit_id=visit_id, helper_id=counter.helper.staff_id, office="x")
        return replace(person, assistance=helped, **changes)

    return deciding


@pytest.fixture
def run(counter):
    """Return a way to run one statement as somebody; it answers how many rows it touched."""

    async def run(actor, statement, *, now=None, **given):
        moment = now or counter.city.now
        async with counter.city.database.transaction(actor, now=moment) as session:
            return (await session.execute(text(statement), given)).rowcount

    return run


async def test_under_a_visit_nothing_is_granted_without_evidence(
    counter, asked, admin, deciding, run
):
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    async with nothing_written(admin):
        with pytest.raises(DBAPIError, match="as_signed_at_counter"):
            await run(deciding(visit_id), GRANT, consent=asked)
    await counter.sign(visit_id)
    assert await run(deciding(visit_id), GRANT, consent=asked) == 1


@pytest.mark.parametrize(
    "given",
    ["refused", "another consent", "another visit", "read since", "over", "done"],
)
async def test_evidence_lets_nothing_else_be_done(counter, asked, admin, deciding, run, given):
    city, other = counter.city, await counter.asked(counter.city.person_id, 1)
    visit_id = await counter.welcome()
    await counter.read(visit_id, other if given == "another consent" else asked)
    decision = Decision.REFUSE if given == "refused" else Decision.ALLOW
    evidence_id = await counter.sign(visit_id, signed(decision))
    now, person = city.now, deciding(visit_id)
    if given == "another visit":
        person = deciding(uuid4())
    elif given == "read since":
        now = city.now + timedelta(minutes=1)
        await counter.read(visit_id, asked, now=now)
    elif given == "over":
        now = city.now + timedelta(minutes=30)
    elif given == "done":
        await counter.carry_out(visit_id, evidence_id)
        await admin.execute("update consents set state = 'REQUESTED' where id = $1", asked)
    async with nothing_written(admin):
        with pytest.raises(DBAPIError, match="as_signed_at_counter"):
            await run(person, GRANT, now=now, consent=asked)


async def test_a_granted_consent_keeps_the_notice_that_was_read_aloud(
    counter, asked, admin, deciding, run
):
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    await counter.sign(visit_id)
    async with nothing_written(admin):
        with pytest.raises(DBAPIError, match="as_signed_at_counter"):
            await run(
                deciding(visit_id),
                GRANT.replace("set ", "set notice_sha256 = repeat('0', 64), "),
                consent=asked,
            )


async def test_under_a_visit_no_basis_opens_and_nothing_is_permitted_unasked(
    counter, asked, admin, deciding, run
):
    visit_id = await counter.welcome()
    await counter.decide(visit_id, asked)
    async with nothing_written(admin):
        with pytest.raises(DBAPIError, match="opened_at_counter"):
            await run(
                deciding(visit_id),
                "insert into access_bases select (jsonb_populate_record(b, jsonb_build_object("
                "'id', gen_random_uuid()))).* from access_bases b",
            )
        with pytest.raises(DBAPIError, match="nothing_unasked_at_counter"):
            await run(
                deciding(visit_id),
                "insert into consents select (jsonb_populate_record(c, jsonb_build_object("
                "'id', gen_random_uuid(), 'context_id', gen_random_uuid()))).* from consents c",
            )


async def test_a_helper_decides_nothing_by_any_statement(counter, asked, admin, run):
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    await counter.sign(visit_id)
    async with nothing_written(admin):
        # He sees the consent, and changes it in nothing.
        assert await run(counter.helper, GRANT, consent=asked) == 0
        with pytest.raises(DBAPIError, match="counter_visits_step"):
            await run(counter.helper, "update counter_visits set state = 'DECIDED'")
        with pytest.raises(DBAPIError, match="permission denied"):
            await run(counter.helper, "delete from counter_evidence")
        assert await run(counter.helper, "update counter_evidence set carried_out_at = now()") == 0


async def test_a_visit_is_proved_by_the_platform_alone(counter, admin, run):
    visit_id = await counter.open()
    async with nothing_written(admin):
        with pytest.raises(DBAPIError, match="counter_visits_step"):
            await run(
                counter.helper,
                "update counter_visits set state = 'PROVED', person_id = :person, proved_at = now()"
                " where id = :visit",
                person=counter.city.person_id,
                visit=visit_id,
            )


COPY = (
    "insert into counter_evidence select (jsonb_populate_record(e, jsonb_build_object("
    "'id', gen_random_uuid(), 'visit_id', cast(:visit as text), 'consent_id', cast(:consent as text),"
    " 'read_aloud_at', cast(:at as text), 'reading', cast(:reading as bigint), 'decision', cast(:decision as text)))).* from counter_evidence e limit 1"
)


async def test_evidence_is_of_what_was_read_last_and_of_nothing_else(counter, asked, admin, run):
    other = await counter.asked(counter.city.person_id, 1)
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    await counter.sign(visit_id)
    now = counter.city.now + timedelta(minutes=1)
    await counter.read(visit_id, asked, now=now)
    fitting = {
        "visit": str(visit_id),
        "consent": str(asked),
        "at": now.isoformat(),
        "reading": 2,
        "decision": "refuse",
    }
    beside = await another_counter(counter)
    async with nothing_written(admin):
        for changes in (
            {"consent": str(other)},
            {"at": counter.city.now.isoformat()},
            {"reading": 1},
            {"reading": 3},
            {"decision": "pause"},
            {"visit": str(uuid4())},
        ):
            with pytest.raises(DBAPIError, match="counter_evidence"):
                await run(counter.helper, COPY, now=now, **{**fitting, **changes})
        with pytest.raises(DBAPIError, match="counter_evidence"):
            await run(beside.helper, COPY, now=now, **fitting)
    assert await run(counter.helper, COPY, now=now, **fitting) == 1


async def test_what_the_helper_sees_ends_with_the_visit(counter, asked, run):
    firms = await counter.asked(counter.city.firm_id)
    await counter.asked(counter.city.stranger_id)
    city, beside = counter.city, await another_counter(counter)

    async def seen(actor, table, now=None):
        moment = now or city.now
        async with city.database.snapshot(actor, now=moment) as session:
            return set(await session.scalars(text(f"select id from {table}")))  # noqa: S608 - names of our own tables

    assert await seen(counter.helper, "consents") == set()
    visit_id = await counter.welcome()
    assert await seen(counter.helper, "consents") == {asked, firms}
    assert await seen(counter.helper, "subjects") == {city.person_id, city.firm_id}
    assert len(await seen(counter.helper, "mandates")) == 1
    for table in ("credit_records", "loan_requests", "access_bases"):
        assert await seen(counter.helper, table) == set()
    for table in ("consents", "subjects", "mandates", "counter_visits"):
        assert await seen(beside.helper, table) == set()
    over = city.now + timedelta(minutes=30)
    for table in ("consents", "subjects", "mandates"):
        assert await seen(counter.helper, table, over) == set()
    assert await seen(counter.helper, "counter_visits", over) == {visit_id}


async def test_two_helpers_with_one_name_of_the_visit_do_not_meet(counter, asked, deciding, run):
    """A stranger who knows the visit's id acts under it for nobody."""
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked, Matter.ANSWER)
    await counter.sign(visit_id)
    stranger = deciding(visit_id, person_id=counter.city.stranger_id)
    with pytest.raises(DBAPIError, match="as_signed_at_counter"):
        await run(stranger, GRANT, consent=asked)
