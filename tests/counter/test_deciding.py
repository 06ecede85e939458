"""What a person decides at a counter: by his signature or on paper, either way, and as his own act with the helper beside it."""

import json
from datetime import timedelta

import pytest
from counter_visits import PAPER, another_counter, on_paper, signed
from observing import nothing_written

from suxin.consent.models import ConsentStateConflict
from suxin.counter.models import Decision, VisitState
from suxin.counter.policies import VisitOver
from suxin.counter.queries import EvidenceMissing, matters, opened_evidence, own_visit
from suxin.kernel.refusals import Forbidden, NotFound

CONSENT_ACTS = (
    "select action, actor_kind, person_id, staff_id, detail from audit_entries"
    " where object_type = 'consent' and object_id = $1 order by id"
)


async def states(admin, consent_id):
    return tuple(
        await admin.fetchrow(
            "select c.state, (select count(*) from access_bases b where b.source_id = c.id"
            " and b.ended_at is null), c.decided_by from consents c where id = $1",
            consent_id,
        )
    )


@pytest.mark.parametrize("form", [signed, on_paper], ids=["signature", "paper"])
@pytest.mark.parametrize(
    ("decision", "state", "bases"),
    [(Decision.ALLOW, "ACTIVE", 1), (Decision.REFUSE, "REJECTED", 0)],
)
async def test_the_person_says_yes_or_no_by_signature_or_on_paper(
    counter, asked, admin, form, decision, state, bases
):
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    evidence_id = await counter.sign(visit_id, form(decision))
    # What is signed decides nothing yet.
    assert await states(admin, asked) == ("REQUESTED", 0, None)

    await counter.carry_out(visit_id, evidence_id)

    assert await states(admin, asked) == (state, bases, counter.city.person_id)
    visit = await admin.fetchrow("select * from counter_visits where id = $1", visit_id)
    assert visit["state"] == VisitState.DECIDED


async def test_the_person_decided_and_the_helper_is_on_record_beside_him(counter, asked, admin):
    visit_id = await counter.welcome()
    await counter.decide(visit_id, asked)
    act = (await admin.fetch(CONSENT_ACTS, asked))[-1]
    assert (act["action"], act["actor_kind"]) == ("consent.consent.granted", "subject")
    assert (act["person_id"], act["staff_id"]) == (counter.city.person_id, None)
    detail = json.loads(act["detail"])
    assert {key: said for key, said in detail.items() if key.startswith("counter_")} == {
        "counter_office": "宿迁市社会信用体系建设办公室（测试）",
        "counter_helper": str(counter.helper.staff_id),
        "counter_visit": str(visit_id),
    }


async def test_permissions_are_paused_resumed_and_taken_back_in_one_visit(counter, asked, admin):
    visit_id = await counter.welcome()
    await counter.decide(visit_id, asked)
    for minute, (decision, after) in enumerate(
        (
            (Decision.PAUSE, ("PAUSED", 0)),
            (Decision.RESUME, ("ACTIVE", 1)),
            (Decision.REVOKE, ("REVOKED", 0)),
        ),
        start=1,
    ):
        await counter.decide(
            visit_id, asked, decision, now=counter.city.now + timedelta(minutes=minute)
        )
        assert (await states(admin, asked))[:2] == after
    assert await admin.fetchval("select count(*) from counter_evidence") == 4


async def test_for_a_firm_whom_he_represents_he_decides_as_its_representative(counter, admin):
    asked = await counter.asked(counter.city.firm_id)
    visit_id = await counter.welcome()
    await counter.decide(visit_id, asked)
    assert await states(admin, asked) == ("ACTIVE", 1, counter.city.person_id)
    assert await admin.fetchval("select person_id from counter_evidence") == counter.city.person_id


async def test_for_a_firm_whose_mandate_has_ended_nothing_is_done(counter, admin):
    asked = await counter.asked(counter.city.firm_id)
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    evidence_id = await counter.sign(visit_id)
    await admin.execute("update mandates set ended_at = $1", counter.city.now)
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await counter.carry_out(visit_id, evidence_id)


async def test_the_same_evidence_carried_out_again_does_nothing_more(counter, asked, admin):
    visit_id = await counter.welcome()
    evidence_id = await counter.decide(visit_id, asked)
    async with nothing_written(admin):
        await counter.carry_out(visit_id, evidence_id)


async def test_without_evidence_or_with_anothers_nothing_is_decided(counter, asked, admin):
    other = await counter.asked(counter.city.person_id, 1)
    visit_id = await counter.welcome()
    await counter.read(visit_id, other)
    evidence_id = await counter.sign(visit_id)
    await counter.read(visit_id, asked, now=counter.city.now + timedelta(minutes=1))
    async with nothing_written(admin):
        # Signed for the other consent, and no longer for what was read last.
        with pytest.raises(EvidenceMissing):
            await counter.carry_out(visit_id, evidence_id)
        with pytest.raises(EvidenceMissing):
            await counter.carry_out(visit_id, visit_id)
    assert (await states(admin, asked))[0] == (await states(admin, other))[0] == "REQUESTED"


async def test_another_helper_and_a_visit_that_ran_out_carry_nothing_out(counter, asked, admin):
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    evidence_id = await counter.sign(visit_id)
    beside = await another_counter(counter)
    async with nothing_written(admin):
        with pytest.raises(NotFound):
            await beside.carry_out(visit_id, evidence_id)
        with pytest.raises(VisitOver):
            await counter.carry_out(
                visit_id, evidence_id, now=counter.city.now + timedelta(minutes=30)
            )


async def test_what_was_decided_elsewhere_meanwhile_is_not_decided_again(counter, asked, admin):
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    evidence_id = await counter.sign(visit_id)
    await admin.execute("update consents set state = 'LAPSED' where id = $1", asked)
    with pytest.raises(ConsentStateConflict):
        await counter.carry_out(visit_id, evidence_id)
    assert (await states(admin, asked))[0] == "LAPSED"
    assert await admin.fetchval("select state from counter_visits") == "READ_ALOUD"


async def test_the_helper_sees_what_the_person_is_asked_for_while_the_visit_lasts_and_leaves_a_receipt(
    counter, asked, admin
):
    firms = await counter.asked(counter.city.firm_id)
    visit_id = await counter.welcome()
    city, helper = counter.city, counter.helper
    seen = []
    for minutes in (0, 30):
        now = city.now + timedelta(minutes=minutes)
        async with city.database.snapshot(helper, now=now) as session:
            visit = await own_visit(session, helper, visit_id)
            found = await matters(session, helper, visit, now=now)
            seen.append({one.consent.id for one in found})
    assert seen == [{asked, firms}, set()]
    receipts = await admin.fetch(
        "select subject_id, staff_id, purpose, row_count from audit_entries"
        " where action = 'data.read' order by row_count, subject_id"
    )
    assert {tuple(row) for row in receipts} == {
        (city.person_id, helper.staff_id, "counter.assist", 1),
        (city.firm_id, helper.staff_id, "counter.assist", 1),
    }


async def test_evidence_is_sealed_and_opened_by_its_own_right_with_a_receipt(counter, asked, admin):
    visit_id = await counter.welcome()
    await counter.read(visit_id, asked)
    evidence_id = await counter.sign(visit_id, on_paper())
    sealed = await admin.fetchval("select content_sealed from counter_evidence")
    assert PAPER.encode() not in sealed
    city = counter.city
    with pytest.raises(Forbidden):
        async with city.database.snapshot(counter.helper, now=city.now) as session:
            await opened_evidence(session, counter.helper, city.sealer, evidence_id)
    async with city.database.snapshot(city.operator, now=city.now) as session:
        opened = await opened_evidence(session, city.operator, city.sealer, evidence_id)
    assert (opened.content, opened.signature) == (PAPER, None)
    assert (
        await admin.fetchval(
            "select subject_id from audit_entries where object_type = 'counter_evidence'"
            " and action = 'data.read'"
        )
        == city.person_id
    )
