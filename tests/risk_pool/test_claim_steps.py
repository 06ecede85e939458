"""Every change of state of claims, payments, recoveries and lines that anyone could write: the declared steps, and no other.

The tables' other checks are taken away, so that the steps alone are asked.
"""

import asyncpg
from filled_claims import fill_pooled
from small_city import SmallCity
from small_loans import accepted, fill_loans
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor
from suxin.kernel.tables import Table
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.guarantor_parts.models import GuarantorPart, GuarantorTransfer
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.risk_pool.statements.models import CustodianLine

Steps = set[tuple[str, str]]
PAID: Steps = {("PAID", "CLOSED"), ("RECOVERING", "CLOSED")}
# By a tenant: that the bank does not answer for the guarantor is the commands' rule, and the row policies'.
_ANSWERED: Steps = {("ASKED", "AGREED"), ("REFUSED", "AGREED"), ("ASKED", "REFUSED")}
_WITHDRAWN: Steps = {
    ("ASKED", "WITHDRAWN"),
    ("AGREED", "WITHDRAWN"),
    ("REFUSED", "WITHDRAWN"),
}
DECLARED: dict[type[Table], dict[str, Steps]] = {
    PoolClaim: {
        "bank": PAID
        | {
            ("DRAFT", "SUBMITTED"),
            ("RETURNED", "SUBMITTED"),
            ("DRAFT", "WITHDRAWN"),
            ("RETURNED", "WITHDRAWN"),
            ("SUBMITTED", "WITHDRAWN"),
            ("PAID", "RECOVERING"),
        },
        "operator": PAID
        | {
            ("SUBMITTED", "MATERIAL_CHECK"),
            ("MATERIAL_CHECK", "REVIEW"),
            ("MATERIAL_CHECK", "RETURNED"),
            ("REVIEW", "RETURNED"),
            ("REVIEW", "REJECTED"),
            ("REVIEW", "APPROVED"),
            ("APPROVED", "PAID"),
            ("PAID", "WRITTEN_OFF"),
            ("RECOVERING", "WRITTEN_OFF"),
            ("PAID", "RETURNED"),
        },
        "platform": PAID | {("APPROVED", "PAID")},
    },
    PoolPayment: {
        "bank": set(),
        "operator": {
            ("HELD", "ISSUED"),
            ("HELD", "DROPPED"),
            ("ISSUED", "PAID"),
            ("PAID", "REVERSED"),
        },
        "platform": {("ISSUED", "PAID")},
    },
    PoolRecovery: {
        "bank": set(),
        "operator": {("REPORTED", "CONFIRMED")},
        "platform": {("REPORTED", "CONFIRMED")},
    },
    GuarantorPart: {
        "bank": _ANSWERED | _WITHDRAWN,
        "operator": _WITHDRAWN,
        "platform": set(),
    },
    # Of a guarantor's payment the bank says what came of it.
    GuarantorTransfer: {
        "bank": {("NOTED", "CONFIRMED"), ("NOTED", "DENIED"), ("CONFIRMED", "RETURNED")},
        "operator": set(),
        "platform": set(),
    },
    CustodianLine: {
        "bank": set(),
        "operator": {("OPEN", "MATCHED"), ("OPEN", "SET_ASIDE"), ("SET_ASIDE", "OPEN")},
        "platform": {("OPEN", "MATCHED")},
    },
}


async def test_the_database_takes_exactly_the_declared_steps(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    await fill_loans(small_city, admin, await accepted(small_city))
    await fill_pooled(small_city, admin)
    writers = {
        "bank": small_city.banks[0].officer,
        "operator": small_city.operator,
        "platform": Actor.system("test"),
        "rival": small_city.banks[1].officer,
        "applicant": small_city.applicant,
    }
    for model, declared in DECLARED.items():
        await _without_checks(admin, model.__tablename__)
        found = {name: await _steps(small_city, admin, model, who) for name, who in writers.items()}
        assert found == {**declared, "rival": set(), "applicant": set()}, model


async def _without_checks(admin: asyncpg.Connection, table: str) -> None:
    names = await admin.fetch(
        "select conname from pg_constraint where conrelid = $1::regclass and contype = 'c'", table
    )
    for name in names:
        await admin.execute(f'alter table {table} drop constraint "{name[0]}"')


async def _steps(
    city: SmallCity, admin: asyncpg.Connection, model: type[Table], actor: Actor
) -> Steps:
    """The changes that this caller's statement makes, each tried from each state and taken back."""
    assert model.__machine__ is not None
    table, found = model.__tablename__, set()
    states = {one.value for one in type(next(iter(model.__machine__.begins)))}
    statement = text(f"update {table} set state = :to returning state")  # noqa: S608 - our own words
    for before in states:
        await admin.execute("set session_replication_role = replica")
        await admin.execute(f"update {table} set state = $1", before)  # noqa: S608 - our own words
        await admin.execute("set session_replication_role = origin")
        for to in states - {before}:
            try:
                async with city.database.transaction(actor, now=city.now) as session:
                    rows = (await session.execute(statement, {"to": to})).all()
                    await session.rollback()
            except DBAPIError as error:
                if "no step of this caller" not in str(error):
                    raise
                continue
            if rows:
                found.add((before, to))
    return found
