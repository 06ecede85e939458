"""The custodian's lines beside the book: nothing is nothing, and each difference has its name; lines that no number tells wait for a person."""

from datetime import date, timedelta

import pytest
from small_city import SmallCity
from small_claims import MONEY_FEN, SmallClaims, build_claims

from suxin.kernel.refusals import NotFound
from suxin.kernel.working_days import local_day
from suxin.ledger.commands import close_period
from suxin.lending.models.steps import StepNotPossible
from suxin.risk_pool.claims.states import ClaimState
from suxin.risk_pool.pools.funding import FundingDraft, record_funding
from suxin.risk_pool.reconciliation import queries
from suxin.risk_pool.statements.importing import OtherAccount, StatementDiffers, import_statement
from suxin.risk_pool.statements.matching import (
    LineAmountDiffers,
    match_line,
    set_line_aside,
    take_line_up,
)
from suxin.risk_pool.statements.states import LineState, Matched

POOL_FEN = 53_200_000


@pytest.fixture
async def claims(small_city: SmallCity) -> SmallClaims:
    return await build_claims(small_city)


async def differences(claims: SmallClaims) -> list[tuple[str, int]]:
    first, last = date(2026, 11, 1), local_day(claims.now)
    async with claims.city.database.snapshot(claims.city.operator, now=claims.now) as session:
        found = await queries.differences(
            session, claims.city.operator, pool_id=claims.pool.pool.id, first=first, last=last
        )
    return [(one.kind.value, one.amount_fen) for one in found]


async def test_a_matched_payment_leaves_no_difference_and_what_a_person_said_came_is_missing_there(
    claims: SmallClaims,
) -> None:
    _, payment = await claims.paid()
    # The funding was confirmed by a second person, and no line shows it.
    assert await differences(claims) == [("missing_there", MONEY_FEN)]
    async with claims.city.database.snapshot(claims.city.operator, now=claims.now) as session:
        (day, funded) = await queries.days_of(
            session,
            claims.city.operator,
            pool_id=claims.pool.pool.id,
            first=date(2026, 11, 1),
            last=local_day(claims.now),
        )
        (balance,) = await queries.closing_balances(
            session, claims.city.operator, pool_id=claims.pool.pool.id
        )
    assert (day.custodian_out_fen, day.book_out_fen, day.difference_fen) == (POOL_FEN, POOL_FEN, 0)
    assert (day.day, funded.difference_fen) == (payment.paid_on, -MONEY_FEN)
    assert (balance.book_fen, balance.difference_fen) == (MONEY_FEN - POOL_FEN, 0)


async def test_a_line_of_another_amount_pays_nothing_and_is_named(claims: SmallClaims) -> None:
    claim, payment = await claims.approved()
    await claims.take(("LS-1", "DBIT", POOL_FEN - 1, str(payment.letter_number)))
    assert (await claims.stored(claim)).state is ClaimState.APPROVED
    assert (await claims.book())["custody"] == (MONEY_FEN, POOL_FEN)
    assert ("amount_differs", POOL_FEN - 1) in await differences(claims)
    (line,) = await claims.lines(LineState.OPEN)
    given = {"line_id": line.id, "matched": Matched.PAYMENT, "matched_id": payment.id}
    with pytest.raises(LineAmountDiffers):
        await claims.act(match_line, claims.checker, **given)


async def test_a_person_matches_what_no_number_tells(claims: SmallClaims) -> None:
    claim, payment = await claims.approved()
    await claims.take(("LS-1", "DBIT", POOL_FEN, "代偿款"), ("LS-2", "CRDT", 1_234, "结息"))
    assert (await claims.stored(claim)).state is ClaimState.APPROVED
    lines = {line.reference: line for line in await claims.lines(LineState.OPEN)}
    given = {"line_id": lines["LS-1"].id, "matched": Matched.PAYMENT, "matched_id": payment.id}
    matched = await claims.act(match_line, claims.checker, **given)
    assert (matched.state, matched.settled_by) == (LineState.MATCHED, claims.checker.staff_id)
    assert (await claims.stored(claim)).state is ClaimState.PAID
    with pytest.raises(NotFound):
        await claims.act(match_line, claims.checker, **given)
    interest = {"line_id": lines["LS-2"].id}
    await claims.act(set_line_aside, claims.checker, note="活期利息", **interest)
    assert ("set_aside", 1_234) in await differences(claims)
    await claims.act(take_line_up, claims.checker, **interest)
    assert ("missing_here", 1_234) in await differences(claims)
    with pytest.raises(StepNotPossible):
        await claims.act(take_line_up, claims.checker, **interest)


async def test_one_line_pays_one_letter_and_the_same_statement_is_taken_once(
    claims: SmallClaims,
) -> None:
    claim, payment = await claims.approved()
    number = str(payment.letter_number)
    first = await claims.take(("LS-1", "DBIT", POOL_FEN, number))
    before = await claims.book()
    content = claims.statement(("LS-1", "DBIT", POOL_FEN, number), number="DZD-9")
    again = content.replace(b"DZD-9", b"DZD-1")
    given = {
        "pool_id": claims.pool.pool.id,
        "name": "x",
        "sealer": claims.city.sealer,
    }
    with pytest.raises(StatementDiffers):
        await claims.act(import_statement, claims.checker, content=again, **given)
    other = await claims.act(import_statement, claims.checker, content=content, **given)
    assert (other.id != first.id, other.rows_known, other.rows_taken) == (True, 1, 0)
    assert (
        await claims.act(import_statement, claims.checker, content=content, **given)
    ).id == other.id
    await claims.match()
    assert await claims.book() == before
    assert (await claims.stored(claim)).state is ClaimState.PAID


async def test_a_statement_of_another_account_is_refused(claims: SmallClaims) -> None:
    content = claims.statement(("LS-1", "CRDT", 1, "x")).replace(b"6228480000001234567", b"1" * 19)
    with pytest.raises(OtherAccount):
        await claims.act(
            import_statement,
            claims.checker,
            pool_id=claims.pool.pool.id,
            name="x",
            content=content,
            sealer=claims.city.sealer,
        )
    assert await claims.lines(LineState.OPEN) == []


async def test_a_line_into_a_closed_period_waits_with_the_reason(claims: SmallClaims) -> None:
    claim, payment = await claims.approved()
    await claims.imported(("LS-1", "DBIT", POOL_FEN, str(payment.letter_number)))
    claims.now += timedelta(days=2)
    await claims.act(
        close_period, claims.city.operator, closed_before=claims.now - timedelta(days=1)
    )
    await claims.match()
    (line,) = await claims.lines(LineState.OPEN)
    assert "已关账" in (line.note or "") or "结账" in (line.note or "")
    assert (await claims.stored(claim)).state is ClaimState.APPROVED
    assert (await claims.book())["custody"] == (MONEY_FEN, POOL_FEN)


async def test_a_line_may_be_a_funding(claims: SmallClaims) -> None:
    draft = FundingDraft(
        partner_id=claims.pool.partner.id,
        reference="CZ-77",
        amount_fen=5_000,
        paid_on=local_day(claims.now),
    )
    await claims.act(record_funding, claims.city.operator, pool_id=claims.pool.pool.id, draft=draft)
    await claims.take(("CZ-77", "CRDT", 5_000, "二期出资"))
    assert (await claims.book())["custody"] == (MONEY_FEN + 5_000, 0)
    (line,) = await claims.lines(LineState.MATCHED)
    assert line.matched is Matched.FUNDING
