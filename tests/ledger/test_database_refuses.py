"""What the database refuses of a book whatever statement asks for it, past every rule of the code."""

import asyncpg
import pytest
from small_city import SmallCity
from small_ledger import SmallLedger, build_ledger
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.database import sqlstate
from suxin.kernel.ids import new_id
from suxin.ledger import drafts

CHECK, FOREIGN_KEY, UNIQUE, DENIED = "23514", "23503", "23505", "42501"


@pytest.fixture
async def ledger(small_city: SmallCity) -> SmallLedger:
    ledger = await build_ledger(small_city)
    await ledger.post(ledger.fund_pool(100), ledger.hold(40))
    return ledger


async def refused(
    ledger: SmallLedger, statement: str, actor: Actor | None = None, **given: object
) -> tuple[str | None, str | None]:
    """Return by which code and which constraint the database refuses a statement of the application's role."""
    given |= {"book": ledger.book, "pool": ledger.pool, "claims": ledger.claims}
    wanted = {name: value for name, value in given.items() if f":{name}" in statement}
    with pytest.raises(DBAPIError) as error:
        async with ledger.city.database.transaction(
            actor or ledger.city.operator, now=ledger.city.now
        ) as session:
            await session.execute(text(statement), wanted)
    return sqlstate(error.value), getattr(error.value.orig.__cause__, "constraint_name", None)


def transfer(**changes: object) -> str:
    """Return the statement that writes one from the pool to the claims, but for what is changed."""
    values: dict[str, object] = {
        "tenant_id": ":book",
        "id": "gen_random_uuid()",
        "debit_account_id": ":pool",
        "credit_account_id": ":claims",
        "asset": "'CNY'",
        "amount": "1",
        "phase": "'SINGLE'",
        "code": "'test'",
        "effective_at": "moved_at",
        "recorded_at": "moved_at",
        "chain_id": "gen_random_uuid()",
        **changes,
    }
    return (
        f"insert into ledger_transfers ({', '.join(values)})"  # noqa: S608 - our own words
        f" select {', '.join(map(str, values.values()))} from ledger_accounts where id = :pool"
    )


HOLD = "(select id from ledger_transfers where phase = 'PENDING')"
FIRST = "(select id from ledger_transfers where phase = 'SINGLE')"
CASES = {
    "no amount": ({"amount": "0"}, "ledger_transfers_amount"),
    "one account": ({"credit_account_id": ":pool"}, "ledger_transfers_two_accounts"),
    "ahead": ({"effective_at": "moved_at + interval '1 s'"}, "ledger_transfers_not_ahead"),
    "a floor": ({"amount": "61"}, "ledger_accounts_floor"),
    "a ceiling": (
        {
            "amount": "2000000",
            "debit_account_id": "(select id from ledger_accounts where code = 'fund.city')",
        },
        "ledger_accounts_ceiling",
    ),
    "an end without its hold": (
        {"phase": "'VOIDED'"},
        "ledger_transfers_resolving",
    ),
    "a hold that ends another": (
        {"phase": "'PENDING'", "pending_id": HOLD, "pending_amount": "40"},
        "ledger_transfers_resolving",
    ),
    "more than is held": (
        {"phase": "'POSTED'", "pending_id": HOLD, "pending_amount": "40", "amount": "41"},
        "ledger_transfers_within_hold",
    ),
    "part of a hold let go": (
        {"phase": "'VOIDED'", "pending_id": HOLD, "pending_amount": "40", "amount": "39"},
        "ledger_transfers_released_whole",
    ),
    "a hold of another amount": (
        {"phase": "'POSTED'", "pending_id": HOLD, "pending_amount": "41", "amount": "41"},
        "ledger_transfers_resolves",
    ),
    "a hold of other accounts": (
        {
            "phase": "'POSTED'",
            "pending_id": HOLD,
            "pending_amount": "40",
            "debit_account_id": ":claims",
            "credit_account_id": ":pool",
        },
        "ledger_transfers_resolves",
    ),
    "no hold": (
        {"phase": "'POSTED'", "pending_id": FIRST, "pending_amount": "100"},
        "ledger_transfers_resolves",
    ),
    "a time for what is no hold": ({"expires_at": "moved_at"}, "ledger_transfers_expiring"),
    "a reversal of another amount": ({"reverses_id": FIRST}, "ledger_transfers_reverses"),
    "a reversal of a hold": (
        {
            "reverses_id": HOLD,
            "debit_account_id": ":claims",
            "credit_account_id": ":pool",
            "amount": "40",
        },
        "ledger_transfers_reverses",
    ),
    "a reversal that is held": (
        {"phase": "'PENDING'", "reverses_id": FIRST},
        "ledger_transfers_reversing",
    ),
    "times that run backwards": (
        {"effective_at": "moved_at - interval '1 s'", "recorded_at": "moved_at - interval '1 s'"},
        "ledger_transfers_open",
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_a_transfer_that_breaks_a_rule_is_refused_by_its_constraint(
    ledger: SmallLedger, name: str
) -> None:
    changes, constraint = CASES[name]
    code, by = await refused(ledger, transfer(**changes))
    assert (code, by) == (CHECK, f"ck_{constraint}" if by and by.startswith("ck_") else constraint)


async def test_the_plain_transfer_is_taken(ledger: SmallLedger) -> None:
    """Else the refusals above would prove nothing."""
    given = {"book": ledger.book, "pool": ledger.pool, "claims": ledger.claims}
    async with ledger.city.database.transaction(
        ledger.city.operator, now=ledger.city.now
    ) as session:
        await session.execute(text(transfer()), given)
    assert await ledger.sums(ledger.pool) == (1, 100, 40, 0)
    assert await ledger.sums(ledger.claims) == (0, 1, 0, 40)


async def test_units_and_books_do_not_mix(ledger: SmallLedger) -> None:
    points = "(select id from ledger_accounts where code = 'village.points')"
    assert (await refused(ledger, transfer(credit_account_id=points)))[0] == FOREIGN_KEY
    assert (await refused(ledger, transfer(asset="'POINT:village'")))[0] == FOREIGN_KEY


async def test_an_id_an_end_and_a_reversal_are_there_once(ledger: SmallLedger) -> None:
    assert (await refused(ledger, transfer(id=FIRST)))[0] == UNIQUE
    held = await _held(ledger)
    await ledger.post(drafts.void(new_id(), pending_id=held, code="x"))
    again = transfer(phase="'VOIDED'", pending_id=HOLD, pending_amount="40", amount="40")
    assert (await refused(ledger, again))[0] == UNIQUE


async def _held(ledger: SmallLedger):
    async with ledger.city.database.snapshot(ledger.city.operator, now=ledger.city.now) as session:
        return await session.scalar(text(f"select {HOLD}"))


async def test_transfers_and_closings_are_never_changed(
    ledger: SmallLedger, admin: asyncpg.Connection
) -> None:
    for table in ("ledger_transfers", "ledger_closings"):
        for statement in (f"update {table} set tenant_id = tenant_id", f"delete from {table}"):  # noqa: S608 - our own words
            assert (await refused(ledger, statement))[0] == DENIED
            assert (await refused(ledger, statement, Actor.system("test")))[0] == DENIED
    for role in ("suxin_app", "suxin_batch", "suxin_doorway"):
        for table in ("ledger_accounts", "ledger_transfers", "ledger_closings"):
            for privilege in ("DELETE", "TRUNCATE"):
                assert not await admin.fetchval(
                    "select has_table_privilege($1, $2, $3)", role, table, privilege
                )
        assert not await admin.fetchval(
            "select has_any_column_privilege($1, 'ledger_transfers', 'UPDATE')", role
        )
    for privilege in ("SELECT", "INSERT", "UPDATE"):
        for table in ("ledger_accounts", "ledger_transfers", "ledger_closings"):
            assert not await admin.fetchval(
                "select has_any_column_privilege('suxin_batch', $1, $2)", table, privilege
            )


@pytest.mark.parametrize(
    "change",
    [
        "posted_debits = posted_debits + 1",
        "posted_credits = posted_credits + 1",
        "pending_debits = 0",
        "pending_credits = pending_credits + 1",
        "moved_at = moved_at + interval '1 s'",
    ],
)
async def test_a_balance_moves_by_a_transfer_and_not_by_hand(
    ledger: SmallLedger, change: str
) -> None:
    statement = f"update ledger_accounts set {change} where id = :pool"  # noqa: S608 - our own words
    assert await refused(ledger, statement) == (CHECK, "ledger_accounts_by_hand")


async def test_an_account_begins_empty_and_keeps_what_it_is(ledger: SmallLedger) -> None:
    names = "name, asset, normal_side, posted_credits, pending_debits, pending_credits, opened_at, moved_at"
    begun = (
        f"insert into ledger_accounts (tenant_id, id, code, posted_debits, {names})"  # noqa: S608 - our own words
        f" select tenant_id, gen_random_uuid(), 'x', 1, {names} from ledger_accounts where code = 'village.points'"
    )
    assert await refused(ledger, begun) == (CHECK, "ledger_accounts_begins")
    for column in ("asset", "code", "normal_side", "tenant_id", "opened_at"):
        statement = f"update ledger_accounts set {column} = {column}"  # noqa: S608 - our own words
        assert (await refused(ledger, statement))[0] == DENIED


async def test_a_closed_account_and_a_closed_period_stay_closed(
    ledger: SmallLedger, admin: asyncpg.Connection
) -> None:
    full = "update ledger_accounts set closed_at = moved_at where id = :pool"
    assert await refused(ledger, full) == (CHECK, "ck_ledger_accounts_closed_empty")
    below = "update ledger_accounts set floor = 61 where id = :pool"
    assert await refused(ledger, below) == (CHECK, "ck_ledger_accounts_floor")
    await admin.execute(
        "update ledger_accounts set closed_at = moved_at where code = 'village.points'"
    )
    opened = "update ledger_accounts set closed_at = null where code = 'village.points'"
    assert await refused(ledger, opened) == (CHECK, "ledger_accounts_by_hand")
    await admin.execute(
        "update ledger_accounts set closed_before = moved_at where closed_at is null"
    )
    early = transfer(effective_at="moved_at - interval '1 s'")
    assert await refused(ledger, early) == (CHECK, "ledger_transfers_open")
    for change in ("null", "closed_before - interval '1 s'"):
        reopened = f"update ledger_accounts set closed_before = {change} where id = :pool"  # noqa: S608 - our own words
        assert await refused(ledger, reopened) == (CHECK, "ledger_accounts_by_hand")
