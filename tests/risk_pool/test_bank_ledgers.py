"""A bank's ledger beside what the platform has: as of its day, loan by loan, nothing shown as nothing, each difference told once."""

from datetime import timedelta

import asyncpg
import pytest
from observing import nothing_written
from small_city import SmallCity
from small_claims import PRINCIPAL_FEN, SmallClaims, build_claims
from small_workbooks import workbook

from suxin.kernel.refusals import Forbidden, Invalid, Refusal
from suxin.kernel.working_days import local_day
from suxin.risk_pool.bank_ledgers import queries
from suxin.risk_pool.bank_ledgers.files import (
    HEADING,
    MAX_LINES,
    LedgerMalformed,
    LedgerTooLong,
    read_ledger,
)
from suxin.risk_pool.bank_ledgers.measures import (
    Difference,
    Figures,
    Measure,
    Sums,
    differences,
    sums,
)
from suxin.risk_pool.bank_ledgers.models import BankLedger, BankLedgerDay, BankLedgerDifference
from suxin.risk_pool.bank_ledgers.sending import MAX_DAYS, send_ledger
from suxin_server.pool_keeping import compare_bank_ledgers

POOL_FEN = 53_200_000
HEAD = ",".join(HEADING) + "\n"


@pytest.fixture
async def claims(small_city: SmallCity) -> SmallClaims:
    return await build_claims(small_city)


async def send(claims: SmallClaims, *lines: str, **given: object) -> BankLedger:
    """Send a ledger of this month's days until today."""
    last = local_day(claims.now)
    ledger: BankLedger = await claims.act(
        send_ledger,
        claims.bank,
        **{
            "first": last - timedelta(days=30),
            "last": last,
            "name": "台账.csv",
            "content": (HEAD + "".join(f"{line}\n" for line in lines)).encode(),
        }
        | given,
    )
    return ledger


async def seen(
    claims: SmallClaims,
) -> tuple[dict[Measure, BankLedgerDay], list[BankLedgerDifference]]:
    """What the bank sees of today."""
    day = local_day(claims.now)
    async with claims.city.database.snapshot(claims.bank, now=claims.now) as session:
        days = await queries.own_days(session, claims.bank, first=day, last=day)
        found = await queries.own_differences(session, claims.bank, first=day, last=day)
    return {one.measure: one for one in days}, list(found)


async def told(admin: asyncpg.Connection) -> list[tuple[str, str]]:
    rows = await admin.fetch(
        "select tenant_id, body from notices where template = 'bank_ledger_differs' order by id"
    )
    return [(str(row["tenant_id"]), row["body"].partition("新发现差异：")[2]) for row in rows]


async def test_a_ledger_that_says_the_same_shows_noughts_and_tells_nobody(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    claim, _ = await claims.paid()
    await claims.recover(claim, 5_000_000)
    overdue = (await claims.stored_loan()).overdue_since
    assert overdue is not None
    days = (local_day(claims.now) - overdue).days
    number = claims.loan.contract_number
    # Compensation leaves the debt as it was, and ends the filing.
    ledger = await send(claims, f"{number},800000.00,{days},0,,532000.00,50000.00")
    assert (ledger.rows_read, ledger.rows_rejected) == (1, 0)
    found, differing = await seen(claims)
    assert [*found] == list(Measure)
    assert {one.differing for one in found.values()} == {0}
    assert found[Measure.OUTSTANDING].ours == found[Measure.OUTSTANDING].theirs == PRINCIPAL_FEN
    assert found[Measure.COMPENSATED].ours == POOL_FEN
    assert found[Measure.FILED].theirs == found[Measure.FILED].ours == 0
    assert differing == []
    await compare_bank_ledgers(claims.city.database, now=claims.now)
    assert await told(admin) == []


async def test_what_was_is_compared_as_of_its_day(claims: SmallClaims) -> None:
    """Before the compensation the loan was filed, and nothing had been received."""
    before = local_day(claims.now)
    await claims.paid()
    number = claims.loan.contract_number
    async with claims.city.database.snapshot(claims.bank, now=claims.now) as session:
        loan = await session.get_one(type(claims.loan), (claims.loan.tenant_id, claims.loan.id))
    assert loan.overdue_since is not None
    days = (before - loan.overdue_since).days
    line = f"{number},800000,{days},,800000,,"
    await send(claims, line, first=before, last=before)
    async with claims.city.database.snapshot(claims.bank, now=claims.now) as session:
        found = await queries.own_days(session, claims.bank, first=before, last=before)
    assert [(one.measure, one.differing) for one in found] == [(one, 0) for one in Measure]


async def test_each_difference_is_listed_with_both_figures_and_told_once(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    number = claims.loan.contract_number
    days = (await claims.stored_loan()).overdue_days
    await send(
        claims, f"{number},799999.99,{days},0,,1.00,", "HT-else,5.00,,,,,", f"{number},1,1,1,,,"
    )
    _, differing = await seen(claims)
    assert [(one.contract_number, one.measure, one.theirs, one.ours) for one in differing] == [
        (number, Measure.COMPENSATED, 100, 0),
        (number, Measure.FILED, 0, PRINCIPAL_FEN),
        (number, Measure.OUTSTANDING, 79_999_999, PRINCIPAL_FEN),
        ("HT-else", Measure.OUTSTANDING, 500, None),
    ]
    assert await told(admin) == []
    for _ in range(2):
        await compare_bank_ledgers(claims.city.database, now=claims.now)
    bank, operator = str(claims.bank.own_tenant), str(claims.city.operator.own_tenant)
    assert await told(admin) == [
        (bank, "本金余额 2 项，备案本金 1 项，已收代偿款 1 项。"),
        (operator, "备案本金 1 项，已收代偿款 1 项。"),
    ]
    # The operator sees what is about its pools and nothing else.
    day = {"first": local_day(claims.now), "last": local_day(claims.now)}
    actor = claims.city.operator
    async with claims.city.database.snapshot(actor, now=claims.now) as session:
        assert await queries.banks_with_ledgers(session, actor) == [claims.bank.own_tenant]
        sums_seen = await queries.days_of_pools(
            session, actor, bank_id=claims.bank.own_tenant, **day
        )
        listed = await queries.differences_of_pools(
            session, actor, bank_id=claims.bank.own_tenant, **day
        )
    assert [one.measure for one in sums_seen] == [
        Measure.FILED,
        Measure.COMPENSATED,
        Measure.RECOVERED,
    ]
    assert {one.measure for one in listed} == {Measure.FILED, Measure.COMPENSATED}
    # A corrected ledger of the same day takes its place; what agrees now is listed no more.
    await send(claims, f"{number},800000.00,{days},0,800000.00,2.00,")
    found, differing = await seen(claims)
    assert [(one.measure, one.theirs) for one in differing] == [(Measure.COMPENSATED, 200)]
    assert found[Measure.OUTSTANDING].differing == 0
    await compare_bank_ledgers(claims.city.database, now=claims.now)
    assert [one[1] for one in (await told(admin))[2:]] == ["已收代偿款 1 项。"] * 2


async def test_a_loan_that_a_ledger_leaves_out_or_cannot_be_read_of(claims: SmallClaims) -> None:
    await send(claims)
    _, differing = await seen(claims)
    assert {(one.measure, one.theirs) for one in differing} == {
        (Measure.OUTSTANDING, None),
        (Measure.OVERDUE_DAYS, None),
        (Measure.FILED, None),
    }
    ledger = await send(claims, f"{claims.loan.contract_number},x,,,,,")
    assert [one["code"] for one in ledger.rejects] == ["AMOUNT_MALFORMED"]
    assert (await seen(claims))[1] == []


async def test_a_ledger_is_sent_once_and_by_whom_it_may(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    line = f"{claims.loan.contract_number},800000.00,,,,,"
    ledger = await send(claims, line)
    async with nothing_written(admin):
        assert (await send(claims, line)).id == ledger.id
        with pytest.raises(Forbidden):
            await claims.act(
                send_ledger,
                claims.city.operator,
                first=ledger.from_day,
                last=ledger.to_day,
                name="x",
                content=b"x",
            )
        today = local_day(claims.now)
        for period in (
            {"first": today, "last": today + timedelta(days=1)},
            {"first": today, "last": today - timedelta(days=1)},
            {"first": today - timedelta(days=MAX_DAYS), "last": today},
        ):
            with pytest.raises(Invalid):
                await send(claims, line, **period)


def test_a_ledgers_lines_are_read_one_by_one() -> None:
    rows = [
        HEADING,
        ("HT-1", 100.5, 3, "", "1,000.00", 0, ""),
        ("HT-1", 1, "", "", "", "", ""),
        ("HT-2", 1, "3.5", "", "", "", ""),
        ("", 1, "", "", "", "", ""),
        ("HT-3", -1, "", "", "", "", ""),
        ("HT-4", 1, 36_501, "", "", "", ""),
    ]
    read = read_ledger(workbook(rows))
    assert read.figures == {"HT-1": Figures(10_050, 3, 0, 100_000)}
    assert [(one["line"], one["code"]) for one in read.rejects] == [
        (3, "BANK_LEDGER_LOAN_TWICE"),
        (4, "INVALID"),
        (5, "INVALID"),
        (6, "AMOUNT_OUT_OF_RANGE"),
        (7, "INVALID"),
    ]
    short = read_ledger((HEAD + "HT-1,1\n").encode("gb18030"))
    assert [one["code"] for one in short.rejects] == ["INVALID"]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(b"x", LedgerMalformed), ((HEAD + "a\n" * (MAX_LINES + 1)).encode(), LedgerTooLong)],
)
def test_what_is_no_ledger_is_refused(content: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_ledger(content)


def test_two_lists_differ_by_what_either_side_has() -> None:
    theirs = {"A": Figures(5), "B": Figures(1, 2), "C": Figures()}
    ours = {"B": Figures(1, 3), "D": Figures(), "E": Figures(0, 0, 0, 7), "F": Figures(9)}
    found = differences(theirs, ours, unread=["F"])
    assert found == [
        Difference("A", Measure.OUTSTANDING, 5, None),
        Difference("C", Measure.OUTSTANDING, 0, None),
        Difference("B", Measure.OVERDUE_DAYS, 2, 3),
        Difference("E", Measure.FILED, None, 7),
    ]
    added = sums(theirs, {name: one for name, one in ours.items() if name != "F"}, found)
    assert added[Measure.OUTSTANDING] == Sums(6, 1, 2)
    assert added[Measure.OVERDUE_DAYS] == Sums(2, 3, 1)
    assert added[Measure.RECOVERED] == Sums(0, 0, 0)
