"""Score runs at the credit office: asked for, waited for and done; their tiers drawn and told, and nobody's score."""

from uuid import uuid4

import pytest
from observing import acts, nothing_written
from small_scores import active_model, build_scores, last_run_id, run

from suxin.scoring.documents import read_document
from suxin.scoring.packaged import FIRM_GRADE, packaged_model
from suxin_server.scoring import score_all
from suxin_tenants.operator.tier_charts import BAR_MOST, tier_chart

PLACE = "/desk/score-models"


@pytest.fixture
def document():
    return read_document(packaged_model(FIRM_GRADE))


def test_bars_are_as_long_as_their_share_of_the_longest(document):
    chart = tier_chart(document, {"AAA": 50, "A": 100, "C": 1}, {"A": 200, "BB": 3})
    drawn = [(bar.code, bar.people, bar.width, bar.width_before, bar.moved) for bar in chart.bars]
    assert drawn == [
        ("AAA", 50, BAR_MOST // 4, 0, 50),
        ("AA", 0, 0, 0, 0),
        ("A", 100, BAR_MOST // 2, BAR_MOST, -100),
        ("BBB", 0, 0, 0, 0),
        ("BB", 0, 0, 2, -3),
        ("B", 0, 0, 0, 0),
        # Whoever is there at all is seen.
        ("C", 1, 2, 0, 1),
    ]
    assert (chart.total, sum(bar.share_bps for bar in chart.bars)) == (151, 9999)
    assert (chart.bars[0].shade, chart.bars[-1].shade) == (7, 0)


def test_a_chart_of_nobody_has_no_bars_and_divides_by_nothing(document):
    chart = tier_chart(document, {})
    assert (chart.total, chart.compared) == (0, False)
    assert {(bar.width, bar.share_bps, bar.width_before) for bar in chart.bars} == {(0, 0, None)}


async def test_a_run_is_asked_for_waited_for_and_shown_beside_the_one_before(
    desks, small_city, admin, words
):
    model_id = await build_scores(small_city)
    place = f"{PLACE}/{model_id}"
    await admin.execute(
        "update score_runs set as_of = as_of - 1, began_at = began_at - interval '1 day'"
    )
    office = await desks.operator("credit_office")
    assert "已评分" in words(await office.get(place))
    assert "已要求评分" in words(await office.done(f"{place}/run"))
    waiting = await office.get(place)
    assert "等待评分" in words(waiting)
    assert f'hx-get="{place}/run"' in waiting
    part = await office.client.get(f"{place}/run")
    assert "HX-Refresh" not in part.headers
    # Asking again changes nothing.
    await office.done(f"{place}/run")
    await score_all(small_city.batch, now=small_city.now)
    assert (await office.client.get(f"{place}/run")).headers["HX-Refresh"] == "true"
    assert await admin.fetchval("select count(*) from score_runs") == 2
    shown = words(await office.get(f"{PLACE}/runs/{await last_run_id(small_city)}"))
    assert "2026-11-20 评分" in shown
    assert "与 2026-11-19 相比" in shown
    assert "BBB 1 50.00% 1 0" in shown
    assert "沭河木业" not in shown
    assert (await acts(admin, "scoring.run")).count("scoring.run.asked") == 1


async def test_two_runs_of_one_day_are_told_apart_by_their_time(desks, small_city, admin, words):
    model_id = await build_scores(small_city)
    await admin.execute("update score_runs set began_at = began_at - interval '90 minutes'")
    office = await desks.operator("credit_office")
    await office.done(f"{PLACE}/{model_id}/run")
    await score_all(small_city.batch, now=small_city.now)
    shown = words(await office.get(f"{PLACE}/runs/{await last_run_id(small_city)}"))
    assert "与 2026-11-20 08:30 相比" in shown
    assert "2026-11-20 10:00 2026-11-20 08:30" in shown
    listed = words(await office.get(PLACE))
    assert "2026年11月20日 星期五 2026-11-20 08:30 开始" in listed


async def test_the_models_page_draws_what_is_in_force(desks, small_city, words, page_of):
    office = await desks.operator("auditor")
    assert 'data-testid="current"' not in await office.get(PLACE)
    await build_scores(small_city)
    text = await office.get(PLACE)
    assert "企业信用等级（演示配置）：现行等级分布" in words(text)
    assert 'role="img" aria-label="企业信用等级（演示配置）现行等级分布' in text
    run_page = await office.get(f"{PLACE}/runs/{await last_run_id(small_city)}")
    for page in (text, run_page):
        sound = page_of(page)
        assert (len(sound.headings), sound.unlabelled, sound.inline) == (1, [], [])


async def test_who_may_not_ask_for_a_run_changes_nothing(desks, small_city, admin):
    model_id = await active_model(small_city, packaged_model(FIRM_GRADE))
    assert await run(small_city, model_id)
    auditor, bank = await desks.operator("auditor"), await desks.of("bank_admin")
    place = f"{PLACE}/{model_id}/run"
    async with nothing_written(admin):
        assert 'data-testid="run"' not in await auditor.get(f"{PLACE}/{model_id}")
        assert (await auditor.post(place)).status_code == 403
        assert (await bank.post(place)).status_code == 404
        await bank.get(place, status=404)
        await bank.get(f"{PLACE}/runs/{await last_run_id(small_city)}", status=404)
        await auditor.get(f"{PLACE}/runs/{uuid4()}", status=404)
