"""Filings: what an agreement covers is filed once, takes of capacity and quota, and gives it back as the loan is repaid."""

import asyncio
from datetime import timedelta

import asyncpg
from observing import nothing_written
from small_city import SmallCity
from small_loans import NUMBER, drawn, repay, repayment
from small_pools import build_pool

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day
from suxin.lending.loans.ending import settle_loan
from suxin.lending.loans.models import Loan
from suxin.risk_pool.filings.filing import file_loan, file_loans
from suxin.risk_pool.filings.queries import exposure_of
from suxin.risk_pool.filings.refusals import (
    AgreementNotInForce,
    AlreadyFiled,
    BorrowerConsentGone,
    FilingSuspended,
    FilingWindowClosed,
    LoanNotFilable,
    PoolExhausted,
    PoolQuotaExhausted,
)
from suxin.risk_pool.filings.releasing import follow_loans, release_filing
from suxin.risk_pool.filings.states import Release

LOAN_FEN = 40_000_000


async def test_a_loan_is_filed_once_and_takes_capacity_and_quota(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    city = small_city
    small, loan = await build_pool(city), await drawn(city)
    given = {"pool_id": small.pool.id, "loan_id": loan.id}
    filing = await city.act(file_loan, city.banks[0].officer, **given)
    assert (filing.committed_fen, filing.product_code, filing.county_code) == (
        LOAN_FEN,
        "P-1",
        "321302",
    )
    assert filing.industry_section == "C"
    balance = await small.balance()
    assert (balance.committed_fen, balance.capacity_fen) == (LOAN_FEN, 1_000_000_000)
    async with nothing_written(admin):
        first, second = await small.file(NUMBER, NUMBER)
    assert first.known
    assert second.known
    other = await build_pool(city, name="科技贷资金池")
    (elsewhere,) = await other.file(NUMBER)
    assert isinstance(elsewhere.refusal, AlreadyFiled)
    assert await sums(admin) == {small.pool.committed_id: LOAN_FEN}


async def test_each_fact_that_stands_in_the_way_has_its_name(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    city = small_city
    small, _ = await build_pool(city), await drawn(city)
    codes = {}
    for column, value in (
        ("products", ["P-9"]),
        ("industries", ["A"]),
        ("areas", ["321322"]),
        ("purposes", ["equipment"]),
        ("principal_cap_fen", LOAN_FEN - 1),
        ("rate_ceiling_bps", 434),
        ("quota_fen", LOAN_FEN - 1),
        ("ends_on", local_day(city.now)),
    ):
        before = await admin.fetchval(f"select {column} from pool_agreements")  # noqa: S608
        await admin.execute(f"update pool_agreements set {column} = $1", value)  # noqa: S608
        try:
            (outcome,) = await small.file(NUMBER)
            assert outcome.refusal is not None
            codes[column] = outcome.refusal.code
        except AgreementNotInForce as refusal:
            codes[column] = refusal.code
        await admin.execute(f"update pool_agreements set {column} = $1", before)  # noqa: S608
    assert codes == {
        "products": "POOL_PRODUCT_NOT_COVERED",
        "industries": "POOL_INDUSTRY_NOT_COVERED",
        "areas": "POOL_AREA_NOT_COVERED",
        "purposes": "POOL_PURPOSE_NOT_COVERED",
        "principal_cap_fen": "POOL_PRINCIPAL_ABOVE_CAP",
        "rate_ceiling_bps": "POOL_RATE_ABOVE_CEILING",
        "quota_fen": "POOL_QUOTA_EXHAUSTED",
        "ends_on": "POOL_AGREEMENT_NOT_IN_FORCE",
    }
    assert await admin.fetchval("select count(*) from pool_filings") == 0
    # Ten working days after Friday 20 November end on Friday 4 December.
    late = city.now + timedelta(days=15)
    assert isinstance((await small.file(NUMBER, now=late))[0].refusal, FilingWindowClosed)
    await admin.execute("update pool_stop_losses set state = 'suspended'")
    assert isinstance((await small.file(NUMBER))[0].refusal, FilingSuspended)
    await admin.execute("update pool_stop_losses set state = 'warn'")
    await admin.execute(
        "update loans set state = 'OVERDUE', overdue_days = 1, overdue_since = first_due_on"
    )
    assert isinstance((await small.file(NUMBER))[0].refusal, LoanNotFilable)
    await admin.execute("update access_bases set ended_at = starts_at")
    assert isinstance((await small.file(NUMBER))[0].refusal, BorrowerConsentGone)


async def test_a_pool_without_capacity_takes_nothing(small_city: SmallCity) -> None:
    small = await build_pool(small_city, money_fen=LOAN_FEN // 10 - 1)
    await drawn(small_city)
    (outcome,) = await small.file(NUMBER)
    assert isinstance(outcome.refusal, PoolExhausted)
    assert outcome.refusal.facts["missing"] == "0.10"


async def test_capacity_comes_back_with_each_repayment_and_whole_at_the_end(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    city = small_city
    small, loan = await build_pool(city), await drawn(city)
    await small.file(NUMBER)
    day = local_day(city.now)
    await repay(
        city,
        repayment(1_000_000, day, principal_fen=1_000_000, interest_fen=0, fee_fen=0, prepays=True),
    )
    assert await follow(city) == 1
    assert await follow(city) == 0
    assert (await small.balance()).committed_fen == LOAN_FEN - 1_000_000
    left = LOAN_FEN - 1_000_000
    await repay(
        city,
        repayment(
            left, day, reference="HK-2", principal_fen=left, interest_fen=0, fee_fen=0, prepays=True
        ),
    )
    await city.act(settle_loan, city.banks[0].officer, loan_id=loan.id)
    assert await follow(city) == 1
    assert (await small.balance()).committed_fen == 0
    row = await admin.fetchrow("select state, release, committed_fen from pool_filings")
    assert tuple(row) == ("RELEASED", "settled", 0)
    assert await sums(admin) == {}
    assert isinstance((await small.file(NUMBER))[0].refusal, AlreadyFiled)


async def test_the_pools_keeper_releases_what_was_compensated(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    city = small_city
    small, _ = await build_pool(city), await drawn(city)
    (outcome,) = await small.file(NUMBER)
    assert outcome.filing is not None
    async with city.database.transaction(city.operator, now=city.now) as session:
        filing = await session.get_one(
            type(outcome.filing), (outcome.filing.tenant_id, outcome.filing.id)
        )
        await release_filing(session, filing, Release.COMPENSATED, now=city.now)
    assert (await small.balance()).committed_fen == 0
    assert await admin.fetchval("select release from pool_filings") == "compensated"


async def test_32_at_once_file_exactly_what_capacity_and_quota_leave(
    small_city: SmallCity, city, admin: asyncpg.Connection
) -> None:
    """Nobody is refused while there is room, and the ceilings are met to the fen."""
    small = await build_pool(small_city, money_fen=LOAN_FEN * 2)
    numbers = await copies(small_city, admin, 32)
    crowd = Database.connect(city.app, pool_size=32)
    officer = small_city.banks[0].officer

    async def one(number: str) -> object:
        async with crowd.transaction(officer, now=small_city.now) as session:
            (outcome,) = await file_loans(
                session,
                officer,
                pool_id=small.pool.id,
                contract_numbers=[number],
                now=small_city.now,
            )
            return outcome.refusal

    try:
        refusals = await asyncio.gather(*(one(number) for number in numbers))
    finally:
        await crowd.close()
    taken = [one for one in refusals if one is None]
    # The quota of five million yuan is met before the pool's capacity of eight.
    assert len(taken) == 500_000_000 // LOAN_FEN
    assert all(isinstance(one, PoolQuotaExhausted) for one in refusals if one is not None)
    assert (await small.balance()).committed_fen == len(taken) * LOAN_FEN
    assert await sums(admin) == {small.pool.committed_id: len(taken) * LOAN_FEN}


async def test_the_sum_of_what_filings_commit_is_what_the_ledger_says(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    city = small_city
    small = await build_pool(city)
    numbers = await copies(city, admin, 6)
    await small.file(*numbers[:4])
    await admin.execute(
        "update loans set principal_paid_fen = 12345 where contract_number = $1", numbers[0]
    )
    await admin.execute(
        "update loans set state = 'WRITTEN_OFF', ended_at = now() where contract_number = $1",
        numbers[1],
    )
    await follow(city)
    await small.file(*numbers[4:])
    total = await admin.fetchval("select sum(committed_fen) from pool_filings")
    assert total == 5 * LOAN_FEN - 12_345
    assert (await small.balance()).committed_fen == total
    quota = await admin.fetchval(
        "select posted_credits - posted_debits from ledger_accounts where id = $1",
        small.agreement.quota_account_id,
    )
    assert quota == total


async def follow(city: SmallCity) -> int:
    async with city.database.transaction(Actor.system("test"), now=city.now) as session:
        return await follow_loans(session, now=city.now)


async def sums(admin: asyncpg.Connection) -> dict[object, int]:
    """Return what filings commit by the account of their pool, from the filings themselves."""
    rows = await admin.fetch(
        "select p.committed_id, sum(f.committed_fen) as fen from pool_filings f join risk_pools p on p.id = f.pool_id"
        " group by 1 having sum(f.committed_fen) > 0"
    )
    return {row[0]: row[1] for row in rows}


async def copies(city: SmallCity, admin: asyncpg.Connection, count: int) -> list[str]:
    """Return the contract numbers of loans that are like one that was drawn."""
    loan: Loan = await drawn(city)
    numbers = [f"{NUMBER}-{number}" for number in range(count)]
    ids = [new_id() for _ in numbers]
    # Each renews the one before it, because an offer has one loan.
    await admin.execute(
        "insert into loans select (jsonb_populate_record(t, jsonb_build_object('id', n.id, 'offer_id', null,"
        " 'renews_id', n.renews, 'contract_number', n.number))).*"
        " from loans t, unnest($2::text[], $3::uuid[], $4::uuid[]) n (number, id, renews) where t.id = $1",
        loan.id,
        numbers,
        ids,
        [loan.id, *ids[:-1]],
    )
    return numbers


async def test_exposure_adds_up_by_bank_county_industry_and_month(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    city = small_city
    small = await build_pool(city)
    numbers = await copies(city, admin, 3)
    await small.file(*numbers)
    await admin.execute(
        "update pool_filings set county_code = '321322', filed_at = '2026-10-31 16:30+00' where contract_number = $1",
        numbers[0],
    )
    async with city.database.snapshot(city.operator, now=city.now) as session:
        found = await exposure_of(session, city.operator, pool_id=small.pool.id)
    assert [(one.by, one.key, one.filings, one.committed_fen) for one in found] == [
        (None, "", 3, 3 * LOAN_FEN),
        ("bank", str(city.banks[0].tenant_id), 3, 3 * LOAN_FEN),
        ("county", "321302", 2, 2 * LOAN_FEN),
        ("county", "321322", 1, LOAN_FEN),
        ("industry", "C", 3, 3 * LOAN_FEN),
        # Half past midnight of the first of November in Shanghai.
        ("month", "2026-11", 3, 3 * LOAN_FEN),
    ]
