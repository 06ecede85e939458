"""Statements: a month's redemptions once each, equal to what the ledger holds as due, agreed on and paid by different people."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from uuid import UUID, uuid4

import asyncpg
import pytest
from small_city import SmallCity
from small_perks import SmallPerks, build_perks
from small_settlements import NEXT_MONTH, citys_programme, completed, drawn, one_statement
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.database import sqlstate
from suxin.kernel.refusals import Invalid
from suxin.ledger.models import LedgerAccount
from suxin.lending.models.steps import StepNotPossible
from suxin.perks.models import Programme
from suxin.perks.settlements.commands import (
    answer_dispute,
    approve_settlement,
    confirm_settlement,
    dispute_settlement,
    note_payment,
)
from suxin.perks.settlements.drawing import month_due
from suxin.perks.settlements.refusals import SettlementSecondPerson
from suxin.perks.settlements.states import SettlementState
from suxin.perks.states import FunderKind
from suxin_server.judging import settle_perks

MONTH = date(2026, 11, 1)


async def balance(small: SmallPerks, programme: Programme, word: str) -> int:
    """Return how much stands on one of a programme's accounts."""
    book = small.merchant.own_tenant
    code = f"perk.{programme.id.hex}.{word}"
    async with small.city.database.snapshot(small.merchant, now=small.city.now) as session:
        found = await session.scalar(
            select(LedgerAccount.posted_credits - LedgerAccount.posted_debits).where(
                LedgerAccount.tenant_id == book, LedgerAccount.code == code
            )
        )
    return int(found or 0)


async def test_a_month_is_drawn_up_by_merchant_and_funder_and_equals_the_ledger(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    small = await build_perks(small_city)
    citys = await citys_programme(small)
    sponsors = await small.published(
        funder=FunderKind.SPONSOR, funder_name="某银行", budget_fen=50_000
    )
    own = await small.published(budget_fen=50_000)
    for programme in (citys, citys, sponsors, own):
        await completed(small, programme, persons=2)
    await small.hold(citys)
    late = await completed(small, citys, now=small_city.now + NEXT_MONTH)
    found = {one.funder: one for one in await drawn(small_city, MONTH)}
    assert {
        funder: (one.month, one.redemptions, one.uses, one.state) for funder, one in found.items()
    } == {
        FunderKind.CITY: (MONTH, 2, 4, SettlementState.DRAWN_UP),
        FunderKind.SPONSOR: (MONTH, 1, 2, SettlementState.DRAWN_UP),
    }
    assert found[FunderKind.SPONSOR].amount_fen == await balance(small, sponsors, "due")
    # What was redeemed after the month is due as well, and stands on the next statement.
    due = await balance(small, citys, "due")
    assert found[FunderKind.CITY].amount_fen == due - late.used_value_fen
    assert await drawn(small_city, MONTH) == []
    (after,) = await drawn(small_city, date(2026, 12, 1))
    assert (after.redemptions, after.amount_fen) == (1, late.used_value_fen)
    # Once more on another statement is refused by the table itself.
    with pytest.raises(asyncpg.UniqueViolationError):
        await admin.execute(
            "insert into perk_settlement_lines select tenant_id, redemption_id, $1, programme_id,"
            " ended_on, uses, amount_fen from perk_settlement_lines where settlement_id = $2",
            after.id,
            found[FunderKind.CITY].id,
        )


async def test_a_month_is_settled_on_the_third_working_day_of_the_next(
    small_city: SmallCity,
) -> None:
    small = await build_perks(small_city)
    await completed(small, await citys_programme(small))
    made = []
    # The first of December 2026 is a Tuesday.
    first = small_city.now.replace(month=12, day=1)
    for days in range(4):
        now = first + timedelta(days=days)
        async with small_city.database.snapshot(Actor.system("test"), now=now) as session:
            due = await month_due(session, now=now)
        made.append((due, await settle_perks(small_city.batch, small_city.database, now=now)))
    assert made == [(None, 0), (None, 0), (MONTH, 1), (MONTH, 0)]


async def test_the_citys_money_takes_the_merchant_two_people_and_a_payment(
    small_city: SmallCity,
) -> None:
    small = await build_perks(small_city)
    programme = await citys_programme(small)
    await completed(small, programme)
    (found,) = await drawn(small_city, MONTH)
    about, later = {"settlement_id": found.id}, small_city.now + NEXT_MONTH
    act, operator = small_city.act, small_city.operator
    second = replace(operator, staff_id=uuid4())
    with pytest.raises(StepNotPossible):
        await act(approve_settlement, operator, **about)
    await act(confirm_settlement, small.merchant, **about)
    first = await act(approve_settlement, operator, **about)
    assert (first.state, first.waits_for_second) == (SettlementState.CONFIRMED, True)
    with pytest.raises(SettlementSecondPerson):
        await act(approve_settlement, operator, **about)
    paid = {"paid_on": later.date(), "reference": "2026-0001", "now": later, **about}
    with pytest.raises(StepNotPossible):
        await act(note_payment, operator, **paid)
    await act(approve_settlement, second, **about)
    for wrong in ({"reference": " "}, {"paid_on": later.date() + timedelta(days=1)}):
        with pytest.raises(Invalid):
            await act(note_payment, operator, **paid | wrong)
    assert await balance(small, programme, "paid") == 0
    done = await act(note_payment, operator, **paid)
    assert (done.state, done.reference) == (SettlementState.PAID, "2026-0001")
    assert await balance(small, programme, "due") == 0
    assert await balance(small, programme, "paid") == found.amount_fen
    with pytest.raises(StepNotPossible):
        await act(note_payment, operator, **paid)


async def test_a_dispute_is_answered_and_looked_at_anew(small_city: SmallCity) -> None:
    small = await build_perks(small_city)
    about = {"settlement_id": await one_statement(small)}
    act, operator = small_city.act, small_city.operator
    with pytest.raises(Invalid):
        await act(dispute_settlement, small.merchant, reason=" ", **about)
    disputed = await act(dispute_settlement, small.merchant, reason="少算一笔", **about)
    assert (disputed.state, disputed.reason) == (SettlementState.DISPUTED, "少算一笔")
    with pytest.raises(StepNotPossible):
        await act(confirm_settlement, small.merchant, **about)
    answered = await act(answer_dispute, operator, answer="该笔在下月", **about)
    assert (answered.state, answered.answer) == (SettlementState.DRAWN_UP, "该笔在下月")
    confirmed = await act(confirm_settlement, small.merchant, **about)
    assert confirmed.state is SettlementState.CONFIRMED


STANDS = (
    "state = cast({to} as text), reason = 'x',"
    " confirmed_by = case when cast({to} as text) in ('CONFIRMED', 'APPROVED', 'PAID') then id end,"
    " confirmed_at = case when cast({to} as text) in ('CONFIRMED', 'APPROVED', 'PAID') then drawn_up_at end,"
    " first_by = id, first_at = drawn_up_at,"
    " approved_by = case when cast({to} as text) in ('APPROVED', 'PAID') then tenant_id end,"
    " approved_at = case when cast({to} as text) in ('APPROVED', 'PAID') then drawn_up_at end,"
    " paid_by = case when cast({to} as text) = 'PAID' then id end,"
    " paid_on = case when cast({to} as text) = 'PAID' then month end,"
    " reference = case when cast({to} as text) = 'PAID' then 'x' end"
)


@pytest.mark.parametrize(
    ("who", "steps"),
    [
        ("merchant", {("DRAWN_UP", "CONFIRMED"), ("DRAWN_UP", "DISPUTED")}),
        (
            "operator",
            {("DISPUTED", "DRAWN_UP"), ("CONFIRMED", "APPROVED"), ("APPROVED", "PAID")},
        ),
        ("platform", set()),
        ("bank", set()),
    ],
)
async def test_a_caller_takes_the_declared_steps_and_no_other(
    small_city: SmallCity, admin: asyncpg.Connection, who: str, steps: set[tuple[str, str]]
) -> None:
    small = await build_perks(small_city)
    statement_id = await one_statement(small)
    actor = {
        "merchant": small.merchant,
        "operator": small_city.operator,
        "platform": Actor.system("test"),
        "bank": small_city.banks[0].officer,
    }[who]
    found = set()
    for before, to in product(SettlementState, SettlementState):
        await admin.execute(
            f"update perk_settlements set {STANDS.format(to='$1')}",  # noqa: S608 - our own words
            before.value,
        )
        if to is not before and await written(small_city, actor, statement_id, to):
            found.add((before.value, to.value))
    assert found == steps


async def written(city: SmallCity, actor: Actor, statement_id: UUID, to: SettlementState) -> bool:
    """Try a change of state past every command, and take it back."""
    statement = text(
        f"update perk_settlements set {STANDS.format(to=':to')} where id = :id returning id"  # noqa: S608 - our own words
    )
    try:
        async with city.database.transaction(actor, now=city.now) as session:
            rows = (await session.execute(statement, {"to": to.value, "id": statement_id})).all()
            await session.rollback()
    except DBAPIError as error:
        assert sqlstate(error) in {"23514", "42501"}  # noqa: PT017 - a step that nobody declared
        return False
    return len(rows) == 1
