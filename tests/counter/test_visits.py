"""Visits: one at a time for half an hour, the person proved on the spot, his phone only if he has one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from counter_visits import PERSON_NAME, TERMINAL, Counter, Texts, another_counter, helper_of
from observing import nothing_written, posted

from suxin.counter.commands import EXPIRE_TOPIC, VisitRunning, end_visit, open_visit
from suxin.counter.deciding import RECEIPT_TOPIC
from suxin.counter.jobs import expire_visit, handlers
from suxin.counter.models import Decision, ReceiptBy, VisitNotReady, VisitState
from suxin.counter.policies import COUNTER_SERVE, VisitOver
from suxin.counter.proving import MAX_PROOF_TRIES, ProofTriesUsed, confirm_phone, send_code
from suxin.kernel.actor import Actor
from suxin.kernel.identifiers import ResidentIdInvalid
from suxin.kernel.performing import perform
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.subjects.identities import identity_of
from suxin.subjects.identity import IdentityNotProved, IdentityServiceUnavailable
from suxin.subjects.models import PersonIdentity
from suxin.subjects.persons import MinorNotSupported
from suxin.subjects.phone_codes import PhoneCodeWrong
from suxin.tenancy.houses import add_branch
from suxin_tenants import PROFILES

NEW_RESIDENT_ID = "321324195204180847"
PHONE = "19900000077"


async def visit_row(admin, visit_id):
    return await admin.fetchrow("select * from counter_visits where id = $1", visit_id)


async def test_a_helper_serves_one_person_at_a_time(counter, admin):
    visit_id = await counter.open()
    async with nothing_written(admin):
        with pytest.raises(VisitRunning):
            await counter.open()
    await counter.act(end_visit, visit_id=visit_id)
    row = await visit_row(admin, visit_id)
    assert (row["state"], row["ended_at"]) == (VisitState.ABANDONED, counter.city.now)
    assert await counter.open() != visit_id
    # The helper beside serves somebody else meanwhile.
    assert await (await another_counter(counter)).open()


async def test_a_visit_that_ran_out_is_ended_by_the_next_one(counter, admin):
    visit_id, later = await counter.open(), counter.city.now + timedelta(minutes=30)
    assert await counter.open(now=later) != visit_id
    assert (await visit_row(admin, visit_id))["state"] == VisitState.ABANDONED


async def test_a_visit_ends_by_itself_when_its_half_hour_is_over(counter, admin):
    visit_id, city = await counter.welcome(), counter.city
    table = handlers(city.sealer, Texts())
    (duty,) = await posted(admin, EXPIRE_TOPIC)
    assert duty["not_before"] == city.now + timedelta(minutes=30)
    for minutes, state in ((29, VisitState.PROVED), (30, VisitState.ABANDONED)):
        now = city.now + timedelta(minutes=minutes)
        async with city.database.transaction(Actor.system("test"), now=now) as session:
            assert await expire_visit(session, visit_id=visit_id, now=now) is (minutes == 30)
        assert (await visit_row(admin, visit_id))["state"] == state
    # The duty finds it ended.
    assert await perform(city.database, duty["id"], table, now=duty["not_before"])


async def test_the_office_is_the_helpers_branch(counter, admin):
    city = counter.city
    branch_id = await city.act(
        add_branch, city.operator, name="政务大厅", area_codes=[], profiles=PROFILES
    )
    beside = Counter(city, helper_of(city, branch_id=branch_id))
    row = await visit_row(admin, await beside.open())
    assert row["office"] == "宿迁市社会信用体系建设办公室（测试） 政务大厅"
    assert row["branch_id"] == branch_id


async def test_nobody_but_a_helper_of_the_operator_opens_a_visit(counter, admin):
    bank = counter.city.banks[0].officer
    # Not even with the right: who works for a recipient helps nobody to decide about it.
    clerk = replace(bank, permissions=bank.permissions | {COUNTER_SERVE})
    async with nothing_written(admin):
        for actor in (bank, clerk, counter.city.applicant, Actor.system("test")):
            with pytest.raises(Forbidden):
                await counter.city.act(open_visit, actor)


async def test_a_person_who_was_never_here_is_proved_without_a_phone(counter, admin):
    visit_id = await counter.open()
    person_id = await counter.prove(visit_id, name="孙秀兰", resident_id=NEW_RESIDENT_ID)
    row = await visit_row(admin, visit_id)
    assert (row["state"], row["person_id"]) == (VisitState.PROVED, person_id)
    assert (row["proof_method"], row["proof_ref"]) == ("name+resident_id+card", "S1")
    himself = Actor.subject("test", person_id=person_id, subject_id=person_id)
    async with counter.city.database.snapshot(himself, now=counter.city.now) as session:
        identity = await identity_of(session, counter.city.sealer, person_id)
    assert (identity.name, identity.phone) == ("孙秀兰", None)
    assert identity.masked().phone is None
    proved = await admin.fetchrow(
        "select actor_kind, person_id, staff_id, detail from audit_entries"
        " where action = 'subjects.person.proved'"
    )
    assert (proved["actor_kind"], proved["person_id"], proved["staff_id"]) == (
        "system",
        person_id,
        None,
    )
    assert str(counter.helper.staff_id) in proved["detail"]


async def test_whoever_has_a_phone_already_keeps_it(counter):
    await counter.welcome()
    person = Actor.subject(
        "test", person_id=counter.city.person_id, subject_id=counter.city.person_id
    )
    async with counter.city.database.snapshot(person, now=counter.city.now) as session:
        found = await identity_of(session, counter.city.sealer, counter.city.person_id)
    assert (found.name, found.phone) == (PERSON_NAME, "19900000001")


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"resident_id": "321302200901010013"}, MinorNotSupported),
        ({"resident_id": "321302199001010013"}, ResidentIdInvalid),
        ({"name": "王"}, Invalid),
        ({"terminal_ref": "x"}, Invalid),
    ],
    ids=["minor", "resident id", "name", "terminal"],
)
async def test_what_cannot_be_is_refused_before_the_service_is_asked(
    counter, admin, typed, refusal
):
    visit_id = await counter.open()
    async with nothing_written(admin):
        with pytest.raises(refusal):
            await counter.prove(visit_id, **typed)
    assert counter.terminal.asked == []


async def test_the_service_is_asked_five_times_at_one_visit_and_not_again(counter, admin):
    visit_id = await counter.open()
    counter.terminal.refusal = IdentityNotProved(proof_ref="S0")
    for _ in range(MAX_PROOF_TRIES):
        with pytest.raises(IdentityNotProved):
            await counter.prove(visit_id)
    counter.terminal.refusal = None
    async with nothing_written(admin):
        with pytest.raises(ProofTriesUsed):
            await counter.prove(visit_id)
    assert len(counter.terminal.asked) == MAX_PROOF_TRIES
    assert counter.terminal.asked[0]["terminal_ref"] == TERMINAL


async def test_a_service_that_cannot_be_reached_costs_no_try(counter, admin):
    visit_id = await counter.open()
    counter.terminal.refusal = IdentityServiceUnavailable()
    with pytest.raises(IdentityServiceUnavailable):
        await counter.prove(visit_id)
    assert (await visit_row(admin, visit_id))["proof_tries"] == 0


async def test_another_person_another_helper_or_a_late_proof_is_refused(counter, admin):
    visit_id = await counter.welcome()
    beside = await another_counter(counter)
    async with nothing_written(admin):
        with pytest.raises(VisitNotReady):
            await counter.prove(visit_id, name="孙秀兰", resident_id=NEW_RESIDENT_ID)
        with pytest.raises(NotFound):
            await beside.prove(visit_id)
        with pytest.raises(VisitOver):
            await counter.prove(visit_id, now=counter.city.now + timedelta(minutes=30))


async def test_the_code_that_the_person_tells_confirms_his_phone(counter, admin):
    visit_id, city = await counter.open(), counter.city
    person_id = await counter.prove(visit_id, name="孙秀兰", resident_id=NEW_RESIDENT_ID)
    code = await counter.act(send_code, visit_id=visit_id, phone=PHONE, sealer=city.sealer)
    given = {"visit_id": visit_id, "phone": PHONE, "sealer": city.sealer, "now": city.now}
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    with pytest.raises(PhoneCodeWrong):
        await confirm_phone(city.database, counter.helper, code=wrong, **given)
    assert (await visit_row(admin, visit_id))["phone_confirmed_at"] is None

    await confirm_phone(city.database, counter.helper, code=f" {code} ", **given)

    assert (await visit_row(admin, visit_id))["phone_confirmed_at"] == city.now
    async with city.database.snapshot(Actor.system("test"), now=city.now) as session:
        found = await session.get_one(PersonIdentity, person_id)
    assert city.sealer.open(found.phone_sealed, purpose="person.phone", row=person_id) == PHONE


async def test_no_code_is_sent_before_somebody_is_proved_nor_for_anothers_visit(counter, admin):
    visit_id = await counter.open()
    given = {"visit_id": visit_id, "phone": PHONE, "sealer": counter.city.sealer}
    beside = await another_counter(counter)
    async with nothing_written(admin):
        with pytest.raises(VisitNotReady):
            await counter.act(send_code, **given)
        with pytest.raises(NotFound):
            await beside.act(send_code, **given)
        with pytest.raises(NotFound):
            await confirm_phone(
                counter.city.database, beside.helper, code="1", now=counter.city.now, **given
            )


async def test_the_receipt_goes_to_the_phone_that_was_confirmed(counter, asked, admin):
    visit_id, city, channel = await counter.welcome(), counter.city, Texts()
    code = await counter.act(send_code, visit_id=visit_id, phone=PHONE, sealer=city.sealer)
    await confirm_phone(
        city.database,
        counter.helper,
        visit_id=visit_id,
        phone=PHONE,
        code=code,
        sealer=city.sealer,
        now=city.now,
    )
    await counter.decide(visit_id, asked, Decision.REFUSE, receipt=ReceiptBy.SMS)
    (row,) = await posted(admin, RECEIPT_TOPIC)
    assert await perform(city.database, row["id"], handlers(city.sealer, channel), now=city.now)
    (sent,) = channel.sent
    assert (sent["phone"], sent["template"]) == (PHONE, "counter_receipt")
    assert sent["values"]["decision"] == "不同意授权"
    assert sent["values"]["recipient"] == "一行"
    assert await admin.fetchval(
        "select subject_id from audit_entries where action = 'counter.receipt.sent'"
    ) == (city.person_id)
