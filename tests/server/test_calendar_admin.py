"""``suxin calendar``: a file loaded as the operator, shown again, and what is wrong with one in one line."""

import asyncio
import subprocess

import pytest
from arrangements import SOURCE, file_2027
from forked_product import run_forked
from observing import nothing_written

pytestmark = pytest.mark.processes


@pytest.fixture
def calendar(city, tmp_path):
    """Run ``suxin calendar …``; a text is given as a file."""

    async def run(word: str, given: str | bytes) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "arrangement.csv"
        path.write_bytes(given.encode() if isinstance(given, str) else given)
        return await asyncio.to_thread(
            run_forked,
            *("calendar", word, path if word == "load" else given),
            DATABASE_URL=city.app,
        )

    return run


@pytest.fixture(autouse=True)
def year_within_reach():
    """These processes go by the real clock; the made-up year is out of its reach before 2026 and after 2028."""
    from datetime import UTC, datetime

    if abs(datetime.now(UTC).year - 2027) > 1:
        pytest.skip("the clock of this machine is too far from 2027")


async def test_an_arrangement_is_loaded_corrected_and_shown(calendar, small_city, admin):
    first = await calendar("load", file_2027())
    assert (first.returncode, first.stdout, first.stderr) == (0, "2027: 已载入 · loaded\n", "")
    async with nothing_written(admin):
        again = await calendar("load", file_2027())
    assert again.stdout == "2027: 内容相同，未改动 · the same as before, nothing was changed\n"
    corrected = await calendar("load", file_2027(off=["2027-01-04"]))
    assert corrected.stdout == "2027: 已更正 · corrected\n"
    shown = await calendar("show", "2027")
    assert shown.stdout == "2027: 已载入 · loaded\n" + file_2027(off=["2027-01-04"])
    assert (await calendar("show", "2025")).stdout == "2025: 内置 · built in\n"
    assert (await calendar("show", "2040")).stdout.startswith("2040: 暂定")
    actor = await admin.fetchrow(
        "select actor_kind, tenant_id from audit_entries where action = 'kernel.calendar.loaded'"
    )
    assert tuple(actor) == ("operator", small_city.operator.tenant_id)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x\n", "Line 1 of the arrangement's file"),
        ("年".encode("gbk"), "is no text in UTF-8"),
        (file_2027(source=""), "name the document"),
        (file_2027().replace(SOURCE, "x").replace("春节", "x"), "leaves out statutory holidays"),
    ],
)
async def test_a_file_that_is_wrong_is_one_line_and_writes_nothing(
    calendar, small_city, admin, content, message
):
    async with nothing_written(admin):
        told = await calendar("load", content)
    assert (told.returncode, told.stdout) == (2, "")
    assert message in told.stderr
    assert told.stderr.count("\n") == 1


async def test_without_an_operator_nothing_is_loaded(calendar, admin):
    async with nothing_written(admin):
        told = await calendar("load", file_2027())
    assert told.returncode == 10
    assert "suxin tenant create" in told.stderr
