"""The demo city's scores: there soon after the start, told by the product's own rules, and made up once."""

import json
from datetime import UTC, date, datetime

import pytest

from suxin.kernel.actor import Actor
from suxin.scoring.packaged import EVERYBODY, FIRM_GRADE, XICHU
from suxin.scoring.queries import explanation
from suxin_server.demo.scored import ScoredCity, months_ago
from suxin_server.scoring import score_all

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
DRAFT = "select simulation from score_models where version = 2"
FIRM = """
select subject_id from scores where model_id in (select id from score_models where code = $1)
group by subject_id having max(score) > min(score) order by subject_id limit 1
"""


def test_earlier_runs_are_on_the_months_first():
    assert [months_ago(NOW, months).date() for months in (1, 2, 11)] == [
        date(2026, 10, 1),
        date(2026, 9, 1),
        date(2025, 12, 1),
    ]


async def test_the_city_is_scored_with_a_history_and_a_draft_awaits_its_approval(new_city):
    async with new_city(NOW) as built:
        city = ScoredCity(built.database, built.setting.batch)
        assert await city.score_past(now=NOW)
        await score_all(built.setting.batch, now=NOW)
        assert await _models(built) == [
            (FIRM_GRADE, 1, "ACTIVE"),
            (FIRM_GRADE, 2, "SIMULATED"),
            (XICHU, 1, "ACTIVE"),
        ]
        runs = await built.admin.fetch("select as_of, subject_count, tiers from score_runs")
        assert len(runs) == 3 * len(EVERYBODY)
        assert {str(run["as_of"]) for run in runs} == {"2026-09-01", "2026-10-01", "2026-11-20"}
        assert min(run["subject_count"] for run in runs) > 400
        draft = json.loads(await built.admin.fetchval(DRAFT))
        assert len(draft["moves"]) == 20
        assert any(one["before"] not in (None, one["after"]) for one in draft["shifts"])
        # Nobody's page is empty: tiers differ, and what one is shown adds up and has changed since.
        tiers = await built.column("select distinct model_code || tier from score_tiers")
        assert len(tiers) >= 5, tiers
        subject_id = await built.admin.fetchval(FIRM, FIRM_GRADE)
        actor = Actor.subject("test", person_id=subject_id, subject_id=subject_id)
        async with built.database.snapshot(actor, now=NOW) as session:
            found = await explanation(session, actor)
        assert found
        assert sum(one.points for one in found.contributions) == found.score
        assert len(found.history) == 3
        # Once and no more, at whatever start.
        assert not await city.score_past(now=NOW)
        assert len(await _models(built)) == 3


async def test_what_was_interrupted_goes_on_where_it_was(new_city, monkeypatch):
    async with new_city(NOW) as built:
        city = ScoredCity(built.database, built.setting.batch)

        async def broken(*_: object, **__: object) -> None:
            raise ConnectionError

        with monkeypatch.context() as patch:
            patch.setattr("suxin_server.demo.scored.run_model", broken)
            with pytest.raises(ConnectionError):
                await city.score_past(now=NOW)
        assert await _models(built) == [(XICHU, 1, "ACTIVE")]
        assert await city.score_past(now=NOW)
        assert len(await _models(built)) == 3


async def _models(built) -> list[tuple[object, ...]]:
    found = await built.admin.fetch("select code, version, state from score_models order by 1, 2")
    return [tuple(row) for row in found]
