"""Runs: everybody at once, once a month, all or none; and what a subject is told of its score."""

from datetime import date, timedelta

import asyncpg
import pytest
from small_scores import active_model, run

from suxin.kernel.actor import Actor
from suxin.scoring import queries, runs
from suxin.scoring.explaining import ContributionKind
from suxin.scoring.packaged import FIRM_GRADE, XICHU, packaged_model
from suxin.scoring.runs import due_models, valid_until
from suxin.scoring.sources import Engine
from suxin_server.scoring import score_all

MONTH = timedelta(days=30)


async def told(city, actor, *, now=None):
    async with city.database.snapshot(actor, now=now or city.now) as session:
        return await queries.explanation(session, actor)


async def due(city, *, now=None):
    moment = now or city.now
    async with city.batch.transaction(Actor.system("test"), now=moment) as session:
        since = Engine().due_since(moment)
        return [model_id for model_id, _ in await due_models(session, since=since)]


async def test_a_run_scores_everybody_and_says_why(small_city):
    model_id = await active_model(small_city, packaged_model(FIRM_GRADE))
    assert await told(small_city, small_city.applicant) is None
    report = await run(small_city, model_id)
    assert report.subject_count == 2
    assert report.tiers == {"AAA": 0, "AA": 0, "A": 0, "BBB": 1, "BB": 1, "B": 0, "C": 0}
    shown = await told(small_city, small_city.applicant)
    assert (shown.score, shown.tier.code, shown.tier.name) == (630, "BBB", "信用良好")
    assert [(one.kind, one.name, one.points) for one in shown.contributions] == [
        (ContributionKind.BASE, "基础分", 500),
        (ContributionKind.INDICATOR, "纳税信用A级", 80),
        (ContributionKind.INDICATOR, "年度纳税（10 万元至 100 万元）", 20),
        (ContributionKind.INDICATOR, "为职工参加社会保险", 30),
    ]
    assert sum(one.points for one in shown.contributions) == shown.score
    # Another year's tax would be worth as much, though the dimension's limit leaves room for it alone.
    assert [(step.text, step.gain) for step in shown.steps] == [
        ("为职工缴存住房公积金，满一年计一次", 25),
        ("依法按时申报、缴纳税费", 20),
        ("按时缴纳水费、电费、燃气费，满一年计一次", 20),
    ]
    assert shown.changes == ()
    assert shown.history == ((date(2026, 11, 20), 630, "BBB"),)


async def test_a_run_is_once_a_day_and_due_once_a_month(small_city):
    model_id = await active_model(small_city, packaged_model(FIRM_GRADE))
    assert await due(small_city) == [model_id]
    assert await run(small_city, model_id)
    assert await run(small_city, model_id) is None
    assert await due(small_city) == []
    assert await due(small_city, now=small_city.now + MONTH) == [model_id]


async def test_what_changed_since_last_month_is_told(small_city, admin):
    model_id = await active_model(small_city, packaged_model(FIRM_GRADE))
    await run(small_city, model_id)
    # The tax authority's grade is disputed: it counts for nobody meanwhile.
    await admin.execute(
        "update credit_records set status = 'disputed' where item_code = 'TAX-GRADE'"
    )
    later = small_city.now + MONTH
    await run(small_city, model_id, now=later)
    shown = await told(small_city, small_city.applicant, now=later)
    assert shown.score == 550
    assert [(one.name, one.before, one.after) for one in shown.changes] == [("纳税信用A级", 80, 0)]
    assert [(score, tier) for _, score, tier in shown.history] == [(550, "BBB"), (630, "BBB")]
    # Of a tier there is one row, which each run renews.
    tiers = await admin.fetch(
        "select as_of, valid_until from score_tiers where subject_id = $1", small_city.firm_id
    )
    assert [tuple(row) for row in tiers] == [(date(2026, 12, 20), date(2027, 1, 8))]


async def test_what_changed_since_last_month_is_told_beside_a_run_in_between(small_city, admin):
    """The office may ask for a run in the middle of a month: what changed since the month before is not lost by it."""
    model_id = await active_model(small_city, packaged_model(FIRM_GRADE))
    await run(small_city, model_id)
    assert (await told(small_city, small_city.applicant)).last_month is None
    disputed = "update credit_records set status = 'disputed' where item_code = $1"
    await admin.execute(disputed, "TAX-GRADE")
    december = small_city.now + MONTH
    await run(small_city, model_id, now=december)
    await admin.execute(disputed, "SI-HEADCOUNT")
    later = december + timedelta(days=1)
    await run(small_city, model_id, now=later)
    shown = await told(small_city, small_city.applicant, now=later)
    assert [(one.code, one.before, one.after) for one in shown.changes] == [("S01", 30, 0)]
    month = shown.last_month
    assert (month.as_of, month.score) == (date(2026, 11, 20), 630)
    assert [(one.code, one.before, one.after) for one in month.changes] == [
        ("T01", 80, 0),
        ("S01", 30, 0),
    ]
    assert sum(one.after - one.before for one in month.changes) == shown.score - month.score


async def test_a_hard_cap_and_a_veto_hold_until_what_they_hang_on_is_mended(small_city, admin):
    model_id = await active_model(small_city, packaged_model(FIRM_GRADE))
    await admin.execute(
        "update credit_records set item_code = 'DISHONEST-DEBTOR', polarity = 'negative'"
        " where item_code = 'SI-HEADCOUNT'"
    )
    await run(small_city, model_id)
    shown = await told(small_city, small_city.applicant)
    assert (shown.score, shown.tier.code) == (349, "C")
    limits = [one for one in shown.contributions if one.kind is ContributionKind.SCORE_LIMIT]
    assert [(one.name, one.points) for one in limits] == [("总分以 349 分为限", -151)]
    assert sum(one.points for one in shown.contributions) == 349
    # What helps most is to do what the judgment says: the points, and the cap with them.
    assert (shown.steps[0].code, shown.steps[0].gain) == ("L11", 251)
    await admin.execute("update credit_records set status = 'repaired' where polarity = 'negative'")
    later = small_city.now + MONTH
    await run(small_city, model_id, now=later)
    assert (await told(small_city, small_city.applicant, now=later)).score == 600


async def test_persons_and_firms_are_scored_by_their_own_models(small_city):
    await active_model(small_city, packaged_model(FIRM_GRADE))
    await active_model(small_city, packaged_model(XICHU))
    await score_all(small_city.batch, now=small_city.now)
    assert await due(small_city) == []
    person = Actor.subject("test", person_id=small_city.person_id, subject_id=small_city.person_id)
    shown = await told(small_city, person)
    assert (shown.document.code, shown.score, shown.tier.code) == (XICHU, 1000, "BBB")
    assert (await told(small_city, small_city.applicant)).document.code == FIRM_GRADE
    # Of another's there is nothing, whoever asks.
    async with small_city.database.snapshot(person, now=small_city.now) as session:
        firm = queries.scores_of(small_city.firm_id)
        assert (await session.scalars(firm)).all() == []


async def test_a_run_is_all_there_or_not_at_all(small_city, admin, monkeypatch):
    model_id = await active_model(small_city, packaged_model(FIRM_GRADE))
    monkeypatch.setattr(runs, "KEPT_MONTHS", "no number")
    with pytest.raises(TypeError):
        await run(small_city, model_id)
    for table in ("scores", "score_tiers", "score_runs"):
        assert await admin.fetchval(f"select count(*) from {table}") == 0  # noqa: S608 - our own words


async def test_scores_are_forgotten_after_two_years(small_city, admin: asyncpg.Connection):
    model_id = await active_model(small_city, packaged_model(FIRM_GRADE))
    await run(small_city, model_id)
    for months, kept in ((24, 2), (25, 1)):
        await admin.execute("update scores set as_of = $1", date(2026, 11, 20))
        later = small_city.now + timedelta(days=31 * months - 20)
        await run(small_city, model_id, now=later)
        days = {row["as_of"] for row in await admin.fetch("select as_of from scores")}
        assert len(days) == kept
        await admin.execute("delete from scores where as_of > $1", date(2026, 11, 20))
        await admin.execute("delete from score_runs where as_of > $1", date(2026, 11, 20))


@pytest.mark.parametrize(
    ("as_of", "until"),
    [
        (date(2026, 11, 1), date(2026, 12, 8)),
        (date(2026, 11, 30), date(2026, 12, 8)),
        (date(2026, 12, 31), date(2027, 1, 8)),
    ],
)
def test_a_tier_is_good_until_the_next_run_and_a_week(as_of, until):
    assert valid_until(as_of) == until
