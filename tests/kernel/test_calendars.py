"""Published arrangements: files, who may load one, the same again, a correction, and what is refused."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from arrangements import SOURCE, arrangement_2027, file_2027
from observing import acts, nothing_written, one, posted

from suxin.kernel.actor import Actor
from suxin.kernel.arrangement_files import ArrangementFileInvalid, read_arrangement
from suxin.kernel.calendars import (
    CALENDAR_CHANGED_TOPIC,
    ArrangementYearUnreachable,
    Loading,
    Standing,
    calendar,
    load_arrangement,
    years_known,
)
from suxin.kernel.refusals import Forbidden, Invalid
from suxin.kernel.working_days import ArrangementInvalid, StatutoryHolidayMissing


async def test_an_arrangement_is_loaded_once_and_read_by_everyone(small_city, admin):
    city, given = small_city, arrangement_2027(off=["2027-01-04"])
    assert await city.act(load_arrangement, city.operator, arrangement=given) is Loading.ADDED
    for reader in (Actor.anonymous("t"), city.stranger, city.banks[0].officer, Actor.system("t")):
        async with city.database.snapshot(reader, now=city.now) as session:
            assert (await calendar(session)).arrangements == (given,)
    async with city.batch.transaction(Actor.system("t"), now=city.now) as session:
        assert (await calendar(session)).arrangement_of(2027) == given
    async with nothing_written(admin):
        again = await city.act(load_arrangement, city.operator, arrangement=given)
    assert again is Loading.UNCHANGED
    assert await acts(admin, "kernel.calendar") == ["kernel.calendar.loaded"]
    (row,) = await posted(admin, CALENDAR_CHANGED_TOPIC)
    assert json.loads(row["payload"]) == {"year": 2027}


async def test_a_correction_replaces_the_year_and_is_audited_with_what_it_replaces(
    small_city, admin
):
    city = small_city
    await city.act(load_arrangement, city.operator, arrangement=arrangement_2027())
    anew = arrangement_2027(off=["2027-01-04"], source="国办发明电〔2027〕1号（测试）")
    assert await city.act(load_arrangement, city.operator, arrangement=anew) is Loading.CORRECTED
    async with city.database.snapshot(city.operator, now=city.now) as session:
        assert (await calendar(session)).arrangements == (anew,)
    entry = await one(
        admin, "select detail from audit_entries where action = 'kernel.calendar.corrected'"
    )
    detail = json.loads(entry["detail"])
    assert (detail["source"], detail["replaces"]["source"]) == (anew.source, SOURCE)
    assert "2027-01-04" not in detail["replaces"]["holidays"]


async def test_only_the_operator_loads_one(small_city, admin):
    city = small_city
    bare = city.operator.with_permissions([])
    others = (city.banks[0].officer, city.stranger, Actor.anonymous("t"), Actor.system("t"), bare)
    async with nothing_written(admin):
        for other in others:
            with pytest.raises(Forbidden):
                await city.act(load_arrangement, other, arrangement=arrangement_2027())


@pytest.mark.parametrize("year", [2024, 2029])
async def test_a_year_out_of_reach_is_refused(small_city, admin, year):
    city = small_city
    days = {
        date(year, 1, number): name for number, name in enumerate(set(STATUTORY_NAMES), start=1)
    }
    given = replace(arrangement_2027(), year=year, holidays=days)
    async with nothing_written(admin):
        with pytest.raises(ArrangementYearUnreachable, match="Only arrangements of 2025 to 2027"):
            await city.act(load_arrangement, city.operator, arrangement=given)


STATUTORY_NAMES = arrangement_2027().holidays.values()


@pytest.mark.parametrize("source", ["", "文" * 201])
async def test_the_document_is_named(small_city, admin, source):
    city = small_city
    async with nothing_written(admin):
        with pytest.raises(Invalid) as refused:
            await city.act(
                load_arrangement, city.operator, arrangement=arrangement_2027(source=source)
            )
    assert refused.value.field == "source"


async def test_what_is_known_about_years(small_city):
    city = small_city
    await city.act(load_arrangement, city.operator, arrangement=arrangement_2027())
    async with city.database.snapshot(city.operator, now=city.now) as session:
        found = await years_known(session, [2004, 2026, 2040])
    assert [(known.year, known.standing) for known in found] == [
        (2040, Standing.PROVISIONAL),
        (2027, Standing.LOADED),
        (2026, Standing.BUILT_IN),
        (2004, Standing.BUILT_IN),
    ]
    assert found[1].loaded.loaded_at == datetime(2026, 11, 20, 2, tzinfo=UTC)


def test_a_file_says_what_was_written():
    given = arrangement_2027(off=["2026-12-31"], workdays=["2027-01-10"])
    text = file_2027(off=["2026-12-31"], workdays=["2027-01-10"])
    assert read_arrangement(text) == given
    assert read_arrangement("\ufeff" + text.replace("\n", "\r\n") + "\r\n,,,,\r\n") == given
    assert read_arrangement(text.replace("holiday", "放假").replace("workday", "补班")) == given


HEAD = "year,source,day,kind,name\n"
ROW = f"2027,{SOURCE},2027-01-01,holiday,元旦\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("day,kind\n", 1),
        (HEAD, 2),
        (HEAD + ROW.replace("2027-01-01", "1 月 1 日"), 2),
        (HEAD + ROW.replace("holiday", "off"), 2),
        (HEAD + "2027,x\n", 2),
        (HEAD + ROW + ROW, 3),
        (HEAD + ROW + ROW.replace("2027,", "2028,"), 3),
        (HEAD + ROW + ROW.replace("国办", "国务院"), 3),
        (HEAD + 'a,"b\n', 2),
        (HEAD + ROW * 201, 3),
    ],
)
def test_a_file_that_is_none_is_refused_by_its_line(text, line):
    with pytest.raises(ArrangementFileInvalid) as refused:
        read_arrangement(text)
    assert (refused.value.facts["line"], refused.value.field) == (line, "file")


def test_a_file_with_an_arrangement_that_is_not_sound_is_refused():
    with pytest.raises(ArrangementInvalid, match="both a holiday and a make-up workday"):
        read_arrangement(file_2027() + f"2027,{SOURCE},2027-02-06,workday,\n")
    with pytest.raises(StatutoryHolidayMissing):
        read_arrangement(HEAD + ROW)
