"""What the demo city contests and promised: no queue of its credit office is empty, and it is made up once."""

from datetime import UTC, datetime

import pytest

from suxin_server.demo import cast, contested, watched
from suxin_server.demo.contested import PROMISES, ContestedCity
from suxin_server.demo.watched import WATCHED, WatchedCity

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


class Killed(Exception):
    """The process is gone."""


async def _dies(*_: object, **__: object) -> None:
    raise Killed


async def test_every_queue_of_the_credit_office_has_something(new_city, monkeypatch):
    async with new_city(NOW) as built:
        setting = built.setting
        city = ContestedCity(
            database=built.database, batch=setting.batch, sealer=setting.made_for.sealer
        )
        with monkeypatch.context() as last_step, pytest.raises(Killed):
            last_step.setattr(contested, "apply_for_repair", _dies)
            await city.contest(now=NOW)
        assert (
            await built.column("select 1 from review_cases union select 2 from commitments") == []
        )
        assert await city.contest(now=NOW)
        cases = await built.admin.fetch(
            "select kind, state, count(*) from review_cases group by 1, 2"
        )
        assert {tuple(row) for row in cases} == {
            ("dispute", "ACCEPTED", 2),
            ("dispute", "SUBMITTED", 1),
            ("correction", "SUBMITTED", 1),
            ("exemption", "ACCEPTED", 1),
        }
        # One is late already, and one has until tomorrow to reach its source.
        assert (
            await built.admin.fetchval(
                "select count(*) from review_cases where state = 'SUBMITTED' and due_at < $1", NOW
            )
            == 1
        )
        passed = await built.column("select passed_at is not null from source_transfers order by 1")
        assert passed == [False, True]
        assert await built.column("select case_id is not null from case_documents") == [True]
        assert await built.column("select state::text from repair_applications") == ["FILED"]
        due = await built.admin.fetch(
            "select state::text, due_on < $1 from commitments order by due_on", NOW.date()
        )
        assert len(due) == len(PROMISES)
        assert {tuple(row) for row in due} == {("OPEN", False), ("OPEN", True), ("KEPT", True)}
        # Whoever a visitor plays is left alone.
        played = [one.uscc for one in cast.APPLICANTS]
        touched = await built.column(
            "select uscc from subjects where id in (select subject_id from review_cases"
            " union select subject_id from repair_applications)"
        )
        assert not set(touched) & set(played)
        # Once and no more, at whatever start.
        assert not await city.contest(now=NOW)

        await _require_watched(built, monkeypatch)


async def _require_watched(built, monkeypatch) -> None:
    """Rules are in force, loans are watched, and something is on record about some borrowers: once, whatever was interrupted."""
    city = WatchedCity(built.database, built.setting.batch)
    with monkeypatch.context() as last_step, pytest.raises(Killed):
        last_step.setattr(watched, "activate_rules", _dies)
        await city.watch_past(now=NOW)
    assert await built.column("select id from warning_rule_sets") == []
    assert await city.watch_past(now=NOW)
    assert await built.column("select state::text from warning_rule_sets") == ["ACTIVE"]
    consents = await built.column("select id from consents where purpose = 'loan.watch'")
    assert len(consents) == WATCHED
    told = "select 1 from credit_records where source_ref like '预警演示-%'"
    assert len(await built.column(told)) == 3
    assert not await city.watch_past(now=NOW)
