"""Loading organisations: what goes in, and that a second load changes nothing."""

from dataclasses import replace

import pytest

from suxin.kernel.actor import Actor
from suxin.kernel.identifiers import UsccMalformed
from suxin.kernel.refusals import Invalid
from suxin.subjects.doors import subject_behind, uscc_door
from suxin.subjects.models import SubjectKind
from suxin.subjects.organisations import SubjectRow, load_subjects

FIRM = "91321302MATE5T017A"
FARM = "93321324MATE5T025T"
SYSTEM = Actor.system("test")


async def test_organisations_get_a_door_and_keep_their_id(firms, batch, database, admin, now):
    async with database.snapshot(Actor.anonymous("t"), now=now) as session:
        assert await subject_behind(session, uscc_door(FIRM)) == firms[FIRM]
        assert await subject_behind(session, uscc_door("9144030071526726XG")) is None
    again = SubjectRow(
        kind=SubjectKind.FIRM, name="沭河木业（改名）", uscc=FIRM.lower(), county_code="321322"
    )
    async with batch.transaction(SYSTEM, now=now) as session:
        assert await load_subjects(session, [again, again]) == {FIRM: firms[FIRM]}
    row = await admin.fetchrow("select * from subjects where uscc = $1", FIRM)
    assert (row["name"], row["name_pinyin"], row["industry"]) == (
        "沭河木业（改名）",
        "shu he mu ye （ gai ming ）",
        None,
    )
    assert await admin.fetchval("select count(*) from subject_doors") == 2


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"kind": SubjectKind.PERSON}, Invalid),
        ({"uscc": "1"}, UsccMalformed),
        ({"county_code": "3213"}, Invalid),
        ({"town_code": "x"}, Invalid),
    ],
)
async def test_a_wrong_organisation_loads_none(batch, counted, now, change, refusal):
    row = SubjectRow(kind=SubjectKind.FIRM, name="甲", uscc=FIRM, county_code="321322")
    with pytest.raises(refusal):
        async with batch.transaction(SYSTEM, now=now) as session:
            await load_subjects(session, [replace(row, uscc=FARM), replace(row, **change)])
    assert await counted("subjects", "subject_doors") == (0, 0)
