"""Whoever may write into a table writes no more of it than his part."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sample_rows import insert, sample
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.bases import AccessBasis
from suxin.kernel.notices import Notice
from suxin.subjects.models import Mandate, PersonIdentity

SECOND = timedelta(seconds=1)


def officer() -> Actor:
    return Actor(kind=ActorKind.STAFF, request_id="r1", tenant_id=uuid4(), tenant_kind="bank")


PERSON, FIRM = UUID(int=6), UUID(int=7)
HIMSELF = Actor.subject("r1", person_id=PERSON, subject_id=PERSON)


def mandate(now: datetime, **changes: Any) -> dict[str, Any]:
    given = {"person_id": PERSON, "subject_id": FIRM, "ends_at": now + timedelta(days=9)}
    return sample(Mandate, now, **(given | changes))


async def test_nobody_gives_himself_a_mandate_or_a_proved_identity(database, admin, now):
    for row in (
        Mandate(**mandate(now)),
        PersonIdentity(**sample(PersonIdentity, now, subject_id=PERSON)),
    ):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with database.transaction(HIMSELF, now=now) as session:
                session.add(row)
    assert await admin.fetchval("select count(*) from mandates") == 0
    assert await admin.fetchval("select count(*) from person_identities") == 0
    await insert(admin, PersonIdentity, sample(PersonIdentity, now, subject_id=PERSON))
    async with database.transaction(HIMSELF, now=now) as session:
        assert len((await session.scalars(select(PersonIdentity))).all()) == 1
        other = update(PersonIdentity).values(proof_ref="x").returning(PersonIdentity.subject_id)
        assert (await session.execute(other)).all() == []


async def test_a_person_ends_his_own_mandate_once_and_changes_nothing_else(database, admin, now):
    await insert(admin, Mandate, mandate(now))
    await insert(admin, Mandate, mandate(now, person_id=uuid4()))
    for column in ("ends_at", "subject_id", "role"):
        for actor in (HIMSELF, Actor.system("r1")):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with database.transaction(actor, now=now) as session:
                    await session.execute(text(f"update mandates set {column} = {column}"))  # noqa: S608 - names of our own tables

    async def ending(at: datetime | None) -> int:
        async with database.transaction(HIMSELF, now=now) as session:
            ended = update(Mandate).values(ended_at=at).returning(Mandate.id)
            return len((await session.execute(ended)).all())

    with pytest.raises(DBAPIError, match="row-level security"):
        await ending(None)
    assert await ending(now) == 1
    # What has ended is not begun again, nor ended at another time.
    assert await ending(None) == 0
    assert await ending(now + SECOND) == 0
    ends = await admin.fetch("select person_id = $1, ended_at from mandates order by 1", PERSON)
    assert [tuple(row) for row in ends] == [(False, None), (True, now)]


async def test_a_tenant_holds_its_own_basis_in_place_and_writes_none(database, admin, now):
    bank, mine = officer(), uuid4()
    for basis_id, tenant_id in ((mine, bank.tenant_id), (uuid4(), uuid4())):
        given = {
            "id": basis_id,
            "tenant_id": tenant_id,
            "subject_id": FIRM,
            "ends_at": now + SECOND,
        }
        await insert(admin, AccessBasis, sample(AccessBasis, now, **given))
    before = await admin.fetch("select * from access_bases order by id")
    async with database.transaction(bank, now=now) as session:
        held = await session.scalars(select(AccessBasis.id).with_for_update(read=True))
        assert held.all() == [mine]
    for change in ({"ended_at": now}, {"ended_at": None}):
        with pytest.raises(DBAPIError, match="row-level security"):
            async with database.transaction(bank, now=now) as session:
                await session.execute(update(AccessBasis).values(**change))
    for actor in (bank, Actor.subject("r1", person_id=PERSON, subject_id=FIRM), Actor.system("r1")):
        for column in ("tenant_id", "ends_at", "categories"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with database.transaction(actor, now=now) as session:
                    await session.execute(text(f"update access_bases set {column} = {column}"))  # noqa: S608 - names of our own tables
    assert await admin.fetch("select * from access_bases order by id") == before


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("audit_entries", "action"),
        ("decision_snapshots", "sha256"),
        ("lead_parties", "subject_id"),
        ("notice_texts", "body"),
    ],
)
async def test_what_is_only_added_is_changed_by_no_caller(database, now, table, column):
    for actor in (HIMSELF, officer(), Actor.system("r1")):
        for statement in (f"update {table} set {column} = {column}", f"delete from {table}"):  # noqa: S608 - names of our own tables
            with pytest.raises(DBAPIError, match="permission denied"):
                async with database.transaction(actor, now=now) as session:
                    await session.execute(text(statement))


async def test_an_anonymous_caller_writes_into_nobodys_inbox(database, admin, now):
    def notice() -> Notice:
        return Notice(
            **sample(Notice, now, person_id=PERSON, facts={}) | {"tenant_id": None, "id": uuid4()}
        )

    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction(Actor.anonymous("r1"), now=now) as session:
            session.add(notice())
    assert await admin.fetchval("select count(*) from notices") == 0
    async with database.transaction(officer(), now=now) as session:
        session.add(notice())
    assert await admin.fetchval("select count(*) from notices") == 1
