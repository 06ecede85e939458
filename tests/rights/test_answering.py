"""What granting a correction does: the platform's own data is changed, a record's source is asked, a name is proved anew."""

import json
from dataclasses import replace

import pytest
from observing import changed, contents

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Invalid
from suxin.places.commands import load_areas
from suxin.review.states import CaseState, Outcome
from suxin.rights.remedies import CorrectionAbout, Remedy
from suxin.subjects.models import SubjectKind
from suxin.subjects.organisations import SubjectRow, load_subjects

REGISTERED = SubjectRow(
    kind=SubjectKind.FIRM,
    name="宿迁市沭河木业有限公司",
    uscc="91321302MATE5T017A",
    county_code="321302",
    industry="C20",
)


@pytest.fixture
async def areas(small_city):
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        await load_areas(session)


@pytest.fixture
def contest(ask, small_city):
    """Return a way to contest an item of a subject's own data."""

    async def contest(about, wanted="应为另一个", actor=small_city.applicant):
        return await ask(about=about, record_id=None, wanted=wanted, actor=actor)

    return contest


@pytest.fixture
def load(small_city):
    """Return a way to load the firm once more, as the registry has it."""

    async def load(**changes):
        system, now = Actor.system("test"), small_city.now
        async with small_city.batch.transaction(system, now=now) as session:
            await load_subjects(session, [replace(REGISTERED, **changes)])

    return load


async def own_data(admin, subject_id):
    return await admin.fetchrow("select * from subjects where id = $1", subject_id)


async def rectified(admin):
    act = await admin.fetchrow(
        "select subject_id, detail from audit_entries where action = 'subjects.subject.rectified'"
    )
    return act["subject_id"], json.loads(act["detail"])


@pytest.mark.parametrize(
    ("about", "value", "columns", "said"),
    [
        (
            CorrectionAbout.NAME,
            "宿迁市沭河家居有限公司",
            {
                "name": "宿迁市沭河家居有限公司",
                "name_pinyin": "su qian shi shu he jia ju you xian gong si",
            },
            "宿迁市沭河家居有限公司",
        ),
        (
            CorrectionAbout.REGION,
            "321322",
            {"county_code": "321322", "town_code": None},
            "沭阳县",
        ),
        (CorrectionAbout.INDUSTRY, "c21", {"industry": "C21"}, "制造业 21"),
    ],
)
async def test_what_is_the_platforms_own_is_changed_at_once_and_the_person_is_told(
    small_city, areas, contest, answer, admin, about, value, columns, said
):
    request = await contest(about)
    assert request.stated["remedy"] == Remedy.PLATFORM
    before = await own_data(admin, small_city.firm_id)

    answered = await answer(request, value=value)

    after = await own_data(admin, small_city.firm_id)
    assert {column: after[column] for column in columns} == columns
    assert (answered.state, answered.outcome) == (CaseState.EFFECTIVE, Outcome.GRANTED)
    assert said in answered.terms["zh"]
    told = await admin.fetchval("select body from notices where title like '%已答复'")
    assert f"平台登记资料已改为“{answered.terms['zh']}”，即时生效" in told
    subject_id, detail = await rectified(admin)
    assert subject_id == small_city.firm_id
    for column in detail["columns"]:
        assert (detail["before"][column], detail["after"][column]) == (
            before[column],
            after[column],
        )


async def test_the_registry_saying_the_same_again_does_not_undo_it_but_something_else_does(
    small_city, contest, answer, load, admin
):
    await load()
    await answer(await contest(CorrectionAbout.NAME), value="宿迁市沭河家居有限公司")

    await load(industry="C21")
    firm = await own_data(admin, small_city.firm_id)
    assert (firm["name"], firm["industry"]) == ("宿迁市沭河家居有限公司", "C21")
    assert json.loads(firm["found_wrong"]) == {"name": "宿迁市沭河木业有限公司"}

    await load(name="宿迁市沭河木业集团有限公司")
    firm = await own_data(admin, small_city.firm_id)
    assert firm["name"] == "宿迁市沭河木业集团有限公司"
    assert json.loads(firm["found_wrong"]) == {}


async def test_a_place_that_was_put_right_stays_with_its_county(
    small_city, areas, contest, answer, load, admin
):
    await load()
    await answer(await contest(CorrectionAbout.REGION), value="321324001")
    await load()
    firm = await own_data(admin, small_city.firm_id)
    assert (firm["county_code"], firm["town_code"]) == ("321324", "321324001")

    await load(county_code="321323")
    firm = await own_data(admin, small_city.firm_id)
    assert (firm["county_code"], firm["town_code"]) == ("321323", None)


async def test_what_was_corrected_twice_still_holds_against_the_registry(
    small_city, contest, answer, load, admin
):
    await load()
    for name in ("沭河家居（一）", "沭河家居（二）"):
        await answer(await contest(CorrectionAbout.NAME), value=name)
    await load()
    assert (await own_data(admin, small_city.firm_id))["name"] == "沭河家居（二）"


async def test_of_a_person_the_audit_stream_keeps_no_value(
    small_city, areas, himself, contest, answer, admin
):
    request = await contest(CorrectionAbout.REGION, actor=himself)

    await answer(request, value="321311")

    person = await own_data(admin, small_city.person_id)
    assert (person["county_code"], json.loads(person["found_wrong"])) == ("321311", {})
    assert await rectified(admin) == (
        small_city.person_id,
        {"columns": ["county_code", "town_code"]},
    )


async def test_nor_does_it_of_a_household_whose_name_is_a_persons(
    small_city, contest, answer, admin
):
    request = await contest(CorrectionAbout.NAME)
    await admin.execute("update subjects set kind = 'household' where uscc = $1", REGISTERED.uscc)
    await answer(request, value="王小明家庭")
    assert (await rectified(admin))[1] == {"columns": ["name"]}
    firm = await own_data(admin, small_city.firm_id)
    assert json.loads(firm["found_wrong"]) == {"name": REGISTERED.name}


async def test_a_persons_name_is_not_changed_but_proved_anew(
    small_city, himself, contest, answer, admin
):
    request = await contest(CorrectionAbout.NAME, actor=himself)
    assert (request.stated["remedy"], request.item, request.source) == ("proof", "姓名", "实名核验")
    before = await own_data(admin, small_city.person_id)

    answered = await answer(request, value="王大明")

    assert await own_data(admin, small_city.person_id) == before
    assert answered.terms is None
    told = await admin.fetchval("select body from notices where title like '%已答复'")
    assert "请重新实名认证" in told


async def test_a_records_source_is_asked_and_the_words_say_so(ask, answer, record_id, admin):
    request = await ask()
    assert (request.stated["remedy"], request.source) == (Remedy.SOURCE, "税务局")

    await answer(request)

    assert (
        await admin.fetchval("select status from credit_records where id = $1", record_id)
        == "withdrawn"
    )
    told = await admin.fetchval("select body from notices where title like '%已答复'")
    assert "原记录已停止使用" in told
    assert "信用办转请税务局核改" in told
    duty = await admin.fetchrow("select * from notices where title = '请转来源部门核改'")
    assert "转请税务局核改" in duty["body"]
    assert duty["permission"] == "rights.case.decide"


@pytest.mark.parametrize(
    ("about", "value"),
    [
        (CorrectionAbout.NAME, " "),
        (CorrectionAbout.NAME, "长" * 101),
        (CorrectionAbout.REGION, "宿城区"),
        (CorrectionAbout.REGION, "321300"),
        (CorrectionAbout.INDUSTRY, "Z99"),
        (CorrectionAbout.INDUSTRY, ""),
    ],
)
async def test_a_value_that_is_none_is_refused_and_nothing_is_answered(
    areas, contest, accept, answer, admin, about, value
):
    request = await accept(await contest(about))
    before = await contents(admin)
    with pytest.raises(Invalid) as refused:
        await answer(request, value=value)
    assert refused.value.field == "value"
    assert await changed(admin, before) == set()


async def test_declining_changes_nothing_of_the_subject(small_city, contest, answer, admin):
    request = await contest(CorrectionAbout.NAME)
    before = await own_data(admin, small_city.firm_id)
    await answer(request, granted=False, value="不应生效")
    assert await own_data(admin, small_city.firm_id) == before
