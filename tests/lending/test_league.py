"""League tables: the figures by a plain count, places, versions that never change, and who sees whose lines."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import asyncpg
import pytest
from league_facts import QUARTER, counted_at, load_quarter
from league_plainly import plainly_counted
from sqlalchemy.exc import DBAPIError, IntegrityError

from suxin.kernel.actor import Actor
from suxin.kernel.calendars import calendar
from suxin.kernel.refusals import Forbidden, Invalid, NotFound
from suxin.lending.league import queries
from suxin.lending.league.closing import close_due_quarters, count_asked
from suxin.lending.league.commands import CorrectionWaits, ask_correction, name_banks
from suxin.lending.league.counting import CountedLine, count_lines
from suxin.lending.league.figures import keys_hidden
from suxin.lending.league.measures import MIN_CASES, Measure
from suxin.lending.league.models import Dimension
from suxin.lending.league.months import count_month
from suxin.lending.league.quarters import Quarter

Q4 = Quarter(QUARTER)
PLATFORM = Actor.system("test-league")


async def as_platform(city: Any, work: Any, *, now: datetime) -> Any:
    async with city.database.transaction(PLATFORM, now=now) as session:
        return await work(session, now=now)


async def closed(city: Any, admin: asyncpg.Connection, *, referrals: int = 400, loans: int = 300):
    """A quarter that was counted, its last month's figures too."""
    banks = [bank.tenant_id for bank in city.banks]
    await load_quarter(admin, banks, referrals=referrals, loans=loans)
    await as_platform(city, count_month, now=datetime(2026, 12, 31, 1, 0, tzinfo=UTC))
    assert await as_platform(city, close_due_quarters, now=counted_at()) == [Q4.before, Q4]


async def seen(city: Any, actor: Actor, *, version: int = 1) -> list[Any]:
    async with city.database.snapshot(actor, now=counted_at()) as session:
        return list(await queries.lines_of(session, actor, quarter=Q4, version=version))


def value_of(line: Any, cases: list[tuple[int, int]]) -> int:
    if line.measure is Measure.DECISION_DAYS:
        return int(median(one for one, _ in cases) * 100)
    scale = 1 if line.measure is Measure.RATE else 10_000
    return (2 * scale * line.numerator + line.denominator) // (2 * line.denominator)


def places(lines: Iterable[Any]) -> None:
    """Each measure's places are those of a competition among who has enough cases."""
    for measure in Measure:
        ranked = [one for one in lines if one.measure is measure and one.cases >= MIN_CASES]
        for one in ranked:
            better = sum(
                (other.value > one.value) if measure.more_is_better else (other.value < one.value)
                for other in ranked
            )
            assert one.place == better + 1


async def test_a_quarter_counts_what_a_plain_count_does(small_city, admin):
    await closed(small_city, admin)
    lines = await seen(small_city, small_city.operator)
    async with small_city.database.snapshot(PLATFORM, now=counted_at()) as session:
        days = await calendar(session)
    plain = await plainly_counted(admin, Q4, days)
    assert {(one.tenant_id, one.measure.value) for one in lines} == {
        (bank.tenant_id, measure.value) for bank in small_city.banks for measure in Measure
    }
    for line in lines:
        cases = plain[line.tenant_id, line.measure.value]
        wanted = (sum(one for one, _ in cases), sum(of for _, of in cases), len(cases))
        assert (line.numerator, line.denominator, line.cases) == wanted, line.measure
        assert line.value == value_of(line, cases)
        assert not line.measure.is_share or 0 <= line.value <= 10_000
    places(lines)
    async with small_city.database.snapshot(small_city.operator, now=counted_at()) as session:
        table = await queries.latest_counted(session, Q4)
    assert table is not None
    assert table.ranked is not None
    assert set(table.ranked) == {measure.value for measure in Measure}
    assert all(len(values) == 2 for values in table.ranked.values())


async def test_few_cases_have_figures_and_no_place(small_city, admin):
    await closed(small_city, admin, referrals=12, loans=6)
    few = [one for one in await seen(small_city, small_city.operator) if one.cases < MIN_CASES]
    assert few
    assert all(one.place is None for one in few)
    assert all((one.value is None) == (one.denominator == 0) for one in few)


async def test_what_is_reported_later_changes_a_table_by_a_correction_alone(small_city, admin):
    await closed(small_city, admin)
    first = await seen(small_city, small_city.operator)
    later = counted_at() + timedelta(days=40)
    # Late facts: everybody accepts at last, a contract is cancelled, and the loans fall overdue.
    await admin.execute("update referrals set accepted_at = $1 where accepted_at is null", later)
    await admin.execute("set session_replication_role = replica")
    await admin.execute(
        "update loans set state = 'CANCELLED', ended_at = $1, overdue_days = 0, overdue_since = null"
        " where state = 'OVERDUE' and signed_at >= '2026-10-02'",
        later,
    )
    await admin.execute("set session_replication_role = origin")
    async with small_city.database.transaction(PLATFORM, now=later) as session:
        table = await queries.latest_counted(session, Q4)
        again = await count_lines(session, table)
    assert {line._asdict()["tenant_id"] for line in again} == {one.tenant_id for one in first}
    assert as_counted(again) == as_counted(first)
    assert await as_platform(small_city, close_due_quarters, now=later) == []

    asked = await small_city.act(
        ask_correction, small_city.operator, quarter=Q4, reason="迟报的撤销合同", now=later
    )
    assert (asked.version, asked.reason) == (2, "迟报的撤销合同")
    with pytest.raises(CorrectionWaits):
        await small_city.act(ask_correction, small_city.operator, quarter=Q4, reason="x", now=later)
    async with small_city.database.transaction(PLATFORM, now=later) as session:
        assert await count_asked(session, table_id=asked.id, now=later)
    async with small_city.database.transaction(PLATFORM, now=later) as session:
        assert not await count_asked(session, table_id=asked.id, now=later)
    second = await seen(small_city, small_city.operator, version=2)
    signed = {one.cases for one in first if one.measure is Measure.RATE}
    assert {one.cases for one in second if one.measure is Measure.RATE} != signed
    assert as_counted(await seen(small_city, small_city.operator)) == as_counted(first)


def as_counted(lines: Iterable[Any]) -> list[tuple[Any, ...]]:
    return sorted(tuple(getattr(one, name) for name in CountedLine._fields) for one in lines)


async def test_the_database_lets_nobody_count_again(small_city, admin):
    await closed(small_city, admin, referrals=20, loans=20)
    for actor in (PLATFORM, small_city.operator):
        with pytest.raises(IntegrityError, match="no step of this caller"):
            async with small_city.database.transaction(actor, now=counted_at()) as session:
                table = await queries.latest_counted(session, Q4)
                table.ranked = {}
        with pytest.raises(DBAPIError, match="permission denied"):
            async with small_city.database.transaction(actor, now=counted_at()) as session:
                line = (
                    await queries.lines_of(session, small_city.operator, quarter=Q4, version=1)
                )[0]
                line.value = 1


async def test_a_bank_sees_its_own_lines_and_others_by_name_where_the_operator_says_so(
    small_city, admin
):
    await closed(small_city, admin, referrals=60, loans=60)
    one, two = small_city.banks
    operator = small_city.operator
    assert {line.tenant_id for line in await seen(small_city, one.officer)} == {one.tenant_id}
    await small_city.act(name_banks, operator, quarter=Q4, named=True)
    assert {line.tenant_id for line in await seen(small_city, one.officer)} == {
        one.tenant_id,
        two.tenant_id,
    }
    await small_city.act(name_banks, operator, quarter=Q4, named=False)
    assert {line.tenant_id for line in await seen(small_city, two.officer)} == {two.tenant_id}


async def test_who_may_correct_and_what_a_correction_needs(small_city, admin):
    operator, officer = small_city.operator, small_city.banks[0].officer
    with pytest.raises(NotFound):
        await small_city.act(ask_correction, operator, quarter=Q4, reason="x")
    await closed(small_city, admin, referrals=10, loans=10)
    for reason in ("", "x" * 301):
        with pytest.raises(Invalid):
            await small_city.act(ask_correction, operator, quarter=Q4, reason=reason)
    for command, given in ((ask_correction, {"reason": "x"}), (name_banks, {"named": True})):
        with pytest.raises(Forbidden):
            await small_city.act(command, officer, quarter=Q4, **given)
    assert await admin.fetchval("select count(*) from league_tables") == 2


async def test_a_month_adds_up_and_small_parts_keep_their_amounts(small_city, admin):
    await load_quarter(admin, [bank.tenant_id for bank in small_city.banks], referrals=0, loans=200)
    now = datetime(2026, 12, 31, 1, 0, tzinfo=UTC)
    await as_platform(small_city, count_month, now=now)
    before = await admin.fetch("select * from loan_months order by dimension, key")
    await as_platform(small_city, count_month, now=now)
    assert await admin.fetch("select * from loan_months order by dimension, key") == before
    city = next(row for row in before if row["dimension"] == "city")
    for dimension in ("bank", "county", "industry"):
        parts = [row for row in before if row["dimension"] == dimension]
        for name in (
            "loans",
            "outstanding_fen",
            "credit_fen",
            "overdue_fen",
            "signed",
            "first_loans",
        ):
            assert sum(row[name] for row in parts) == city[name]
    owed = await admin.fetchrow(
        "select count(*), sum(drawn_fen)::bigint from loans where state <> 'CANCELLED'"
    )
    assert (city["loans"], city["outstanding_fen"]) == tuple(owed)
    async with small_city.database.snapshot(small_city.operator, now=now) as session:
        found = await queries.figures_by(
            session, small_city.operator, dimension=Dimension.BANK, month=now.date().replace(day=1)
        )
    assert sum(one.outstanding_fen or 0 for one in found) == city["outstanding_fen"]


@pytest.mark.parametrize(
    ("loans", "hidden"),
    [
        ({}, set()),
        ({"a": 9, "b": 7}, set()),
        ({"a": 9, "b": 7, "c": 0}, set()),
        # One alone would be the whole less the others.
        ({"a": 9, "b": 7, "c": 4}, {"b", "c"}),
        ({"a": 9, "b": 1, "c": 4}, {"b", "c"}),
        ({"a": 3}, {"a"}),
    ],
)
def test_amounts_of_few_loans_are_kept_back(loans, hidden):
    assert keys_hidden(loans) == hidden


@pytest.mark.parametrize(
    ("text", "first"),
    [("2026Q4", "2026-10-01"), ("2027Q1", "2027-01-01"), ("2026Q5", None), ("x", None)],
)
def test_a_quarter_is_read_as_it_is_written(text, first):
    found = Quarter.parse(text)
    assert (None if found is None else found.first.isoformat()) == first
    assert found is None or found.code == text


def test_a_quarter_begins_at_midnight_in_shanghai():
    assert Quarter.of(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)).code == "2026Q4"
    assert Quarter.of(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)).code == "2027Q1"
    assert (Q4.before.code, Q4.following.code, Q4.last_month.isoformat()) == (
        "2026Q3", "2027Q1", "2026-12-01",
    )  # fmt: skip
    assert Q4.zh == "2026年四季度"
