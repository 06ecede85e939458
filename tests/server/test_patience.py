"""Waiting for a database that is started later than the program that needs it."""

import asyncio

import asyncpg
import pytest

from suxin_server import demo_city, patience
from suxin_server.demo.city import DemoReport
from suxin_server.migration import newest_revisions
from suxin_server.patience import NotYet, once_it_answers

FAILURES = [
    ConnectionRefusedError("nothing listens"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.InvalidPasswordError("its roles are not made yet"),
    NotYet("it is not migrated yet"),
]


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "AGAIN_S", 0.001)


async def test_it_is_asked_again_until_it_answers() -> None:
    failures = list(FAILURES)

    async def ask() -> str:
        if failures:
            raise failures.pop(0)
        return "here"

    assert await once_it_answers(ask, patience_s=60) == "here"


@pytest.mark.parametrize("failure", FAILURES)
async def test_without_patience_the_first_failure_is_the_answer(failure: Exception) -> None:
    asked = 0

    async def ask() -> None:
        nonlocal asked
        asked += 1
        raise failure

    with pytest.raises(type(failure)):
        await once_it_answers(ask, patience_s=0)
    assert asked == 1


async def test_a_defect_is_not_waited_out() -> None:
    async def ask() -> None:
        raise LookupError("a defect")

    with pytest.raises(LookupError):
        await once_it_answers(ask, patience_s=60)


async def test_the_demo_city_is_made_up_before_its_database_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made_up = asyncio.Event()

    async def draft_city(_made_for: object, **_: object) -> str:
        made_up.set()
        return "the draft"

    async def revisions_of(_database: object, **_: object) -> frozenset[str]:
        if not made_up.is_set():
            raise ConnectionRefusedError("nothing listens")
        return newest_revisions()

    async def city_exists(_database: object, **_: object) -> bool:
        return False

    async def write_city(_setting: object, draft: str, **_: object) -> DemoReport:
        return DemoReport(built=True, rows={draft: 1})

    for replaced in (draft_city, revisions_of, city_exists, write_city):
        monkeypatch.setattr(demo_city, replaced.__name__, replaced)
    report = await demo_city._written_once(_Anything(), 60)  # type: ignore[arg-type] # nothing of it is used
    assert report.rows == {"the draft": 1}


async def test_nothing_is_made_up_where_a_city_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def revisions_of(_database: object, **_: object) -> frozenset[str]:
        return newest_revisions()

    async def city_exists(_database: object, **_: object) -> bool:
        return True

    monkeypatch.setattr(demo_city, "revisions_of", revisions_of)

    async def complete_city(_setting: object, **_: object) -> DemoReport:
        return DemoReport(built=False, rows={})

    monkeypatch.setattr(demo_city, "city_exists", city_exists)
    monkeypatch.setattr(demo_city, "complete_city", complete_city)
    monkeypatch.delattr(demo_city, "draft_city")
    report = await demo_city._written_once(_Anything(), 60)  # type: ignore[arg-type] # nothing of it is used
    assert report == DemoReport(built=False, rows={})


class _Anything:
    """A setting of which only the databases and the surroundings are handed on."""

    database = made_for = None
