"""Commitments: what was declared true, what a department was promised, and what became of it (宿政办发〔2021〕62号 §8, §15)."""

from dataclasses import replace
from datetime import date

import pytest

from suxin.kernel.actor import Actor
from suxin.kernel.database import act_for
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.commitments.judging import DeclarationTakenBack, Verdict, judge_commitment
from suxin.subjects.commitments.models import (
    Commitment,
    CommitmentJudged,
    CommitmentKind,
    CommitmentState,
)
from suxin.subjects.commitments.outcomes import record_of
from suxin.subjects.commitments.queries import commitments_of, public_commitments
from suxin.subjects.commitments.registering import (
    CommitmentRegistered,
    Promise,
    register_commitment,
)
from suxin.subjects.commitments.texts import CURRENT, CommitmentNeeded, CommitmentOutdated
from suxin.subjects.declarations import declare_record
from suxin.subjects.doors import uscc_door
from suxin.subjects.mandates import SubjectUnknown
from suxin.subjects.models import Subject, SubjectDoor
from suxin.subjects.portions import erase_declaration

HONOUR = {"title": "诚信示范户", "issuer": "上塘镇"}
PROMISE = Promise(
    kind=CommitmentKind.APPROVAL,
    number="XK-2026-7",
    authority="市行政审批局",
    title="食品经营许可告知承诺",
    text="三十日内补齐场所布局图",
    made_on=date(2026, 11, 1),
    due_on=date(2026, 12, 1),
)


@pytest.fixture
async def town(small_city):
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        await load_catalogue(session)
        firm = await session.get_one(Subject, small_city.firm_id)
        session.add(SubjectDoor(blind_index=uscc_door(firm.uscc), subject_id=firm.id))
    return small_city


@pytest.fixture
def himself(town):
    return Actor.subject("test", person_id=town.person_id, subject_id=town.person_id)


@pytest.fixture
def declare(town, admin):
    async def declare(actor, version=CURRENT.version, content=HONOUR):
        record_id = await town.act(
            declare_record,
            actor,
            item_code="VOL-HONOUR",
            content=content,
            commitment_version=version,
        )
        return await admin.fetchrow("select * from commitments where record_id = $1", record_id)

    return declare


@pytest.fixture
def judge(town):
    async def judge(commitment_id, state, actor=None, reason="核查所见", document="核查笔录 7 号"):
        verdict = Verdict(state=CommitmentState(state), reason=reason, document=document)
        return await town.act(
            judge_commitment, actor or town.operator, commitment_id=commitment_id, verdict=verdict
        )

    return judge


@pytest.fixture
def register(town, admin):
    async def register(actor=None, uscc=None, **changes):
        code = uscc or await admin.fetchval("select uscc from subjects where id = $1", town.firm_id)
        return await town.act(
            register_commitment,
            actor or town.operator,
            uscc=code,
            promise=replace(PROMISE, **changes),
        )

    return register


async def records(admin):
    rows = await admin.fetch(
        "select item_code, polarity, status, self_declared, content, published_until"
        " from credit_records where source in ('subject', 'commitments') order by id"
    )
    return [(row["item_code"], row["polarity"], row["status"]) for row in rows]


async def test_a_declaration_stands_under_the_wording_that_was_signed_and_is_published_of_a_firm(
    town, declare, admin
):
    signed = await declare(town.applicant)
    assert (signed["kind"], signed["state"], signed["published"]) == ("truth", "OPEN", True)
    assert (signed["text"], signed["text_version"]) == (CURRENT.body, CURRENT.version)
    assert signed["person_id"] == town.person_id
    detail = await admin.fetchval(
        "select detail from audit_entries where action = 'subjects.record.declared'"
    )
    assert CURRENT.sha256 in detail
    async with town.database.snapshot(Actor.anonymous("t"), now=town.now) as session:
        assert [one.id for one in await session.scalars(public_commitments())] == [signed["id"]]


async def test_of_a_natural_person_nothing_is_published_and_no_bank_reads_it(
    town, himself, declare
):
    """PIPL art. 25."""
    signed = await declare(himself)
    assert signed["published"] is False
    for actor in (Actor.anonymous("t"), town.banks[0].officer, town.stranger):
        async with town.database.snapshot(actor, now=town.now) as session:
            assert (await session.scalars(public_commitments())).all() == []
            assert (await session.scalars(commitments_of(town.person_id))).all() == []


@pytest.mark.parametrize(
    ("version", "refusal"), [(None, CommitmentNeeded), ("declaration/2020-01", CommitmentOutdated)]
)
async def test_nothing_is_declared_without_the_wording_in_force(
    town, declare, admin, version, refusal
):
    with pytest.raises(refusal):
        await declare(town.applicant, version)
    assert await records(admin) == []
    assert await admin.fetchval("select count(*) from commitments") == 0


async def test_what_is_true_keeps_its_record_and_its_signer_is_told(town, declare, judge, admin):
    signed = await declare(town.applicant)
    await judge(signed["id"], "KEPT", reason="")
    assert await records(admin) == [("VOL-HONOUR", "positive", "active")]
    told = await admin.fetchrow("select person_id, body from notices")
    assert (told["person_id"], "核查属实" in told["body"]) == (town.person_id, True)


async def test_what_cannot_be_verified_is_used_no_more_and_held_against_nobody(
    town, declare, judge, admin
):
    signed = await declare(town.applicant)
    await judge(signed["id"], "RETURNED", document="")
    assert await records(admin) == [("VOL-HONOUR", "positive", "withdrawn")]


async def test_a_false_declaration_is_used_no_more_and_becomes_a_breach(
    town, declare, judge, admin
):
    signed = await declare(town.applicant)
    broken = await judge(signed["id"], "BROKEN")
    assert await records(admin) == [
        ("VOL-HONOUR", "positive", "withdrawn"),
        ("COMMITMENT-BROKEN", "negative", "active"),
    ]
    breach = await admin.fetchrow("select * from credit_records where id = $1", broken.outcome_id)
    assert (breach["published_until"], breach["natural_person"]) == (date(2027, 11, 20), False)
    assert (signed["number"] in breach["content"], "核查笔录 7 号" in breach["content"]) == (
        True,
        True,
    )
    # It stays, also when he takes back what he declared.
    await town.act(erase_declaration, town.applicant, record_id=signed["record_id"])
    assert await admin.fetchval("select state from commitments") == "BROKEN"


async def test_a_persons_breach_is_not_published(town, himself, declare, judge, admin):
    signed = await declare(himself)
    broken = await judge(signed["id"], "BROKEN")
    breach = await admin.fetchrow("select * from credit_records where id = $1", broken.outcome_id)
    assert (breach["published_until"], breach["natural_person"]) == (None, True)


async def test_what_he_took_back_before_is_held_against_nobody(town, declare, judge, admin):
    signed = await declare(town.applicant)
    await admin.execute(
        "update credit_records set status = 'withdrawn' where id = $1", signed["record_id"]
    )
    with pytest.raises(DeclarationTakenBack):
        await judge(signed["id"], "BROKEN")
    assert await records(admin) == [("VOL-HONOUR", "positive", "withdrawn")]
    await judge(signed["id"], "RETURNED")
    assert await admin.fetchval("select state from commitments") == "RETURNED"


async def test_a_commitment_goes_with_what_was_declared(town, declare, admin):
    signed = await declare(town.applicant)
    kept = await declare(town.applicant, content={"title": "乙", "issuer": "丙"})
    await town.act(erase_declaration, town.applicant, record_id=signed["record_id"])
    assert [row["id"] for row in await admin.fetch("select id from commitments")] == [kept["id"]]


async def test_a_firms_promise_and_what_became_of_it_are_records(town, register, judge, admin):
    promised = await register()
    assert await records(admin) == [("COMMITMENT", "neutral", "active")]
    await judge(promised.id, "KEPT", reason="")
    other = await register(number="XK-2026-8")
    await judge(other.id, "BROKEN")
    assert await records(admin) == [
        ("COMMITMENT", "neutral", "active"),
        ("COMMITMENT-KEPT", "positive", "active"),
        ("COMMITMENT", "neutral", "active"),
        ("COMMITMENT-BROKEN", "negative", "active"),
    ]
    async with town.database.snapshot(town.applicant, now=town.now) as session:
        mine = (await session.scalars(commitments_of(town.firm_id))).all()
    assert {one.state for one in mine} == {CommitmentState.KEPT, CommitmentState.BROKEN}


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"kind": CommitmentKind.TRUTH}, Invalid, "kind"),
        ({"number": " "}, Invalid, "number"),
        ({"authority": "局" * 61}, Invalid, "authority"),
        ({"title": ""}, Invalid, "title"),
        ({"text": "诺" * 501}, Invalid, "text"),
        ({"made_on": date(2026, 11, 21)}, Invalid, "madeOn"),
        ({"due_on": date(2026, 11, 1)}, Invalid, "dueOn"),
        ({"uscc": "91321302MATE0T0017"}, Exception, "uscc"),
        ({"uscc": "91321302MATE5T041T"}, SubjectUnknown, "uscc"),
    ],
)
async def test_what_is_no_promise_is_refused_by_name(register, admin, changes, refusal, field):
    with pytest.raises(refusal) as refused:
        await register(**changes)
    assert refused.value.field == field
    assert await records(admin) == []


async def test_a_departments_number_is_one_commitment(register, admin):
    await register()
    with pytest.raises(CommitmentRegistered):
        await register(title="另一件")
    assert len(await records(admin)) == 1


@pytest.mark.parametrize(
    ("state", "given", "field"),
    [
        ("BROKEN", {"reason": " "}, "reason"),
        ("BROKEN", {"document": ""}, "document"),
        ("KEPT", {"document": "文" * 201}, "document"),
        ("KEPT", {"document": ""}, "document"),
        ("RETURNED", {}, "verdict"),
        ("OPEN", {}, "verdict"),
    ],
)
async def test_what_is_no_verdict_is_refused_by_name(register, judge, admin, state, given, field):
    promised = await register()
    with pytest.raises(Invalid) as refused:
        await judge(promised.id, state, **given)
    assert refused.value.field == field
    assert await admin.fetchval("select state from commitments") == "OPEN"


async def test_it_is_judged_once_and_by_the_operator_alone(town, declare, judge, admin):
    signed = await declare(town.applicant)
    for actor in (town.applicant, town.stranger, town.banks[0].officer, Actor.system("t")):
        with pytest.raises(Forbidden):
            await judge(signed["id"], "BROKEN", actor)
    await judge(signed["id"], "KEPT")
    with pytest.raises(CommitmentJudged):
        await judge(signed["id"], "BROKEN")
    with pytest.raises(NotFound):
        await judge(town.firm_id, "KEPT")
    assert await records(admin) == [("VOL-HONOUR", "positive", "active")]


async def test_the_database_lets_nobody_judge_his_own(town, declare, admin):
    await declare(town.applicant)
    with pytest.raises(Exception, match=r"row-level security|expected to update 1|no step"):
        async with town.database.transaction(town.applicant, now=town.now) as session:
            row = (await session.scalars(commitments_of(town.firm_id))).one()
            row.state, row.judged_at = CommitmentState.KEPT, town.now
    assert await admin.fetchval("select state from commitments") == "OPEN"


@pytest.mark.parametrize("caller", ["stranger", "operator"])
async def test_the_database_lets_nobody_promise_for_another(town, declare, admin, caller):
    signed = await declare(town.applicant)
    others = {**signed, "id": town.person_id, "number": "x", "stated": {}, "state": "OPEN"}
    with pytest.raises(Exception, match="row-level security"):
        async with town.database.transaction(getattr(town, caller), now=town.now) as session:
            session.add(Commitment(**others))
    assert await admin.fetchval("select count(*) from commitments") == 1


async def test_the_database_takes_no_record_of_a_commitment_that_none_names(town, declare, admin):
    """The operator records nothing of anybody but what a commitment says came of it."""
    await declare(town.applicant)
    with pytest.raises(Exception, match="row-level security"):
        async with (
            town.database.transaction(town.operator, now=town.now) as session,
            act_for(session, subject_id=town.firm_id, reason="test"),
        ):
            commitment = (await session.scalars(commitments_of(town.firm_id))).one()
            session.add(
                await record_of(
                    session,
                    commitment,
                    "COMMITMENT-BROKEN",
                    record_id=town.person_id,
                    content={"commitment": "1", "document": "1"},
                    on=town.now.date(),
                    now=town.now,
                )
            )
    assert await records(admin) == [("VOL-HONOUR", "positive", "active")]
