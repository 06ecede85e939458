"""Correct my data: declarations at once, records of source departments by an answered request."""

import pytest
from observing import changed, contents

from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.review.filing import withdraw_case
from suxin.review.states import CaseElsewhere
from suxin.rights.corrections import (
    MAX_OPEN,
    CorrectionAsked,
    RecordNotContestable,
    TooManyCases,
    correct_declaration,
)
from suxin.rights.kinds import DISPUTE
from suxin.rights.remedies import CorrectionAbout
from suxin.tenancy.profiles import TenantKind
from suxin_tenants import PROFILES

RIGHT = {"title": "诚信示范户", "issuer": "双沟镇"}


async def status(admin, record_id):
    return await admin.fetchval("select status from credit_records where id = $1", record_id)


async def test_a_declaration_is_put_right_at_once_and_its_history_is_kept(
    small_city, declared, admin
):
    old = await declared(small_city.applicant)

    new = await small_city.act(
        correct_declaration, small_city.applicant, record_id=old, content=RIGHT
    )

    assert (await status(admin, old), await status(admin, new)) == ("withdrawn", "active")
    acts = await admin.fetch("select action, detail from audit_entries where object_id = $1", old)
    assert {act["action"] for act in acts} == {
        "subjects.record.declared",
        "rights.declaration.corrected",
    }


async def test_neither_anothers_declaration_nor_a_departments_record_is_corrected_by_oneself(
    small_city, declared, record_id, admin
):
    theirs = await declared(small_city.stranger)
    before = await contents(admin)
    for wrong in (theirs, record_id):
        with pytest.raises(NotFound):
            await small_city.act(
                correct_declaration, small_city.applicant, record_id=wrong, content=RIGHT
            )
    assert await changed(admin, before) == set()


async def test_a_record_counts_as_disputed_until_the_answer_which_is_due_in_seven_working_days(
    small_city, ask, record_id, admin
):
    request = await ask()

    assert await status(admin, record_id) == "disputed"
    assert request.item == "纳税信用级别"
    assert request.source == "税务局"
    assert request.stated["content"] == {"grade": "A", "year": 2025}
    assert (request.kind, DISPUTE.decide_days) == ("dispute", 7)
    told = await admin.fetchrow("select * from notices where tenant_id is not null")
    assert (told["template"], told["permission"]) == (
        "review_case",
        "rights.case.decide",
    )


@pytest.mark.parametrize(
    ("granted", "after", "said"),
    [(True, "withdrawn", "予以更正"), (False, "disputed", "不予更正")],
)
async def test_the_office_answers_with_a_reason_and_the_person_is_told(
    small_city, ask, answer, record_id, admin, granted, after, said
):
    request = await ask()

    answered = await answer(request, granted=granted)

    assert await status(admin, record_id) == after
    assert answered.decided_by == small_city.operator.staff_id
    notice = await admin.fetchrow("select * from notices where title like '%已答复'")
    assert notice["person_id"] == small_city.person_id
    assert said in notice["body"]
    assert "经核实，确有错误" in notice["body"]
    with pytest.raises(CaseElsewhere):
        await answer(answered)


async def test_a_request_taken_back_lets_the_record_count_again(
    small_city, ask, answer, record_id, admin
):
    request = await ask()

    await small_city.act(withdraw_case, small_city.applicant, kind=DISPUTE, case_id=request.id)

    assert await status(admin, record_id) == "active"
    before = await contents(admin)
    with pytest.raises(CaseElsewhere):
        await answer(request)
    assert await changed(admin, before) == set()


async def test_the_same_is_not_asked_twice_at_once(small_city, ask, admin):
    await ask()
    own = {"about": CorrectionAbout.INDUSTRY, "record_id": None}
    await ask(**own)
    before = await contents(admin)

    with pytest.raises(RecordNotContestable):
        await ask()
    with pytest.raises(CorrectionAsked):
        await ask(**own)
    assert await changed(admin, before) == set()


@pytest.mark.parametrize(
    "changes",
    [
        {"wanted": " "},
        {"reason": "长" * 501},
        {"record_id": None},
        {"about": CorrectionAbout.REGION},
    ],
)
async def test_a_request_says_what_is_wrong_with_what(ask, admin, changes):
    before = await contents(admin)
    with pytest.raises(Invalid):
        await ask(**changes)
    assert await changed(admin, before) == set()


async def test_anothers_record_and_ones_own_declaration_are_not_contested(
    small_city, ask, declared, admin
):
    own = await declared(small_city.applicant)
    before = await contents(admin)
    with pytest.raises(NotFound):
        await ask(actor=small_city.stranger)
    with pytest.raises(NotFound):
        await ask(record_id=own)
    assert await changed(admin, before) == set()


async def test_only_so_many_wait_at_once(small_city, ask, record_id, admin):
    for number in range(MAX_OPEN):
        await admin.execute(
            "insert into credit_records select subject_id, gen_random_uuid(), item_code, category, channel,"
            " natural_person, source, 'more' || $2::text, occurred_on, published_until, valid_until, polarity, status,"
            " amount_fen, content, self_declared, loaded_at from credit_records where id = $1",
            record_id,
            str(number),
        )
    ids = [
        row["id"]
        for row in await admin.fetch("select id from credit_records where source_ref like 'more%'")
    ]
    for one in ids:
        await ask(record_id=one)
    before = await contents(admin)
    with pytest.raises(TooManyCases):
        await ask()
    assert await changed(admin, before) == set()


async def test_only_the_office_answers(small_city, ask, accept, answer, admin):
    request = await accept(await ask())
    auditor = small_city.operator.with_permissions(
        PROFILES[TenantKind.OPERATOR].permissions_of(frozenset({"auditor"}))
    )
    before = await contents(admin)
    for actor in (auditor, small_city.banks[0].officer, small_city.applicant):
        with pytest.raises(Forbidden):
            await answer(request, actor=actor)
    assert await changed(admin, before) == set()
