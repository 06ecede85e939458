"""A version of the rules: adopted by a meeting that could, confirmed by another person for a day to come, in force until the next."""

from datetime import date, timedelta
from typing import Any

import asyncpg
import pytest
from small_city import SmallCity
from small_points import SmallPoints, build_points, minutes_of, put_in_force

from suxin.grid.minutes import check_minutes
from suxin.grid.queries import rules_in_force
from suxin.grid.refusals import (
    ConfirmedByAnother,
    MinutesIncomplete,
    NoRulesInForce,
    StartNotAhead,
)
from suxin.grid.rule_sets import (
    adopt_rule_set,
    confirm_rule_set,
    draft_rule_set,
    edit_rule_set,
    return_rule_set,
)
from suxin.grid.states import Meeting, RuleSetState
from suxin.grid.templates import template_named
from suxin.kernel.working_days import local_day
from suxin.lending.models.steps import StepNotPossible

DAY = date(2026, 11, 1)
BOOK = template_named("clean-friday").book


@pytest.mark.parametrize(
    "changes",
    [
        {"present": 59},
        {"meeting": Meeting.VILLAGERS, "present": 45, "in_favour": 40},
        {"in_favour": 30},
        {"present": 91},
        {"in_favour": 61},
        {"kept_at": " "},
        {"met_on": date(2026, 11, 2)},
        {"entitled": 0, "present": 0, "in_favour": 0},
    ],
)
def test_a_meeting_that_could_not_or_did_not_decide_adopts_nothing(changes: dict[str, Any]) -> None:
    with pytest.raises(MinutesIncomplete):
        check_minutes(minutes_of(DAY, **changes), today=DAY)


def test_two_thirds_of_the_households_or_over_half_of_the_villagers_decide() -> None:
    check_minutes(minutes_of(DAY), today=DAY)
    check_minutes(minutes_of(DAY, meeting=Meeting.VILLAGERS, present=46, in_favour=24), today=DAY)


@pytest.fixture
async def points(small_city: SmallCity, admin: asyncpg.Connection) -> SmallPoints:
    return await build_points(small_city, admin)


async def test_rules_are_confirmed_by_another_for_a_day_to_come(points: SmallPoints) -> None:
    city, boss, other = points.city, points.person("village_admin"), points.person("supervisor")
    today = local_day(city.now)
    drafted = await city.act(draft_rule_set, boss, book=BOOK)
    which = {"rule_set_id": drafted.id}
    ahead = {"starts_on": today + timedelta(days=1)}
    with pytest.raises(StepNotPossible):
        await city.act(confirm_rule_set, other, **which, **ahead)
    await city.act(adopt_rule_set, boss, minutes=minutes_of(today), **which)
    with pytest.raises(ConfirmedByAnother):
        await city.act(confirm_rule_set, boss, **which, **ahead)
    with pytest.raises(StartNotAhead):
        await city.act(confirm_rule_set, other, starts_on=today, **which)
    await city.act(return_rule_set, other, reason="人数有误", **which)
    await city.act(edit_rule_set, boss, book=BOOK, **which)
    await city.act(adopt_rule_set, boss, minutes=minutes_of(today), **which)
    confirmed = await city.act(confirm_rule_set, other, **which, **ahead)
    assert (confirmed.state, confirmed.number) == (RuleSetState.CONFIRMED, 2)
    with pytest.raises(StepNotPossible):
        await city.act(edit_rule_set, boss, book=BOOK, **which)


async def test_the_latest_confirmed_version_is_in_force_on_a_day(points: SmallPoints) -> None:
    city = points.city
    later = await put_in_force(points, BOOK, starts_in_days=20)
    first, today = local_day(city.now) - timedelta(days=38), local_day(city.now)
    async with city.database.transaction(points.resident, now=city.now) as session:
        assert (await rules_in_force(session, points.tenant_id, on=first)).number == 1
        assert (await rules_in_force(session, points.tenant_id, on=today)).id == later
        with pytest.raises(NoRulesInForce):
            await rules_in_force(session, points.tenant_id, on=first - timedelta(days=1))
