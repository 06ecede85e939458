"""Who adds to the audit stream signs as himself, names whom it concerns, and leaves the sealing to the sealer."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import AuditEntry, append_act
from suxin.kernel.audit_chain import seal, verify
from suxin.kernel.database import continue_as
from suxin.kernel.ids import new_id

SYSTEM = Actor.system("r1")
TENANT, SUBJECT = uuid4(), uuid4()
OFFICER = Actor(
    kind=ActorKind.STAFF,
    request_id="r1",
    tenant_id=TENANT,
    tenant_kind="bank",
    staff_id=uuid4(),
)


def entry_by(actor: Actor, now: datetime, **changes: object) -> AuditEntry:
    """What ``append_act`` would write for the actor, but for the changes."""
    values: dict[str, object] = {
        "id": new_id(),
        "at": now,
        "request_id": "r1",
        "actor_kind": actor.kind.value,
        "tenant_id": actor.tenant_id,
        "staff_id": actor.staff_id,
        "person_id": actor.person_id,
        "subject_id": actor.subject_id,
        "action": "test.forged",
        "categories": [],
        "fields": [],
        "row_count": 0,
        "detail": {},
        **changes,
    }
    return AuditEntry(**values)


PERSON = Actor.subject("r1", person_id=uuid4(), subject_id=SUBJECT)
ANYONE = Actor.anonymous("r1")
OPERATOR = Actor(
    kind=ActorKind.OPERATOR, request_id="r1", tenant_id=uuid4(), tenant_kind="operator"
)
FORGED = {
    "a place in the chain": (OFFICER, {"seq": 1}),
    "a hash": (OFFICER, {"hash": b"x" * 32}),
    "the platform": (OFFICER, {"actor_kind": "system"}),
    "an applicant": (OFFICER, {"actor_kind": "subject"}),
    "another person": (PERSON, {"person_id": uuid4()}),
    "no person": (PERSON, {"person_id": None}),
    "a person behind an officer": (OFFICER, {"person_id": uuid4()}),
    "an officer's hand behind an applicant": (PERSON, {"staff_id": uuid4()}),
    "another bank's officer": (OFFICER, {"tenant_id": uuid4()}),
    "an officer of no bank": (OFFICER, {"tenant_id": None}),
    "staff by anyone": (ANYONE, {"actor_kind": "staff", "tenant_id": TENANT}),
    "a staff member by anyone": (ANYONE, {"staff_id": uuid4()}),
    "the platform sealing": (SYSTEM, {"seq": 1, "hash": b"x" * 32}),
    "the platform as staff": (SYSTEM, {"actor_kind": "staff", "tenant_id": TENANT}),
}


@pytest.mark.parametrize(("actor", "changes"), FORGED.values(), ids=FORGED)
async def test_nobody_adds_what_is_not_signed_as_himself(database, admin, now, actor, changes):
    with pytest.raises(DBAPIError, match='row-level security policy for table "audit_entries"'):
        async with database.transaction(actor, now=now) as session:
            session.add(entry_by(actor, now, **changes))
    assert await admin.fetchval("select count(*) from audit_entries") == 0


@pytest.mark.parametrize(
    ("actor", "changes"),
    [
        (OFFICER, {"subject_id": SUBJECT}),
        (PERSON, {"tenant_id": TENANT}),
        (OPERATOR, {"tenant_id": TENANT, "staff_id": uuid4()}),
        (ANYONE, {"tenant_id": TENANT}),
        (SYSTEM, {"tenant_id": TENANT, "subject_id": SUBJECT}),
    ],
    ids=["staff", "applicant", "operator", "anyone", "platform"],
)
async def test_who_signs_as_himself_names_those_concerned(database, admin, now, actor, changes):
    async with database.transaction(actor, now=now) as session:
        session.add(entry_by(actor, now, **changes))
    kinds = await admin.fetch("select actor_kind from audit_entries")
    assert [tuple(row) for row in kinds] == [(actor.kind.value,)]


async def test_the_platform_writes_with_the_proved_person_on_record(database, admin, now):
    """As it does once a service has proved him: opened as anyone, continued as the platform."""
    person_id = uuid4()
    async with database.transaction(ANYONE, now=now) as session:
        await continue_as(session, replace(SYSTEM, person_id=person_id))
        append_act(session, action="test.proved", now=now)
    row = await admin.fetchrow("select actor_kind, person_id from audit_entries")
    assert tuple(row) == ("system", person_id)


async def test_the_batch_role_loads_history_but_seals_nothing_in_and_once_only(batch, admin, now):
    async with batch.transaction(SYSTEM, now=now) as session:
        session.add(entry_by(OFFICER, now))
    with pytest.raises(DBAPIError, match="row-level security"):
        async with batch.transaction(SYSTEM, now=now) as session:
            session.add(entry_by(OFFICER, now, seq=1, hash=b"x" * 32))
    async with batch.transaction(SYSTEM, now=now) as session:
        assert await seal(session) == 1
    async with batch.transaction(SYSTEM, now=now) as session:
        again = text("update audit_entries set hash = '' returning id")
        assert (await session.execute(again)).all() == []
    async with batch.snapshot(SYSTEM, now=now) as session:
        assert (await verify(session)).sealed == 1
    assert await admin.fetchval("select count(*) from audit_entries") == 1
