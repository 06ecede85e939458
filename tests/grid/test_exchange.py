"""The exchange with the town's grid app by files: an event is one draft however often it comes, a person makes the claim, both sides are compared."""

import io
from datetime import date
from typing import Any

import asyncpg
import pytest
from small_city import SmallCity
from small_points import SmallPoints, build_points, put_in_force
from small_workbooks import workbook

from suxin.grid.claiming import record_claim
from suxin.grid.contents import ClaimContent, digest
from suxin.grid.exchange.commands import (
    Brought,
    adopt_app_mapping,
    bring_app_events,
    dismiss_app_event,
)
from suxin.grid.exchange.comparing import Difference, Differs, differences
from suxin.grid.exchange.files import (
    EVENTS_HEADING,
    MAX_LINES,
    TOLD_HEADING,
    read_events,
    read_told,
)
from suxin.grid.exchange.queries import (
    app_differences,
    entries_for_app,
    own_app_events,
    own_draft,
)
from suxin.grid.exchange.words import AppMissing, AppSort
from suxin.grid.models import AppEvent
from suxin.grid.refusals import AppFileMalformed, AppFileTooLong, AppMappingUnsound, RuleUnknown
from suxin.grid.rules import Rule, RuleBook
from suxin.grid.states import Claimant, ClaimState, Evidence, RuleTopic
from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.working_days import local_day

DAY = "2026-11-19"
BOOK = RuleBook(
    name="测试细则",
    rules=(
        Rule(code="yard", name="门前三包", topic=RuleTopic.ENVIRONMENT, points=5),
        Rule(
            code="litter",
            name="乱倒垃圾",
            topic=RuleTopic.ENVIRONMENT,
            points=-3,
            evidence=Evidence.REQUIRED,
            claimants=(Claimant.WORKER,),
        ),
    ),
)


def line(number: str, **changes: str) -> tuple[str, ...]:
    """One line of a file of events."""
    given = {"sort": "环境卫生", "state": "已结案", "household": "001", "day": DAY, "note": "清理门前", **changes}  # fmt: skip
    return (number, *given.values())


def file_of(*lines: tuple[str, ...], encoding: str = "utf-8") -> bytes:
    """A file of events as CSV."""
    return "\n".join(",".join(one) for one in (EVENTS_HEADING, *lines)).encode(encoding)


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    found = await build_points(small_city, admin)
    await put_in_force(found, BOOK, starts_in_days=3)
    await adopt(found)
    return found


async def adopt(points: SmallPoints, **rules: str) -> None:
    mapped = rules or {"environment": "yard"}
    await points.city.act(
        adopt_app_mapping,
        points.person("village_admin"),
        rules={AppSort(sort): code for sort, code in mapped.items()},
    )


async def bring(points: SmallPoints, content: bytes) -> Brought:
    done: Brought = await points.city.act(
        bring_app_events, points.person("grid_worker"), content=content
    )
    return done


async def waiting(points: SmallPoints) -> list[AppEvent]:
    worker = points.person("grid_worker")
    async with points.city.database.transaction(worker, now=points.city.now) as session:
        return list(await session.scalars(own_app_events(worker)))


def test_gbk_xlsx_and_utf_8_say_the_same_and_a_wrong_line_stands_alone() -> None:
    rows = (line("W1"), line("W2", day="不知"), line("W3", sort="火灾"), line("", note="x"))
    plain = read_events(file_of(*rows))
    assert [one.number for one in plain.lines] == ["W1"]
    assert [one["line"] for one in plain.rejects] == [3, 4, 5]
    assert read_events(file_of(*rows, encoding="gbk")) == plain
    assert read_events(workbook([EVENTS_HEADING, line("W1")])).lines == plain.lines


def test_of_special_persons_nothing_is_taken_and_files_have_bounds() -> None:
    read = read_events(file_of(line("W1", sort="特殊人群", note="某人情况")))
    assert (list(read.lines), read.left_out, read.rejects) == ([], 1, [])
    with pytest.raises(AppFileMalformed):
        read_events(b"a,b\n1,2")
    with pytest.raises(AppFileTooLong):
        read_events(file_of(*(line(f"W{number}") for number in range(MAX_LINES + 1))))
    told = io.StringIO()
    told.write(",".join(TOLD_HEADING) + "\nA1,5\nB2,-3\n")
    assert read_told(told.getvalue().encode()) == {"a1": 5, "b2": -3}
    with pytest.raises(Invalid):
        read_told(f"{','.join(TOLD_HEADING)}\nA1,x".encode())


def test_each_kind_of_difference_is_named() -> None:
    here, there = {"a": 1, "b": 2, "c": 3}, {"b": 2, "c": 4, "d": 5}
    assert differences(here, there) == [
        Difference("a", Differs.NOT_THERE, 1, None),
        Difference("c", Differs.OTHERWISE, 3, 4),
        Difference("d", Differs.NOT_HERE, None, 5),
    ]
    assert differences(here, dict(here)) == []


async def test_a_mapping_knows_its_rules_and_subtracts_nothing(points: SmallPoints) -> None:
    with pytest.raises(RuleUnknown):
        await adopt(points, environment="none")
    for wrong in ({"environment": "litter"}, {"persons": "yard"}):
        with pytest.raises(AppMappingUnsound):
            await adopt(points, **wrong)
    assert await points.admin.fetchval("select count(*) from grid_app_mappings") == 1


async def test_an_event_is_one_draft_however_often_it_comes(points: SmallPoints) -> None:
    content = file_of(line("W1"), line("W2", state="处置中"), line("W3", sort="治安"), line("W4", household="999"))  # fmt: skip
    assert (await bring(points, content))[:3] == (1, 3, 0)
    assert (await bring(points, content))[:3] == (0, 0, 4)
    missing = {one.foreign_number: one.missing for one in await waiting(points)}
    assert missing == {
        "W1": None,
        "W2": AppMissing.UNFINISHED,
        "W3": AppMissing.NO_RULE,
        "W4": AppMissing.NO_HOUSEHOLD,
    }
    # What is closed later, or mapped later, becomes a draft then.
    await adopt(points, environment="yard", security="yard")
    assert (await bring(points, file_of(line("W2"), line("W3", sort="治安"))))[:3] == (2, 0, 0)


async def test_a_person_makes_the_claim_and_its_result_goes_back(points: SmallPoints) -> None:
    await bring(points, file_of(line("W1"), line("W2")))
    kept, dropped = sorted(await waiting(points), key=lambda one: one.foreign_number)
    await points.city.act(dismiss_app_event, points.person("grid_worker"), event_id=dropped.id)
    claim = await claimed(points, kept)
    assert (claim.id, claim.state) == (kept.id, ClaimState.SUBMITTED)
    assert await waiting(points) == []
    assert (await bring(points, file_of(line("W1", note="改"), line("W2", note="改"))))[:3] == (0, 0, 2)  # fmt: skip
    worker = points.person("grid_worker")
    async with points.city.database.transaction(worker, now=points.city.now) as session:
        for settled in (kept, dropped):
            with pytest.raises(NotFound):
                await own_draft(session, worker, settled.id)
    notice = await points.notice(claim)
    await points.end_notice(notice)
    month = local_day(notice.ends_at).replace(day=1)
    async with points.city.database.transaction(worker, now=points.city.now) as session:
        (entry,) = await entries_for_app(session, worker, month=month)
        assert (entry.number, entry.foreign_number, entry.points) == (claim.id, "W1", 5)
        assert (entry.household, entry.state) == ("001", ClaimState.POSTED)
        assert await entries_for_app(session, worker, month=date(2026, 1, 1)) == []
        told = {str(claim.id): 4}
        (differing,) = await app_differences(session, worker, month=month, told=told)
    assert (differing.how, differing.here, differing.there) == (Differs.OTHERWISE, 5, 4)


async def claimed(points: SmallPoints, event: AppEvent) -> Any:
    """Record the claim of a draft as the form at the desk does."""
    assert event.household_id is not None
    assert event.rule_code is not None
    content = ClaimContent(
        household_id=event.household_id,
        member_id=None,
        rule_code=event.rule_code,
        times=1,
        happened_on=event.happened_on,
        note=event.note,
    )
    recorded = await points.city.act(
        record_claim,
        points.person("grid_worker"),
        claim_id=event.id,
        content_hash=digest(content),
        content=content,
        sealer=points.city.sealer,
    )
    return recorded.claim
