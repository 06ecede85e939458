"""Row policies as they are in the database: no context, no rows; what is declared is in force; a basis must live."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sample_rows import insert, sample
from sqlalchemy import (
    select,
    update,
)
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.bases import AccessBasis
from suxin.kernel.database import Database
from suxin.kernel.readers import APP_ROLE, BATCH_ROLE, DOORWAY_ROLE
from suxin.kernel.tables import Table, access_statements, models, part_names, partition_statements
from suxin.lending.models import LeadParty, LoanRequest
from suxin.rural.models import PanelVote
from suxin.subjects.models import CreditRecord, PersonIdentity
from suxin_server.model_registry import CONTEXTS

ROLES = (APP_ROLE, BATCH_ROLE, DOORWAY_ROLE)
# What is granted beside the models: the server compares the database's revision with its own.
BESIDE = {("alembic_version", APP_ROLE, "SELECT", "")}
NO_CONTEXT_EVER = {"app.kind", "app.tenant_id", "app.subject_id", "app.person_id"}


def protected() -> Sequence[type[Table]]:
    assert CONTEXTS
    return [model for model in models() if model.__readers__]


async def set_checks_aside(admin: asyncpg.Connection) -> None:
    found = await admin.fetch(
        "select conrelid::regclass::text as owner, conname from pg_constraint"
        " where contype in ('c', 'f') and conislocal and connamespace = 'public'::regnamespace"
    )
    for row in found:
        await admin.execute(
            f'alter table {row["owner"]} drop constraint "{row["conname"]}" cascade'
        )
    for model in models():
        await admin.execute(f"alter table {model.__tablename__} disable trigger user")


async def connected(url: str, settings: dict[str, str]) -> asyncpg.Connection:
    connection = await asyncpg.connect(url)
    for name, value in settings.items():
        await connection.execute("select set_config($1, $2, false)", name, value)
    return connection


async def seen_by(stranger: asyncpg.Connection, table: str) -> int | None:
    """How many rows of a table he sees; nothing where he may not even ask: ballots are cast and read by nobody."""
    try:
        found: int = await stranger.fetchval(f"select count(*) from {table}")  # noqa: S608 - names of our own tables
    except asyncpg.InsufficientPrivilegeError:
        assert table == PanelVote.__tablename__
        return None
    return found


@pytest.mark.parametrize("emptied", [False, True])
async def test_without_a_context_no_table_shows_or_takes_a_row(admin, city, now, emptied):
    """Never set, and as a pooled connection leaves it behind: empty."""
    await set_checks_aside(admin)
    stranger = await connected(city.app, dict.fromkeys(NO_CONTEXT_EVER, "") if emptied else {})
    for model in protected():
        await insert(admin, model, sample(model, now))
        table = model.__tablename__
        assert await admin.fetchval(f"select count(*) from {table}") == 1, table  # noqa: S608 - names of our own tables
        assert await seen_by(stranger, table) in (0, None), table
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await insert(stranger, model, sample(model, now))
        assert await admin.fetchval(f"select count(*) from {table}") == 1, table  # noqa: S608 - names of our own tables
    await stranger.close()
    assert len(protected()) > 20


async def test_doorway_tables_are_out_of_the_application_roles_own_reach(admin, city, now):
    stranger = await connected(city.app, {"app.kind": "system", "app.tenant_id": str(uuid4())})
    doorways = [model for model in models() if model.__doorway__ is not None]
    assert len(doorways) >= 8
    for model in doorways:
        for verb in ("select count(*) from", "delete from", "truncate"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await stranger.execute(f"{verb} {model.__tablename__}")
    await stranger.close()


async def policies(owner: asyncpg.Connection) -> set[tuple]:
    rows = await owner.fetch(
        "select tablename, policyname, permissive, roles::text[], cmd, qual, with_check"
        " from pg_policies where schemaname = 'public'"
    )
    return {(*row[:3], tuple(row[3]), *row[4:]) for row in rows}


async def privileges(owner: asyncpg.Connection) -> set[tuple]:
    """Table, role, privilege and column (empty: the whole table) of everything granted to our roles or to everyone."""
    rows = await owner.fetch(
        "with granted as ("
        " select relname, '' as attname, relacl as acl from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')"
        " union all select relname, attname, attacl from pg_attribute a join pg_class c on c.oid = attrelid"
        " where relnamespace = 'public'::regnamespace)"
        " select relname, coalesce(r.rolname, 'public'), privilege_type, attname"
        " from granted, aclexplode(acl) left join pg_roles r on r.oid = grantee"
        " where coalesce(r.rolname, 'public') <> 'suxin_owner'"
    )
    return {tuple(row) for row in rows}


async def triggers(connection: asyncpg.Connection) -> set[tuple[str, str, str]]:
    rows = await connection.fetch(
        "select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal"
    )
    return {tuple(row) for row in rows}


async def test_policies_and_grants_are_those_declared(city):
    """Compared as PostgreSQL itself words them: by declaring everything anew and asking again."""
    owner = await asyncpg.connect(city.owner)
    found = await policies(owner), await privileges(owner)
    steps = await triggers(owner)
    async with _rolled_back(owner):
        for table, name, *_ in found[0]:
            await owner.execute(f"drop policy {name} on {table}")
        for table, name, _ in steps:
            await owner.execute(f"drop trigger {name} on {table}")
        for rule in (rule for model in models() for rule in model.__rules__):
            if rule.startswith("CREATE FUNCTION"):
                await owner.execute(f"drop function {rule.split()[2]}")
        await owner.execute(
            f"revoke all on all tables in schema public from public, {', '.join(ROLES)}"
        )
        for model in models():
            # The parts of divided tables are there still.
            for statement in access_statements(model)[len(partition_statements(model)) :]:
                await owner.execute(statement)
        declared = await policies(owner), await privileges(owner) | BESIDE
        assert await triggers(owner) == steps
    await owner.close()
    assert found[0] == declared[0]
    assert found[1] == declared[1]
    parts = {part for model in models() for part in part_names(model)}
    assert {policy[0] for policy in found[0]} == {
        model.__tablename__ for model in protected()
    } | parts
    assert {policy[1:5] for policy in found[0] if policy[0] in parts} == {
        ("batch", "PERMISSIVE", (BATCH_ROLE,), "SELECT")
    }
    # All admit somebody, but for those that hold a subject to what he signed at a counter, whoever approves a payment first to
    # his own name, everybody to his world, or whoever may delete to the time of keeping.
    assert {(policy[0], policy[1]) for policy in found[0] if policy[2] != "PERMISSIVE"} == {
        ("access_bases", "ended_at_counter"),
        ("access_bases", "kept_long_enough"),
        ("access_bases", "opened_at_counter"),
        ("consent_artefacts", "kept_long_enough"),
        ("consent_fetches", "kept_long_enough"),
        ("consents", "as_signed_at_counter"),
        ("consents", "kept_long_enough"),
        ("consents", "nothing_unasked_at_counter"),
        ("mandates", "kept_long_enough"),
        ("pool_payments", "approves_himself"),
        ("review_cases", "kept_long_enough"),
        ("repair_applications", "kept_long_enough"),
        ("subjects", "same_world"),
    }
    assert {role for policy in found[0] for role in policy[3]} <= {
        APP_ROLE,
        BATCH_ROLE,
        DOORWAY_ROLE,
    }
    through = {(policy[0], policy[4]) for policy in found[0] if DOORWAY_ROLE in policy[3]}
    assert through == {
        ("identity_providers", "SELECT"),
        ("memberships", "SELECT"),
        ("oauth_clients", "SELECT"),
        ("sandbox_clocks", "SELECT"),
        ("staff", "SELECT"),
        ("staff_identities", "SELECT"),
        ("tenants", "SELECT"),
    }
    assert {grant[1] for grant in found[1]} == set(ROLES)


class _rolled_back:  # noqa: N801 - reads as a statement
    def __init__(self, connection: asyncpg.Connection) -> None:
        self._transaction = connection.transaction()

    async def __aenter__(self) -> None:
        await self._transaction.start()

    async def __aexit__(self, *_: object) -> None:
        await self._transaction.rollback()


async def test_every_protected_table_is_under_forced_row_level_security(admin):
    rows = await admin.fetch(
        "select relname, relrowsecurity, relforcerowsecurity, pg_get_userbyid(relowner) from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
    )
    forced = {row[0] for row in rows if row[1] and row[2]}
    # Each part of a divided table by itself as well, with a policy for the batch role alone: whoever else were granted one would
    # see nothing.
    parts = {f"credit_records_p{number:02}" for number in range(CreditRecord.__partitions__)}
    assert len(parts) == 8
    assert forced == {model.__tablename__ for model in protected()} | parts
    assert {row[3] for row in rows} == {"suxin_owner"}
    doorways = {model.__tablename__ for model in models() if model.__doorway__ is not None}
    stagings = {model.__tablename__ for model in models() if model.__staging__ is not None}
    assert {row[0] for row in rows} == forced | doorways | stagings | {"alembic_version"}


async def test_the_roles_can_neither_create_nor_reach_what_is_not_theirs(admin):
    for role in ROLES:
        assert not await admin.fetchval("select has_schema_privilege($1, 'public', 'create')", role)
    row = await admin.fetchrow(
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit"
        " from pg_roles where rolname = 'suxin_app'"
    )
    assert tuple(row) == (False, False, False, False, False, False)
    views = "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')"
    # A view reads with its owner's rights and would step around the policies.
    assert await admin.fetchval(views) == 0
    definers = (
        "select count(*) from pg_proc where pronamespace = 'public'::regnamespace and prosecdef"
    )
    assert await admin.fetchval(definers) == 0


BANK, OTHER_BANK, SUBJECT, REQUEST, CONSENT = (UUID(int=number) for number in range(1, 6))
SECOND = timedelta(seconds=1)


def officer(**changes: Any) -> Actor:
    actor = Actor(
        kind=ActorKind.STAFF,
        request_id="r1",
        tenant_id=BANK,
        tenant_kind="bank",
        staff_id=uuid4(),
        purposes=("loan.contract", "loan.match"),
    )
    return replace(actor, **changes)


def basis(now: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "subject_id": SUBJECT,
        "tenant_id": BANK,
        "kind": "consent",
        "purpose": "loan.match",
        "categories": ["tax", "loan_request", "identity"],
        "context_id": REQUEST,
        "source_id": CONSENT,
        "starts_at": now - timedelta(days=1),
        "ends_at": now + timedelta(days=1),
        "ended_at": None,
        **changes,
    }


@pytest.fixture
async def about_the_subject(admin, now) -> None:
    """One row of each shape about the subject: a category in a column, a fixed category, a category and a matter."""
    about = {"subject_id": SUBJECT, "request_id": REQUEST, "category": "tax"}
    for model, more in (
        (CreditRecord, {"polarity": "neutral", "status": "active"}),
        (PersonIdentity, {}),
        (LeadParty, {}),
    ):
        await insert(admin, model, sample(model, now, **about, **more))
    request = {"subject_id": SUBJECT, "id": REQUEST, "term_months": 12}
    await insert(admin, LoanRequest, sample(LoanRequest, now, **request))


async def seen(database: Database, actor: Actor, now: datetime) -> list[int]:
    shapes = (CreditRecord, PersonIdentity, LeadParty, LoanRequest)
    async with database.snapshot(actor, now=now) as session:
        return [len((await session.scalars(select(shape))).all()) for shape in shapes]


EVERYTHING, NOTHING = [1, 1, 1, 1], [0, 0, 0, 0]
LIVE = {
    "as it is": {},
    "from this very moment": {"starts_at": timedelta(0)},
    "until a second from now": {"ends_at": SECOND},
    "a contract": {"kind": "contract", "purpose": "loan.contract"},
}
DEAD = {
    "not yet": {"starts_at": SECOND},
    "over at this very moment": {"ends_at": timedelta(0)},
    "long over": {"starts_at": -timedelta(days=9), "ends_at": -timedelta(days=2)},
    "paused or revoked": {"ended_at": -SECOND},
    "another purpose": {"purpose": "marketing"},
    "another tenant": {"tenant_id": OTHER_BANK},
    "another subject": {"subject_id": uuid4()},
    "another category": {"categories": ["honours"]},
}


def _dated(changes: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        name: now + value if isinstance(value, timedelta) else value
        for name, value in changes.items()
    }


@pytest.mark.usefixtures("about_the_subject")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [*((live, EVERYTHING) for live in LIVE.values()), *((dead, NOTHING) for dead in DEAD.values())],
    ids=[*LIVE, *DEAD],
)
async def test_only_a_live_basis_admits(database, admin, now, changes, expected):
    assert await seen(database, officer(), now) == NOTHING
    await insert(admin, AccessBasis, basis(now, **_dated(changes, now)))
    assert await seen(database, officer(), now) == expected


@pytest.mark.usefixtures("about_the_subject")
async def test_a_basis_admits_its_categories_only(database, admin, now):
    await insert(admin, AccessBasis, basis(now, categories=["tax"]))
    assert await seen(database, officer(), now) == [1, 0, 0, 0]
    await insert(admin, AccessBasis, basis(now, categories=["identity"]))
    assert await seen(database, officer(), now) == [1, 1, 0, 0]


@pytest.mark.usefixtures("about_the_subject")
@pytest.mark.parametrize("context", [uuid4(), None], ids=["another request", "no request"])
async def test_a_basis_for_another_matter_does_not_lift_the_blind(database, admin, now, context):
    await insert(admin, AccessBasis, basis(now, context_id=context))
    assert await seen(database, officer(), now) == [1, 1, 0, 0]


@pytest.mark.usefixtures("about_the_subject")
@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (officer(consent_id=CONSENT), EVERYTHING),
        (officer(consent_id=uuid4()), NOTHING),
        (officer(purposes=()), NOTHING),
        (officer(purposes=("marketing",)), NOTHING),
        (officer(tenant_id=OTHER_BANK), NOTHING),
        (officer(tenant_id=None), NOTHING),
        (Actor.anonymous("r1"), NOTHING),
    ],
    ids=["same consent", "other consent", "no purpose", "other purpose", "other bank", "none", "?"],
)
async def test_the_caller_must_be_the_one_the_basis_is_for(database, admin, now, caller, expected):
    await insert(admin, AccessBasis, basis(now))
    assert await seen(database, caller, now) == expected


@pytest.mark.usefixtures("about_the_subject")
async def test_ending_a_basis_acts_on_the_very_next_statement(database, admin, now):
    """PIPL art. 15: consent can be taken back; also for a request that runs already."""
    await insert(admin, AccessBasis, basis(now))
    async with database.transaction(officer(), now=now) as session:
        assert len((await session.scalars(select(CreditRecord))).all()) == 1
        await admin.execute("update access_bases set ended_at = $1", now)
        assert (await session.scalars(select(CreditRecord))).all() == []


async def test_a_tenant_cannot_grant_itself_a_basis(database, admin, now):
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction(officer(), now=now) as session:
            session.add(AccessBasis(**basis(now)))
    assert await admin.fetchval("select count(*) from access_bases") == 0
    person = Actor.subject("r1", person_id=uuid4(), subject_id=SUBJECT)
    async with database.transaction(person, now=now) as session:
        session.add(AccessBasis(**basis(now)))
    async with database.transaction(officer(), now=now) as session:
        # Readable, so that the bank knows its ground, and held while it acts on it; but not changed.
        held = select(AccessBasis).with_for_update(read=True)
        assert len((await session.scalars(held)).all()) == 1
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction(officer(), now=now) as session:
            await session.execute(update(AccessBasis).values(ended_at=now))
    # And nobody makes one longer, neither whom it serves nor whom it is about.
    for actor in (officer(), person):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.transaction(actor, now=now) as session:
                longer = update(AccessBasis).values(ends_at=now + timedelta(days=999))
                await session.execute(longer)
    kept = await admin.fetchrow("select ends_at, ended_at from access_bases")
    assert tuple(kept) == (now + timedelta(days=1), None)
