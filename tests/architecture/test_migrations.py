"""Migrations go up, down and up again, end where the models are, and never wait long for a lock."""

import asyncio
import re
from collections.abc import Iterator
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from suxin.kernel.tables import models
from suxin_server.migration import alembic_config, migrate, migrations_folder, newest_revisions
from suxin_server.model_registry import CONTEXTS, metadata
from suxin_server.postgres import Postgres


async def ask(url: str, statement: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(statement)]
    finally:
        await connection.close()


@pytest.fixture
def scratch(cluster: Postgres) -> Iterator[str]:
    name = f"scratch_{uuid4().hex}"
    create = f"create database {name} owner suxin_owner template template0"
    asyncio.run(ask(cluster.admin_dsn, create))
    yield cluster.dsn("suxin_owner", database=name)
    asyncio.run(ask(cluster.admin_dsn, f"drop database {name} with (force)"))


TABLES = "select tablename::text from pg_tables where schemaname = 'public' order by 1"
POLICIES = "select tablename || '.' || policyname from pg_policies order by 1"

TRIGGERS = "select tgname::text from pg_trigger where not tgisinternal order by 1"
FUNCTIONS = (
    "select proname::text from pg_proc where pronamespace = 'public'::regnamespace order by 1"
)
EVERYTHING = (TABLES, POLICIES, TRIGGERS, FUNCTIONS)


def test_up_down_and_up_again_and_the_models_have_nothing_to_add(scratch):
    config = alembic_config(scratch)
    config.attributes["metadata"] = metadata
    command.upgrade(config, "head")
    first = [asyncio.run(ask(scratch, question)) for question in EVERYTHING]
    assert len(first[0]) > 25
    assert len(first[1]) > len(first[0])
    assert CONTEXTS
    ruled = [rule for model in models() for rule in model.__rules__ if "CREATE TRIGGER" in rule]
    machines = [model for model in models() if model.__machine__]
    assert len(first[2]) == 2 * len(machines) + len(ruled)
    command.downgrade(config, "base")
    left = [asyncio.run(ask(scratch, question)) for question in EVERYTHING]
    assert left == [["alembic_version"], [], [], []]
    command.upgrade(config, "head")
    assert [asyncio.run(ask(scratch, question)) for question in EVERYTHING] == first
    command.check(config)
    # What `suxin up` does at every start.
    migrate(scratch)
    assert asyncio.run(ask(scratch, TABLES)) == first[0]


def test_there_is_one_head():
    heads = ScriptDirectory.from_config(alembic_config()).get_heads()
    assert len(heads) == 1
    assert newest_revisions() == frozenset(heads)


def test_no_migration_waits_long_for_a_lock():
    """One that waits for a lock makes everyone behind it wait as well."""
    versions = sorted((migrations_folder() / "versions").glob("*.py"))
    assert versions
    for version in versions:
        bodies = re.findall(
            r"^def (upgrade|downgrade)\(\).*?:\n(.*?)(?=^def |\Z)",
            version.read_text(),
            re.MULTILINE | re.DOTALL,
        )
        assert [name for name, _ in bodies] == ["upgrade", "downgrade"]
        for _, body in bodies:
            assert body.lstrip().startswith("op.execute(\"SET LOCAL lock_timeout = '5s'\")")
