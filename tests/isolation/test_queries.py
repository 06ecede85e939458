"""Every query × someone whom the answer is none of the business of: nothing, or that there is no such thing.

A query that is not listed here fails the test.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import sqlalchemy
from query_matrix import (
    EXPRESSION,
    MATRIX,
    NO_RECORDS,
    NOTHING,
    OWN,
    PUBLIC,
    Given,
    nothing_given,
    quotas,
    since,
)
from silent_queries import SILENT
from small_world import World, call

import suxin
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, Refusal
from suxin.lending.models import ReferralState
from suxin.lending.queries.referrals import InboxCounts
from suxin.tenancy.models import Tenant


@cache
def queries() -> dict[str, Callable[..., Any]]:
    return {
        f"{module.name.removeprefix('suxin.')}.{name}": value
        for module in pkgutil.walk_packages(suxin.__path__, "suxin.")
        if ".queries" in module.name
        for name, value in vars(importlib.import_module(module.name)).items()
        if inspect.isfunction(value)
        and value.__module__ == module.name
        and not name.startswith("_")
    }


async def answer(world: World, place: str, caller: Actor, given: Given) -> Any:
    """Return what the query answers, or the class of its refusal."""
    database, now = world.city.database, world.city.now
    try:
        async with database.transaction(caller, now=now) as session:
            return await call(session, queries()[place], caller, **given(world))
    except Refusal as refused:
        return type(refused)


def test_every_query_is_listed() -> None:
    assert set(MATRIX) == set(queries())


async def test_a_query_about_anothers_things_answers_nothing(world: World) -> None:
    wrong = {}
    for place, (caller, given, expected) in MATRIX.items():
        if expected in (PUBLIC, OWN, EXPRESSION):
            continue
        found = await answer(world, place, world.onlookers[caller], given)
        if not (found in NOTHING if expected is None else found is expected):
            wrong[place] = found
    assert wrong == {}


async def test_the_same_queries_answer_their_own_people(world: World) -> None:
    """Else nothing were proved: whoever it is about, or whoever works there, is answered by each of them."""
    silent = []
    own = (
        world.bank.officer,
        world.city.applicant,
        world.at_counter.helper,
        world.perks.gate,
        world.points.keeper,
        replace(world.points.keeper, staff_id=world.field.staff_id),
        world.shop.keeper,
        world.rural.keeper,
        world.city.operator,
        Actor.anonymous("test"),
    )
    for place, (_, given, expected) in MATRIX.items():
        if expected == EXPRESSION or place.endswith(".take_turn"):
            continue
        found = [await answer(world, place, caller, given) for caller in own]
        if all(one in NOTHING or isinstance(one, type) for one in found):
            silent.append(place)
    assert set(silent) == SILENT


async def test_what_is_published_is_the_same_for_everyone(world: World) -> None:
    for place, (caller, given, expected) in MATRIX.items():
        if expected is not PUBLIC:
            continue
        answers = [
            _shown(await answer(world, place, looker, given))
            for looker in (world.onlookers[caller], *world.onlookers.values(), world.bank.officer)
        ]
        assert answers[0] not in NOTHING, place
        assert all(one == answers[0] for one in answers), place


def _shown(found: Any) -> Any:
    if isinstance(found, list):
        return [_shown(one) for one in found]
    if isinstance(found, dict):
        return {key: _shown(one) for key, one in found.items()}
    if isinstance(found, Tenant):
        return found.id
    if hasattr(found, "_fields"):
        return [_shown(one) for one in found]
    table = getattr(found, "__table__", None)
    if table is not None:
        # What is read only where it is asked for, a photo for one, is no part of a list.
        left = sqlalchemy.inspect(found).unloaded
        return {
            column.name: getattr(found, column.name)
            for column in table.columns
            if column.name not in left
        }
    return found


async def test_a_rivals_lists_and_counts_are_his_own(world: World) -> None:
    rival = world.city.banks[1]

    async def asked(place: str, given: Given = nothing_given) -> Any:
        return await answer(world, place, rival.officer, given)

    listed = await asked("lending.queries.products.own_products")
    assert [row[0].id for row in listed] == [rival.product_id]
    inbox = await asked("lending.queries.referrals.inbox")
    assert [(row[0].tenant_id, row[0].state) for row in inbox] == [
        (rival.tenant_id, ReferralState.PASSED)
    ]
    within = await asked("lending.queries.referrals.referrals_in_reach")
    assert [row[0].id for row in within] == [row[0].id for row in inbox]
    shown = await asked("lending.queries.referrals.leads_shown")
    assert [row[0].id for row in shown] == [row[1].id for row in inbox]
    notices = await asked("kernel.queries.inbox_of_staff")
    assert {row[0].tenant_id for row in notices} == {rival.tenant_id}
    assert await asked("lending.queries.referrals.inbox_counts") == InboxCounts(0, 0, 0, 0, 0, 0)
    assert await asked("lending.queries.service_levels.referrals_by_state", since) == {
        (rival.tenant_id, ReferralState.PASSED): 1
    }
    levels = await asked("tenancy.queries.quota_levels", quotas)
    assert {level.used for level in levels.values()} == {0}


@pytest.mark.parametrize("name", ["stranger", "merchant", "anonymous", "operator"])
async def test_nobody_without_the_right_reads_a_subjects_data(world: World, name: str) -> None:
    expected = NO_RECORDS if name == "stranger" else Forbidden
    given = MATRIX["subjects.queries.records_of"][1]
    looker = world.onlookers[name]
    assert await answer(world, "subjects.queries.records_of", looker, given) == expected
