"""Tiers of the city's own score system: its client against the stand-in over HTTP, and what is kept of what it says."""

from datetime import date, timedelta

import pytest
from observing import acts
from small_scores import active_model, run

from suxin.kernel.refusals import RefusalKind
from suxin.scoring.models import TierOrigin
from suxin.scoring.packaged import FIRM_GRADE, packaged_model
from suxin.scoring.queries import own_tiers
from suxin.scoring.sources import CitySystem, TierProviderUnavailable, ToldTiers
from suxin_outbound.tier_provider import PATH, TierProviderClient
from suxin_server.scoring import PAUSE, Scoring
from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.tiers import SCALES, tier_of

FIRM, UNSCORED = "91321302MA1EXAMPL1", "91321302MA1EXAMPL0"
DAY = timedelta(days=1)


def client_of(stand_ins, guarded, *, secret=None):
    return TierProviderClient(
        base_url=stand_ins.tiers,
        app_id="suxin",
        secret=secret or stand_in_key("tiers"),
        guarded=guarded,
    )


@pytest.fixture
def client(stand_ins, guarded):
    return client_of(stand_ins, guarded)


async def test_tiers_are_told_by_number_as_of_a_day(client, now):
    told = await client.tiers_of(model_code=FIRM_GRADE, numbers=[FIRM, UNSCORED], now=now)
    assert told == ToldTiers(date(2026, 11, 1), {FIRM: tier_of(FIRM, SCALES[FIRM_GRADE])})


@pytest.mark.parametrize(
    "how",
    [{"status": 503}, {"status": 500}, {"body_bytes": 3}, {"redirect_to": "http://example.com/"}],
)
async def test_no_usable_answer_is_a_named_refusal(client, stand_ins, now, how):
    stand_ins.fail("tiers", PATH, times=9, **how)
    with pytest.raises(TierProviderUnavailable) as refused:
        await client.tiers_of(model_code=FIRM_GRADE, numbers=[FIRM], now=now)
    assert (refused.value.kind, refused.value.retryable) == (RefusalKind.UNAVAILABLE, True)


async def test_a_refused_question_and_a_wrong_key_are_no_answer(client, stand_ins, guarded, now):
    stranger = client_of(stand_ins, guarded, secret="another")
    for asker, code in ((client, "unknown"), (stranger, FIRM_GRADE)):
        with pytest.raises(TierProviderUnavailable):
            await asker.tiers_of(model_code=code, numbers=[FIRM], now=now)


async def test_a_tier_of_a_day_to_come_is_not_believed(client, stand_ins, now):
    stand_ins.steer("tiers", "day", as_of="2026-11-03")
    with pytest.raises(TierProviderUnavailable):
        await client.tiers_of(model_code=FIRM_GRADE, numbers=[FIRM], now=now)


async def tier(city, *, now):
    async with city.database.snapshot(city.applicant, now=now) as session:
        found = await own_tiers(session, city.applicant, now=now)
    return [(one.tier, one.origin, one.as_of, one.learned_at) for one in found]


async def test_what_the_city_says_is_kept_and_outlives_an_outage_until_it_runs_out(
    small_city, client, stand_ins, admin
):
    now = small_city.now
    await active_model(small_city, packaged_model(FIRM_GRADE))
    scoring = Scoring({FIRM_GRADE: CitySystem(client, small_city.sealer)})
    stand_ins.fail("tiers", PATH, times=9, status=503)
    await scoring.all_due(small_city.batch, now=now)
    # Nothing is made up, and the engine does not step in.
    assert await tier(small_city, now=now) == []
    assert await admin.fetchval("select count(*) from score_runs") == 0
    stand_ins.steer("tiers", "reset")
    await scoring.all_due(small_city.batch, now=now)
    assert stand_ins.calls("tiers") == {}
    await scoring.all_due(small_city.batch, now=now + PAUSE)
    uscc = await admin.fetchval("select uscc from subjects where id = $1", small_city.firm_id)
    said = tier_of(uscc, SCALES[FIRM_GRADE])
    month = now.date().replace(day=1)
    kept = [(said, TierOrigin.CITY, month, now + PAUSE)]
    assert await tier(small_city, now=now + PAUSE) == kept
    assert await admin.fetchval("select count(*) from scores") == 0
    assert (await acts(admin, "scoring.run"))[-1] == "scoring.run.completed"
    # It is asked once a day; what it says no more keeps its own day, and ends a grace after the month.
    calls = stand_ins.calls("tiers")[PATH]
    await scoring.all_due(small_city.batch, now=now + PAUSE + timedelta(hours=1))
    assert stand_ins.calls("tiers")[PATH] == calls
    stand_ins.fail("tiers", PATH, times=99, status=503)
    await scoring.all_due(small_city.batch, now=now + DAY)
    assert await tier(small_city, now=now + DAY) == kept
    assert await tier(small_city, now=now + 60 * DAY) == []


async def test_a_tier_that_the_model_does_not_have_is_not_kept_and_an_older_one_changes_nothing(
    small_city, admin
):
    model_id = await active_model(small_city, packaged_model(FIRM_GRADE))
    await run(small_city, model_id)
    engine = await tier(small_city, now=small_city.now)
    uscc = await admin.fetchval("select uscc from subjects where id = $1", small_city.firm_id)

    class Says:
        def __init__(self, code: str, as_of: date) -> None:
            self.told = ToldTiers(as_of, {uscc: code})

        async def tiers_of(self, **_: object) -> ToldTiers:
            return self.told

    later = small_city.now + DAY
    for provider in (Says("S", later.date()), Says("AAA", small_city.now.date() - DAY)):
        await admin.execute("delete from score_runs")
        source = CitySystem(provider, small_city.sealer)
        assert await source.renew(small_city.batch, model_id, now=later) is not None
        assert await tier(small_city, now=later) == engine
    await admin.execute("delete from score_runs")
    report = await CitySystem(Says("AAA", later.date()), small_city.sealer).renew(
        small_city.batch, model_id, now=later
    )
    assert (report.subject_count, report.tiers["AAA"]) == (1, 1)
    assert await tier(small_city, now=later) == [("AAA", TierOrigin.CITY, later.date(), later)]
