"""Each night: the days that statements are about, compared and kept, nothing shown as nothing, each new difference told once."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from small_city import SmallCity
from small_claims import MONEY_FEN, SmallClaims, build_claims

from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day
from suxin.risk_pool.pools.funding import FundingDraft, confirm_funding, record_funding
from suxin.risk_pool.reconciliation import queries
from suxin.risk_pool.reconciliation.models import ReckonedDay
from suxin.risk_pool.reconciliation.nightly import STATEMENT_DAYS, reckon_next_pool
from suxin.risk_pool.statements.importing import import_statement
from suxin.risk_pool.statements.matching import match_next, set_line_aside
from suxin.risk_pool.statements.states import LineState
from suxin_server.pool_keeping import reconcile_pools

POOL_FEN = 53_200_000


@pytest.fixture
async def claims(small_city: SmallCity) -> SmallClaims:
    return await build_claims(small_city)


async def night(claims: SmallClaims, **after: int) -> list[ReckonedDay]:
    """Let some time and a night pass; return what is kept of the last quarter, the latest first."""
    claims.now += timedelta(**after)
    city = claims.city
    await reconcile_pools(city.database, now=claims.now)
    last = local_day(claims.now)
    async with city.database.snapshot(city.operator, now=claims.now) as session:
        found = await queries.reckoned_days(
            session,
            city.operator,
            pool_id=claims.pool.pool.id,
            first=last - timedelta(days=90),
            last=last,
        )
    return list(found)


async def told(admin: asyncpg.Connection) -> list[str]:
    rows = await admin.fetch(
        "select body from notices where template = 'pool_reconciliation' order by created_at, id"
    )
    return [row["body"].partition("新发现差异：")[2] for row in rows]


async def test_a_day_on_which_all_agrees_is_kept_with_noughts_and_told_to_nobody(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    assert await night(claims) == []
    _, payment = await claims.paid()
    (day,) = await night(claims, hours=12)
    assert (day.day, day.closing_fen, day.book_fen) == (
        payment.paid_on,
        MONEY_FEN - POOL_FEN,
        MONEY_FEN - POOL_FEN,
    )
    assert (day.differences, day.balance_fen) == (0, 0)
    assert (day.missing_here_fen, day.missing_there_fen, day.waiting_fen) == (0, 0, 0)
    assert await told(admin) == []


async def test_each_new_difference_is_told_once_by_whatever_nights_follow(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    _, payment = await claims.approved()
    claims.now += timedelta(days=1)
    await claims.take(("LS-1", "DBIT", POOL_FEN, "代偿款"), ("LS-2", "CRDT", 1_234, "结息"))
    (day,) = await night(claims)
    # The line and its letter are the same money, which no number says.
    assert (day.missing_here, day.missing_here_fen) == (2, POOL_FEN + 1_234)
    assert (day.waiting, day.waiting_fen) == (1, POOL_FEN)
    assert (day.balance_fen, day.differences) == (1_234 - POOL_FEN, 3)
    (again,) = await night(claims, days=1)
    assert (again.reckoned_at, again.differences) == (claims.now, 3)
    assert await told(admin) == ["逐笔 2 项，期末余额 1 项。"]

    lines = {line.reference: line.id for line in await claims.lines(LineState.OPEN)}
    await claims.act(
        set_line_aside, claims.checker, line_id=lines["LS-2"], note="活期利息，另行入账"
    )
    await claims.take(("LS-3", "DBIT", 5, "手续费"))
    later, day = await night(claims)
    assert (day.missing_here, day.set_aside, day.set_aside_fen) == (1, 1, 1_234)
    # What was off the day before is off still; the five fen are new, as a line and at the closing.
    assert (later.missing_here_fen, later.balance_fen) == (5, 1_234 - POOL_FEN - 5)
    assert (await told(admin))[1:] == ["逐笔 1 项，期末余额 1 项。"]
    # A statement of one day that says no more than the one before tells of nothing new.
    claims.now += timedelta(days=1)
    await claims.take()
    assert [one.balance_fen for one in await night(claims)][:2] == [1_229 - POOL_FEN] * 2
    assert len(await told(admin)) == 2
    assert payment.amount_fen == POOL_FEN


async def test_an_old_day_is_compared_anew_when_it_was_not_equal(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    """Two months later a person says what the line was."""
    await claims.take(("LS-1", "CRDT", 7, "不明来款"))
    (day,) = await night(claims)
    assert (day.missing_here, day.missing_here_fen) == (1, 7)
    (line,) = await claims.lines(LineState.OPEN)
    claims.now += timedelta(days=60)
    await claims.act(set_line_aside, claims.checker, line_id=line.id, note="误汇，已退")
    (day,) = await night(claims)
    assert (day.missing_here, day.missing_here_fen, day.set_aside_fen) == (0, 0, 7)
    assert len(await told(admin)) == 1


async def test_an_old_day_is_compared_anew_when_a_later_statement_speaks_of_it(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    await claims.take()
    (day,) = await night(claims)
    assert (day.balance_fen, day.differences) == (0, 0)
    begun = day.reckoned_at
    claims.now += timedelta(days=60)
    (day,) = await night(claims)
    # Nothing has come of it, and it is left as it is.
    assert day.reckoned_at == begun
    content = claims.statement(("LS-9", "CRDT", 7, "补记"))
    today = local_day(claims.now)
    for written in ("%Y%m%d", "%Y-%m-%d"):
        content = content.replace(f"{today:{written}}".encode(), f"{day.day:{written}}".encode())
    await claims.act(
        import_statement,
        claims.checker,
        pool_id=claims.pool.pool.id,
        name="x",
        content=content,
        sealer=claims.city.sealer,
    )
    (day,) = await night(claims, hours=1)
    assert (day.missing_here, day.missing_here_fen, day.balance_fen) == (1, 7, 7)
    assert await told(admin) == ["逐笔 1 项，期末余额 1 项。"]


async def test_what_no_line_shows_and_what_is_of_another_amount_have_their_own_figures(
    claims: SmallClaims,
) -> None:
    _, payment = await claims.approved()
    funded = FundingDraft(
        partner_id=claims.pool.partner.id,
        reference="CZ-9",
        amount_fen=900,
        paid_on=local_day(claims.now),
    )
    given = {"pool_id": claims.pool.pool.id}
    funding = await claims.act(record_funding, claims.city.operator, draft=funded, **given)
    await claims.act(confirm_funding, claims.checker, funding_id=funding.id)
    await claims.take(("LS-1", "DBIT", POOL_FEN - 1, str(payment.letter_number)))
    (day,) = await night(claims)
    assert (day.missing_there, day.missing_there_fen) == (1, 900)
    assert (day.amount_differs, day.amount_differs_fen) == (1, POOL_FEN - 1)
    assert (day.missing_here, day.missing_here_fen) == (0, 0)


async def test_a_line_that_is_being_matched_is_read_with_its_posting_or_not_at_all(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    """The night waits for whoever posts, rather than to see a line still open, and to tell of it."""
    _, payment = await claims.approved()
    await claims.imported(("LS-1", "DBIT", POOL_FEN, str(payment.letter_number)))
    city, pool = claims.city, claims.pool.pool
    system = Actor.system("test-worker", tenant_id=pool.tenant_id)
    async with city.database.transaction(system, now=claims.now) as session:
        given = {"operator_id": pool.tenant_id, "pool_id": pool.id, "after": None}
        await match_next(session, now=claims.now, **given)
        night_now = asyncio.create_task(reconcile_pools(city.database, now=claims.now))
        await asyncio.wait({night_now}, timeout=0.5)
        assert not night_now.done()
    await night_now
    (day,) = await night(claims)
    assert (day.differences, day.waiting) == (0, 0)
    assert await told(admin) == []


async def test_of_a_statement_that_is_about_a_century_the_latest_days_are_compared(
    claims: SmallClaims, admin: asyncpg.Connection
) -> None:
    today = local_day(claims.now)
    begins = f"1926-11-01,{today:%Y%m%d}".encode()
    content = claims.statement().replace(f"{today:%Y%m%d},{today:%Y%m%d}".encode(), begins)
    await claims.act(
        import_statement,
        claims.checker,
        pool_id=claims.pool.pool.id,
        name="x",
        content=content,
        sealer=claims.city.sealer,
    )
    await night(claims)
    first, last, count = await admin.fetchrow(
        "select min(day), max(day), count(*) from reckoned_days"
    )
    assert (first, last) == (today - timedelta(days=STATEMENT_DAYS - 1), today)
    assert count == STATEMENT_DAYS


async def test_the_night_is_the_platforms_alone(claims: SmallClaims) -> None:
    """In another bank's session there is no pool, and the row is not the bank's to see."""
    await claims.take(("LS-1", "CRDT", 7, "不明来款"))
    await night(claims)
    rival = claims.city.banks[1].officer
    async with claims.city.database.transaction(rival, now=claims.now) as session:
        assert await reckon_next_pool(session, now=claims.now) is None
    system = Actor.system("test-night")
    async with claims.city.database.transaction(system, now=claims.now) as session:
        pool_id = await reckon_next_pool(session, now=claims.now)
        assert pool_id == claims.pool.pool.id
        # What follows begins after the pool that was done last.
        assert await reckon_next_pool(session, now=claims.now, after=pool_id) is None
