"""Passes over the city's loans: grades that fall, hits and false alarms by rule and version, and the worker that makes them."""

from datetime import timedelta

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_loans import days, drawn
from small_scores import active_model, official, run
from small_warnings import (
    activated,
    changed,
    come_on_record,
    permit_watching,
    rules_in_force,
    warnings,
    watch,
    watched,
)

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden
from suxin.lending.warnings import refusals
from suxin.lending.warnings.queries import latest_change
from suxin.lending.warnings.raising import watch_loans
from suxin.lending.warnings.rule_sets import activate_rules, draft_rules, withdraw_rules
from suxin.lending.warnings.rules import packaged_rules
from suxin.lending.warnings.states import WarningState
from suxin.scoring.packaged import FIRM_GRADE, packaged_model
from suxin.subjects.models import DataCategory

TAX = ("TAX-ARREARS", DataCategory.TAX)


async def test_a_worker_that_dies_between_raising_and_telling_tells_later(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    await watched(small_city)
    await come_on_record(small_city, *TAX)
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as session:
        assert await watch_loans(session, now=small_city.now) == 1
    assert (
        await admin.fetchval("select count(*) from tenant_events where type like '%warning%'") == 0
    )
    assert await watch(small_city) == 0
    assert (
        await admin.fetchval("select count(*) from tenant_events where type like '%warning%'") == 1
    )


async def test_a_grade_that_falls_within_the_window_is_told_once(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await drawn(small_city)
    model_id = await active_model(small_city, packaged_model(FIRM_GRADE))
    await run(small_city, model_id)
    await rules_in_force(small_city)
    await permit_watching(small_city, loan)
    # The grade at the first pass is where a fall begins.
    assert await watch(small_city) == 0
    fall = (
        "update score_tiers set place = place + $1, tier = $2, run_id = gen_random_uuid(), as_of = as_of + 1,"
        " valid_until = valid_until + 40 where subject_id = $3"
    )
    await admin.execute(fall, 1, "X1", small_city.firm_id)
    assert await watch(small_city, now=small_city.now + days(1)) == 0
    await admin.execute(fall, 1, "X2", small_city.firm_id)
    assert await watch(small_city, now=small_city.now + days(2)) == 1
    (warning,) = await warnings(small_city)
    assert (warning.rule_code, warning.tier_after, warning.source) == (
        "GRADE_DROP",
        "X2",
        FIRM_GRADE,
    )
    # The next run finds it where it was told, which is no second fall.
    await admin.execute(fall, 0, "X2", small_city.firm_id)
    assert await watch(small_city, now=small_city.now + days(3)) == 0
    assert (await warnings(small_city))[0].state is WarningState.RAISED
    # Back where it was, the warning is withdrawn.
    await admin.execute(fall, -2, "X0", small_city.firm_id)
    await watch(small_city, now=small_city.now + days(4))
    assert (await warnings(small_city))[0].state is WarningState.WITHDRAWN


async def test_hits_and_false_alarms_are_counted_by_rule_and_version(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await drawn(small_city)
    first = await rules_in_force(small_city, {"code": "TAX_ARREARS", "hit_days": 30})
    await permit_watching(small_city, loan)
    await come_on_record(small_city, *TAX)
    await watch(small_city)
    second = await activated(small_city, changed({"code": "TAX_ARREARS", "hit_days": 10}))
    await come_on_record(small_city, *TAX)
    await watch(small_city)
    since = small_city.now.date() + timedelta(days=20)
    await admin.execute(
        "update loans set state = 'OVERDUE', overdue_since = $1, overdue_days = 1", since
    )
    await watch(small_city, now=small_city.now + days(21))
    rows = await admin.fetch("select rule_set_id, raised, hits, judged from warning_rule_figures")
    assert {tuple(row) for row in rows} == {(first.id, 1, 1, 1), (second.id, 1, 0, 1)}


async def test_two_people_put_rules_in_force_and_no_draft_counts(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    loan = await drawn(small_city)
    first = await rules_in_force(small_city)
    await permit_watching(small_city, loan)
    drafted = await small_city.act(draft_rules, official(small_city, 0), document=packaged_rules())
    assert (drafted.version, drafted.state.value) == (2, "DRAFT")
    async with nothing_written(admin):
        with pytest.raises(refusals.ActivatorDrafted):
            await small_city.act(activate_rules, official(small_city, 0), rule_set_id=drafted.id)
    await small_city.act(withdraw_rules, official(small_city, 1), rule_set_id=drafted.id)
    with pytest.raises(refusals.RulesNotAt):
        await small_city.act(activate_rules, official(small_city, 1), rule_set_id=drafted.id)
    with pytest.raises(refusals.RulesNotAt):
        await small_city.act(withdraw_rules, official(small_city, 1), rule_set_id=first.id)
    third = await activated(small_city, packaged_rules())
    states = await admin.fetch("select version, state from warning_rule_sets order by version")
    assert [tuple(row) for row in states] == [(1, "RETIRED"), (2, "WITHDRAWN"), (3, "ACTIVE")]
    assert third.activated_by != third.drafted_by
    with pytest.raises(Forbidden):
        await small_city.act(draft_rules, small_city.banks[0].officer, document=packaged_rules())


async def test_the_worker_sees_that_there_is_something_new(small_city: SmallCity) -> None:
    """Rules that were put in force, a run or a batch; else it looks when its ten minutes are over."""
    seen = []
    for act in (None, rules_in_force):
        if act is not None:
            await act(small_city)
        async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as batch:
            seen.append(await latest_change(batch))
    assert seen == [None, small_city.now]
    model_id = await active_model(small_city, packaged_model(FIRM_GRADE))
    await run(small_city, model_id, now=small_city.now + days(1))
    async with small_city.batch.transaction(Actor.system("test"), now=small_city.now) as batch:
        assert await latest_change(batch) == small_city.now + days(1)
