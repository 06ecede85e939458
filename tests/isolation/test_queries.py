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
    # What the first bank claimed is claimable to nobody; nobody here has a password that was set for him, nobody is in a sandbox,
    # where alone its applicants can be locked, no book is out of balance; of a person no commitment is published; no agreement is
    # over, and no filing commits too much.
    assert set(silent) == {
        "sandboxes.queries.client_record",
        "sandboxes.queries.lock_applicant",
        # The disaster there is not confirmed, so that neither a bank nor a borrower learns of what it proposes.
        "disasters.queries.confirmed_disaster",
        "disasters.queries.lock_own_renewal",
        "disasters.queries.own_renewal",
        "disasters.queries.renewal_counts",
        "disasters.queries.renewals_about",
        "disasters.queries.renewals_in_reach",
        "disasters.queries.renewed_by",
        "tenancy.queries.has_temporary_password",
        "ledger.queries.drifted_accounts",
        # Nothing that an order comes of is contested there.
        "perks.covers.queries.open_disputes",
        # A guarantor's alone, which nobody here is.
        "lending.guarantees.queries.limit_use",
        "lending.queries.dossier.guarantor_dossier",
        "risk_pool.guarantor_parts.queries.lock_own_part",
        # No filed loan there is overdue, and its one filing has a claim.
        "risk_pool.claims.queries.claimable_filings",
        "risk_pool.filings.queries.filings_behind",
        "risk_pool.signing.queries.agreements_over",
        # What was counted is the platform's alone; a referral without an officer has nobody who is asked.
        "lending.replays.queries.sets_shown",
        "lending.routing.queries.asked_today",
        "lending.queries.referrals.lock_pool_lead",
        "lending.queries.referrals.pool_leads",
        "subjects.commitments.queries.public_commitments",
        # No cycle of a firm's kind is open where it is, and nobody there may read its grade for the purpose.
        "rural.queries.own.cycles_for",
        "rural.queries.own.grades_told",
        # No village there has the code that is asked for.
        "villages.queries.listed.villages_counted",
        # The warning there is not published yet.
        "cautions.queries.shown_cautions",
        # The firm is no household, and nothing was asked for or lent on its line.
        "village_credit.queries.rounds_for",
        "village_credit.queries.lines_in_use",
        # No town was counted there, one village alone.
        "rural.queries.areas.towns_covered",
        "village_credit.queries.used_fen",
        # Nothing that a phone sent waits there for something else.
        "grid.field.queries.held_of",
        "grid.field.queries.count_held",
        # Nothing was posted to a household there, nor told to the town's app.
        "grid.exchange.queries.app_differences",
        "grid.exchange.queries.entries_for_app",
        "grid.exchange.queries.month_entries",
        "grid.showing.queries.household_balance",
        "grid.showing.queries.household_statement",
        # The shop there has rows, and nothing in its book: no stock, no movements of a year or month; its one redemption waits no more.
        "shop.queries.goods_of_year",
        "shop.queries.redemptions_waiting",
        "shop.queries.statements.statements",
        "shop.queries.stock_of",
        # Nothing there was taken to the town.
        "grid.queries.claims_at_town",
    }


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
