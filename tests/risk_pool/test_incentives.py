"""Incentives: what places earn to the fen, two people, what the ledger says afterwards, and who sees what was earned."""

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
from small_league import fill_incentives, fill_league
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
from suxin.risk_pool.incentives import commands, queries
from suxin.risk_pool.incentives.models import RunState
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


async def counted(city, admin) -> Actor:
    """Count the quarter, and return a colleague of the operator's first person."""
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

    run = await act(commands.propose_run, one, quarter=Q4, rules=RULES)
    assert (run.total_fen, run.state) == (150_08, RunState.PROPOSED)
    with pytest.raises(commands.IncentiveRunAlive):
        await act(commands.propose_run, two, quarter=Q4, rules=RULES)
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
    again = await act(commands.propose_run, one, quarter=Q4, rules=RULES)
    assert (await act(commands.withdraw_run, one, run_id=again.id)).state is RunState.WITHDRAWN


async def test_a_bank_sees_its_own_award_once_it_is_posted(small_city, admin):
    two, now = await counted(small_city, admin), counted_at()
    run = await small_city.act(
        commands.propose_run, small_city.operator, quarter=Q4, rules=RULES, now=now
    )

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
        await small_city.act(commands.propose_run, operator, quarter=Q4, rules=RULES, now=now)
    await counted(small_city, admin)
    nobody = IncentiveRules("x", (PlaceAward("rate", (1,), bar=0),))
    with pytest.raises(commands.IncentiveNothingEarned):
        await small_city.act(commands.propose_run, operator, quarter=Q4, rules=nobody, now=now)
    with pytest.raises(Forbidden):
        await small_city.act(
            commands.propose_run, small_city.banks[0].officer, quarter=Q4, rules=RULES, now=now
        )
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


async def test_the_database_takes_exactly_the_declared_steps(small_city, admin):
    await fill_league(small_city, admin)
    await fill_incentives(small_city, admin)
    # What the table's checks want beside a state is proved by the commands.
    for name in await admin.fetch(
        "select conname from pg_constraint where conrelid = 'incentive_runs'::regclass and contype = 'c'"
    ):
        await admin.execute(f'alter table incentive_runs drop constraint "{name[0]}"')
    taken = set()
    for source, to in product(RunState, RunState):
        await admin.execute("update incentive_runs set state = $1", source.value)
        with suppress(DBAPIError):
            async with small_city.database.transaction(
                small_city.operator, now=small_city.now
            ) as session:
                await session.execute(
                    text("update incentive_runs set state = :to"), {"to": to.value}
                )
            if source is not to:
                taken.add((source.value, to.value))
    assert taken == STEPS
