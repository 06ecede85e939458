"""Incentives: what places earn to the fen, two people, what the ledger says afterwards, and who sees what was earned."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from league_facts import QUARTER, counted_at, load_quarter
from small_league import fill_quarter
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.ledger.queries import own_accounts, trial_balance
from suxin.ledger.refusals import WouldCrossFloor
from suxin.lending.league.closing import close_due_quarters
from suxin.lending.league.measures import Measure
from suxin.lending.league.months import count_month
from suxin.lending.league.quarters import Quarter
from suxin.lending.models.steps import StepNotPossible
from suxin.risk_pool.incentives import commands, queries, rule_sets
from suxin.risk_pool.incentives.models import RuleSetState, RunState
from suxin.risk_pool.incentives.rules import (
    DEMO_RULES,
    IncentiveRules,
    IncentiveRulesIncoherent,
    PlaceAward,
    check_rules,
    earned,
    sums,
)

Q4 = Quarter(QUARTER)
RULES = IncentiveRules(
    "测试规则", (PlaceAward("rate", (100_01, 50_00)), PlaceAward("pick_up", (7,)))
)
A, B, C = (UUID(int=number) for number in (1, 2, 3))


@dataclass(frozen=True)
class Line:
    tenant_id: UUID
    measure: Measure
    value: int | None
    place: int | None


def rates(*places: int | None, value: int = 400) -> list[Line]:
    return [
        Line(bank, Measure.RATE, value, place)
        for bank, place in zip((A, B, C), places, strict=False)
    ]


@pytest.mark.parametrize(
    ("lines", "amounts"),
    [
        (rates(1, 2), {A: 100_01, B: 50_00}),
        # Two firsts share what the first and second place earn; the odd fen stays.
        (rates(1, 1), {A: 75_00, B: 75_00}),
        (rates(1, 1, 3), {A: 75_00, B: 75_00}),
        (rates(1, 2, 2), {A: 100_01, B: 25_00, C: 25_00}),
        (rates(2, 3, None), {A: 50_00}),
        ([*rates(1), Line(A, Measure.PICK_UP, 9_000, 1)], {A: 100_08}),
        ([Line(A, Measure.OVERDUE, 0, 1)], {}),
        ([], {}),
    ],
)
def test_places_earn_what_the_rules_say(lines, amounts):
    assert sums(earned(RULES, lines)) == amounts


def test_a_bar_must_be_reached_from_its_own_side():
    low = IncentiveRules("x", (PlaceAward("rate", (9,), bar=400),))
    high = IncentiveRules("x", (PlaceAward("first_loan", (9,), bar=400),))
    assert sums(earned(low, rates(1, value=400))) == {A: 9}
    assert sums(earned(low, rates(1, value=401))) == {}
    assert sums(earned(high, [Line(A, Measure.FIRST_LOAN, 400, 1)])) == {A: 9}
    assert sums(earned(high, [Line(A, Measure.FIRST_LOAN, 399, 1)])) == {}


@given(
    st.lists(st.integers(0, 5), max_size=8), st.lists(st.integers(1, 10**9), min_size=1, max_size=5)
)
def test_no_table_earns_more_than_its_places(values, amounts):
    rules = IncentiveRules("x", (PlaceAward("pick_up", tuple(sorted(amounts, reverse=True))),))
    lines = [
        Line(UUID(int=number), Measure.PICK_UP, value, 1 + sum(other > value for other in values))
        for number, value in enumerate(values)
    ]
    found = earned(check_rules(rules), lines)
    assert sum(one.amount_fen for one in found) <= rules.most_fen
    by_place = {one.place: one.amount_fen for one in found}
    assert all(one.amount_fen == by_place[one.place] for one in found)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " "},
        {"awards": ()},
        {"awards": (PlaceAward("nothing", (1,)),)},
        {"awards": (PlaceAward("rate", (1,)), PlaceAward("rate", (1,)))},
        {"awards": (PlaceAward("rate", ()),)},
        {"awards": (PlaceAward("rate", (1, 2)),)},
        {"awards": (PlaceAward("rate", (0,)),)},
        {"awards": (PlaceAward("rate", (1,), bar=-1),)},
        {"awards": (PlaceAward("rate", (10**13 + 1,)),)},
    ],
)
def test_rules_that_do_not_fit_together_are_refused(changes):
    with pytest.raises(IncentiveRulesIncoherent):
        check_rules(msgspec.structs.replace(RULES, **changes))


def test_the_demo_rules_fit_together():
    assert check_rules(DEMO_RULES).most_fen == 15_000_000


async def in_force(city, rules=RULES, *, quarter=Q4, now=None):
    """Let two people of the operator put rules in force, in the quarter if not otherwise said."""
    now = now or city.now
    drafted = await city.act(
        rule_sets.draft_rules, city.operator, quarter=quarter, rules=rules, now=now
    )
    another = replace(city.operator, staff_id=new_id())
    return await city.act(rule_sets.approve_rules, another, rule_set_id=drafted.id, now=now)


async def rules_of(city, quarter):
    async with city.database.snapshot(city.operator, now=city.now) as session:
        return await queries.rules_for(session, city.operator, quarter)


async def counted(city, admin) -> Actor:
    """Count the quarter, and return a colleague of the operator's first person."""
    await in_force(city)
    banks = [bank.tenant_id for bank in city.banks]
    await load_quarter(admin, banks, referrals=200, loans=200)
    system = Actor.system("test")
    for duty, now in (
        (count_month, datetime(2026, 12, 31, tzinfo=UTC)),
        (close_due_quarters, counted_at()),
    ):
        async with city.database.transaction(system, now=now) as session:
            await duty(session, now=now)
    return replace(city.operator, staff_id=new_id())


async def balances(city) -> dict[str, int]:
    async with city.database.snapshot(city.operator, now=counted_at()) as session:
        accounts = (await session.scalars(own_accounts(city.operator))).all()
        (sums_of,) = await trial_balance(session, city.operator)
    assert sums_of.posted_debits == sums_of.posted_credits
    return {
        one.code.replace(one.code[-32:], "bank") if "owed" in one.code else one.code: abs(
            one.posted_debits - one.posted_credits
        )
        for one in accounts
        if one.posted_debits or one.posted_credits
    }


async def test_a_run_is_posted_by_a_second_person_and_reversed_by_a_second_one(small_city, admin):
    one = small_city.operator
    two, now = await counted(small_city, admin), counted_at()

    def act(command, actor, **given):
        return small_city.act(command, actor, now=now, **given)

    run = await act(commands.propose_run, one, quarter=Q4)
    assert (run.total_fen, run.state) == (150_08, RunState.PROPOSED)
    with pytest.raises(commands.IncentiveRunAlive):
        await act(commands.propose_run, two, quarter=Q4)
    with pytest.raises(commands.SamePersonChecks):
        await act(commands.post_run, one, run_id=run.id)
    await act(commands.fund_incentives, one, amount_fen=150_07, reference="托管流水 1")
    with pytest.raises(WouldCrossFloor):
        await act(commands.post_run, two, run_id=run.id)
    assert await balances(small_city) == {"incentive.custody": 150_07, "incentive.funds": 150_07}
    await act(commands.fund_incentives, one, amount_fen=1_00, reference="托管流水 2")
    await act(commands.post_run, two, run_id=run.id)
    book = await balances(small_city)
    assert (book["incentive.custody"], book["incentive.funds"]) == (151_07, 99)
    for command in (commands.post_run, commands.withdraw_run, commands.reverse_run):
        with pytest.raises(StepNotPossible):
            await act(command, two, run_id=run.id)
    with pytest.raises(Invalid):
        await act(commands.propose_reversal, one, run_id=run.id, reason=" ")
    await act(commands.propose_reversal, one, run_id=run.id, reason="榜单更正")
    assert (await act(commands.withdraw_run, one, run_id=run.id)).state is RunState.POSTED
    await act(commands.propose_reversal, two, run_id=run.id, reason="榜单更正")
    with pytest.raises(commands.SamePersonChecks):
        await act(commands.reverse_run, two, run_id=run.id)
    assert (await act(commands.reverse_run, one, run_id=run.id)).state is RunState.REVERSED
    assert (await balances(small_city))["incentive.funds"] == 151_07
    again = await act(commands.propose_run, one, quarter=Q4)
    assert (await act(commands.withdraw_run, one, run_id=again.id)).state is RunState.WITHDRAWN


async def test_a_bank_sees_its_own_award_once_it_is_posted(small_city, admin):
    two, now = await counted(small_city, admin), counted_at()
    run = await small_city.act(commands.propose_run, small_city.operator, quarter=Q4, now=now)

    async def own(bank):
        async with small_city.database.snapshot(bank.officer, now=now) as session:
            return [
                (one.bank_id, one.amount_fen)
                for one in await session.scalars(queries.own_awards(bank.officer))
            ]

    assert [await own(bank) for bank in small_city.banks] == [[], []]
    await small_city.act(
        commands.fund_incentives, two, amount_fen=1_000_00, reference="流水", now=now
    )
    await small_city.act(commands.post_run, two, run_id=run.id, now=now)
    seen = [await own(bank) for bank in small_city.banks]
    assert [[bank for bank, _ in found] for found in seen] == [
        [bank.tenant_id] for bank in small_city.banks
    ]
    assert sum(amount for found in seen for _, amount in found) == run.total_fen


async def test_what_is_refused_writes_nothing(small_city, admin):
    now, operator = counted_at(), small_city.operator
    with pytest.raises(NotFound):
        await small_city.act(commands.propose_run, operator, quarter=Q4, now=now)
    await counted(small_city, admin)
    await in_force(small_city, IncentiveRules("x", (PlaceAward("rate", (1,), bar=0),)))
    with pytest.raises(commands.IncentiveNothingEarned):
        await small_city.act(commands.propose_run, operator, quarter=Q4, now=now)
    with pytest.raises(Forbidden):
        await small_city.act(commands.propose_run, small_city.banks[0].officer, quarter=Q4, now=now)
    with pytest.raises(Invalid):
        await small_city.act(
            commands.fund_incentives, operator, amount_fen=1, reference=" ", now=now
        )
    for table in ("incentive_runs", "incentive_awards", "ledger_transfers"):
        assert await admin.fetchval(f"select count(*) from {table}") == 0  # noqa: S608 - names of our own tables


STEPS = {
    ("PROPOSED", "POSTED"),
    ("PROPOSED", "WITHDRAWN"),
    ("POSTED", "REVERSAL_PROPOSED"),
    ("REVERSAL_PROPOSED", "POSTED"),
    ("REVERSAL_PROPOSED", "REVERSED"),
}
"""Which changes the operator may write; written down here once more, so that a change of the declaration is seen."""


RULE_STEPS = {("DRAFT", "APPROVED"), ("DRAFT", "WITHDRAWN")}


@pytest.mark.parametrize(
    ("table", "states", "steps"),
    [
        ("incentive_runs", RunState, STEPS),
        ("incentive_rule_sets", RuleSetState, RULE_STEPS),
    ],
)
async def test_the_database_takes_exactly_the_declared_steps(
    small_city, admin, table, states, steps
):
    await fill_quarter(small_city, admin)
    # What the table's checks want beside a state is proved by the commands.
    for name in await admin.fetch(
        "select conname from pg_constraint where conrelid = $1::regclass and contype = 'c'", table
    ):
        await admin.execute(f'alter table {table} drop constraint "{name[0]}"')
    taken = set()
    change = f"update {table} set state = "  # noqa: S608 - names of our own tables
    for source, to in product(states, states):
        await admin.execute(f"{change}$1", source.value)
        with suppress(DBAPIError):
            async with small_city.database.transaction(
                small_city.operator, now=small_city.now
            ) as session:
                await session.execute(text(f"{change}:to"), {"to": to.value})
            if source is not to:
                taken.add((source.value, to.value))
    assert taken == steps


async def test_a_quarter_has_the_rules_that_were_approved_for_it(small_city):
    first, later = Q4.following, Q4.following.following
    assert await rules_of(small_city, Q4) == queries.QuarterRules(DEMO_RULES, None)
    await in_force(small_city, quarter=first)
    other = msgspec.structs.replace(RULES, name="第二版")
    await in_force(small_city, other, quarter=first)
    await in_force(small_city, msgspec.structs.replace(RULES, name="第三版"), quarter=later)
    found = [(await rules_of(small_city, one)).version for one in (Q4, first, later)]
    assert found == [None, 2, 3]
    assert (await rules_of(small_city, first)).rules == other
    # Once the quarter is over nothing changes what it had.
    after = first.ends_at
    with pytest.raises(rule_sets.IncentiveQuarterOver):
        await in_force(small_city, quarter=first, now=after)
    assert (await rules_of(small_city, first)).rules == other


async def test_another_person_approves_and_in_time(small_city):
    operator, now = small_city.operator, small_city.now
    another = replace(operator, staff_id=new_id())
    drafted = await small_city.act(rule_sets.draft_rules, operator, quarter=Q4, rules=RULES)
    with pytest.raises(rule_sets.SamePersonApproves):
        await small_city.act(rule_sets.approve_rules, operator, rule_set_id=drafted.id)
    with pytest.raises(rule_sets.IncentiveQuarterOver):
        await small_city.act(
            rule_sets.approve_rules, another, rule_set_id=drafted.id, now=Q4.ends_at
        )
    assert (await rules_of(small_city, Q4)).version is None
    done = await small_city.act(rule_sets.withdraw_rules, operator, rule_set_id=drafted.id)
    assert done.state is RuleSetState.WITHDRAWN
    with pytest.raises(StepNotPossible):
        await small_city.act(rule_sets.approve_rules, another, rule_set_id=drafted.id, now=now)
    ahead = Q4
    for _ in range(rule_sets.MOST_AHEAD + 1):
        ahead = ahead.following
    for wrong in (Q4.before, ahead):
        with pytest.raises(rule_sets.IncentiveQuarterOver):
            await small_city.act(rule_sets.draft_rules, operator, quarter=wrong, rules=RULES)


async def test_two_who_draft_at_once_number_two_versions(small_city):
    drafted = await asyncio.gather(
        *(
            small_city.act(rule_sets.draft_rules, small_city.operator, quarter=Q4, rules=RULES)
            for _ in range(2)
        )
    )
    assert sorted(one.version for one in drafted) == [1, 2]
