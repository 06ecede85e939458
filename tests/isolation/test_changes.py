"""Every table that may be changed × everyone: whose rows he may update or delete at all, by whatever statement.

What commands ask first is proved elsewhere; here is what the database itself would let pass if none of them asked.
"""

from contextlib import suppress
from datetime import timedelta

import asyncpg
import pytest
from changed_tables import UPDATED
from owned_rows import keys, owned
from small_cases import end_cases
from small_world import World
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from suxin.kernel.actor import Actor
from suxin.kernel.tables import Table, models

# Of rows as they stand in the middle of their lives.
DELETED = {
    "system": {
        "rural_panel_members",
        "rural_reckonings",
        "case_documents",
        "deprecated_uses",
        "exports",
        "match_results",
        "notices",
        "person_identities",
        "repair_documents",
        "tenant_events",
        "webhook_deliveries",
        "webhook_endpoints",
    },
    "bank": {
        "rural_panel_members",
        "identity_providers",
        "memberships",
        "notices",
        "product_branches",
        "staff_identities",
        "webhook_deliveries",
        "webhook_endpoints",
    },
    "applicant": {"notices"},
}
# What may be deleted besides of rows at their end, and of what was somebody's own word from the start.
DELETED_AT_THE_END = {
    "system": {
        "access_bases",
        "consent_artefacts",
        "consent_fetches",
        "consents",
        "impact_assessments",
        "mandates",
        "review_cases",
        "review_decisions",
        "repair_applications",
    },
    "applicant": {"credit_records", "match_results"},
}
CALLERS = (
    "rival",
    "stranger",
    "merchant",
    "anonymous",
    "operator",
    "system",
    "bank",
    "applicant",
)


def callers(world: World) -> dict[str, Actor]:
    own = {"bank": world.bank.officer, "applicant": world.city.applicant}
    return world.onlookers | own


async def changeable(admin: asyncpg.Connection, privilege: str) -> dict[type[Table], str]:
    """The tables whose rows the application's role may change so, each with a column that it may."""
    allowed: dict[type[Table], str] = {}
    for model in models():
        for column in model.__table__.columns:
            question = (
                "select has_table_privilege('suxin_app', $1, 'DELETE')"
                if privilege == "DELETE"
                else f"select has_column_privilege('suxin_app', $1, '{column.name}', 'UPDATE')"
            )
            if await admin.fetchval(question, model.__tablename__):
                allowed.setdefault(model, column.name)
    return allowed


async def passes(world: World, caller: Actor, statement: str) -> bool:
    """Say whether a statement reaches any row: it changes one, or is stopped by what may become of a row it reached."""
    try:
        async with world.city.database.transaction(caller, now=world.city.now) as session:
            reached = (await session.execute(text(statement))).rowcount
            await session.rollback()
            return reached > 0
    except IntegrityError:
        return True
    except DBAPIError as error:
        if "row-level security" not in str(error):
            raise
        return True


async def places(admin: asyncpg.Connection, model: type[Table], world: World) -> str:
    """Where the first bank's and the applicant's rows of a table lie."""
    rows = await admin.fetch(
        f"select t.ctid::text from {model.__tablename__} t where {owned(model, world)}"  # noqa: S608 - names of our own tables
    )
    assert rows, f"the world has no row in {model.__tablename__}"
    return f"t.ctid = any (array[{', '.join(repr(row[0]) for row in rows)}]::tid[])"


async def updated_by(world: World, admin: asyncpg.Connection, caller: Actor) -> set[str]:
    found = set()
    for model, column in (await changeable(admin, "UPDATE")).items():
        table, where = model.__tablename__, await places(admin, model, world)
        if await passes(world, caller, f"update {table} t set {column} = {column} where {where}"):  # noqa: S608 - names of our own tables
            found.add(table)
    return found


async def deleted_by(world: World, admin: asyncpg.Connection, caller: Actor) -> set[str]:
    found = set()
    for model in await changeable(admin, "DELETE"):
        table, where = model.__tablename__, await places(admin, model, world)
        if await passes(world, caller, f"delete from {table} t where {where}"):  # noqa: S608 - names of our own tables
            found.add(table)
    return found


async def end_all(world: World, admin: asyncpg.Connection) -> None:
    """Bring every row to where a policy that names a state admits the most."""
    async with admin.transaction():
        # No step leads there from everywhere; what is proved is the policies, and not the steps.
        await admin.execute("set local session_replication_role = replica")
        await admin.execute("update loan_requests set state = 'WITHDRAWN', ended_at = submitted_at")
        await admin.execute("update credit_records set self_declared = true")
        old = world.city.now - timedelta(days=1900)
        await admin.execute("update impact_assessments set ended_at = $1", old)
        await admin.execute("update mandates set ended_at = $1", old)
        await admin.execute(
            "update repair_applications set state = 'WITHDRAWN', clock = null, ended_at = $1", old
        )
        await admin.execute("update consents set state = 'REVOKED', ended_at = $1", old)
        await admin.execute("update access_bases set ended_at = $1", old)
        # As if their consents were gone, with which they go.
        for table in ("consent_artefacts", "consent_fetches"):
            await admin.execute(f"update {table} set consent_id = gen_random_uuid()")  # noqa: S608 - names of our own tables
        await end_cases(admin, old)
        await admin.execute("update access_bases set source_id = gen_random_uuid()")


@pytest.mark.parametrize("name", CALLERS)
async def test_a_caller_changes_exactly_the_rows_that_are_listed(
    world: World, admin: asyncpg.Connection, name: str
) -> None:
    caller = callers(world)[name]
    assert await updated_by(world, admin, caller) == UPDATED.get(name, set())
    assert await deleted_by(world, admin, caller) == DELETED.get(name, set())
    await end_all(world, admin)
    later = await deleted_by(world, admin, caller)
    assert later - DELETED.get(name, set()) == DELETED_AT_THE_END.get(name, set())
    assert DELETED.get(name, set()) <= later


@pytest.mark.parametrize("name", CALLERS)
async def test_a_statement_that_reads_nothing_deletes_no_more(
    world: World, admin: asyncpg.Connection, name: str
) -> None:
    """Without a condition it is held by the policies of deleting alone, and not by those of reading besides."""
    await end_all(world, admin)
    gone = set()
    tables = await changeable(admin, "DELETE")
    # All of them at first: some rows go with those of another table.
    before = {model: await keys(admin, model, owned(model, world)) for model in tables}
    for model in tables:
        with suppress(IntegrityError):
            async with world.city.database.transaction(
                callers(world)[name], now=world.city.now
            ) as session:
                await session.execute(text(f"delete from {model.__tablename__}"))  # noqa: S608 - names of our own tables
        if await keys(admin, model, owned(model, world)) != before[model]:
            gone.add(model.__tablename__)
    assert gone == DELETED.get(name, set()) | DELETED_AT_THE_END.get(name, set())
