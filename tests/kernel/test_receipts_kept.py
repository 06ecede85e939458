"""Receipts are kept: no role, job or command of the product removes one, however old it is.

Kept for five years at least (the longest that a source asks for is 深圳经济特区社会信用条例; proposed here). Nothing prunes
them after that either: the stream is kept for as long as the platform lives.
"""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

import suxin
import suxin_server
from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import Ground, Receipt, note_read
from suxin_server.pruning import prune

COUNT = "select count(*) from audit_entries where action = 'data.read'"
SIX_YEARS = timedelta(days=6 * 366)


@pytest.fixture
async def noted(database, now):
    """A receipt of six years ago."""
    officer = Actor(kind=ActorKind.STAFF, request_id="r1", tenant_id=uuid4(), staff_id=uuid4())
    receipt = Receipt(
        subject_id=uuid4(),
        purpose="loan.match",
        categories=("tax",),
        fields=("content",),
        row_count=1,
        ground=Ground(consent_id=uuid4()),
    )
    async with database.transaction(officer, now=now - SIX_YEARS) as session:
        note_read(session, receipt)


@pytest.mark.parametrize("table", ["audit_entries", "audit_heads"])
@pytest.mark.parametrize("role", ["suxin_app", "suxin_doorway", "suxin_batch"])
async def test_no_role_that_works_may_remove_or_empty(admin, role, table):
    for privilege in ("DELETE", "TRUNCATE"):
        assert not await admin.fetchval(
            "select has_table_privilege($1, $2, $3)", role, table, privilege
        )


@pytest.mark.parametrize("statement", ["delete from audit_entries", "truncate audit_entries"])
async def test_a_request_and_a_load_are_refused(city, admin, noted, statement):
    for url in (city.app, city.batch):
        connection = await asyncpg.connect(url)
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        finally:
            await connection.close()
    assert await admin.fetchval(COUNT) == 1


async def test_even_the_owner_of_the_tables_deletes_and_rewrites_none(city, admin, noted):
    """Row policies bind the owner too, and none admits it: only whoever could change the tables themselves could."""
    connection = await asyncpg.connect(city.owner)
    try:
        assert await connection.execute("delete from audit_entries") == "DELETE 0"
        assert await connection.execute("update audit_entries set row_count = 0") == "UPDATE 0"
    finally:
        await connection.close()
    assert await admin.fetchval(COUNT + " and row_count = 1") == 1


async def test_what_is_pruned_once_a_day_leaves_them(database, admin, noted, now):
    await prune(database, now=now)
    assert await admin.fetchval(COUNT) == 1


def test_no_code_asks_for_it():
    """A command or a job that removed one would be refused by its role; none tries."""
    removing = re.compile(
        r"delete\(\s*AuditEntry|delete\w* from audit_entries|truncate[^\n]*audit", re.IGNORECASE
    )
    sources = [
        path
        for package in (suxin, suxin_server)
        for path in Path(package.__path__[0]).rglob("*.py")
    ]
    assert len(sources) > 100
    assert [path.name for path in sources if removing.search(path.read_text())] == []
