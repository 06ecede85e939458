"""Staff of a made-up tenant, its branches as rows to write and read, and what the audit stream says of it."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from suxin.kernel.actor import Actor, ActorKind
from suxin.kernel.audit import Ground, Receipt
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.tenancy.models import Branch

TENANT, OTHER, SUBJECT = uuid4(), uuid4(), uuid4()


def staff(tenant_id: UUID = TENANT) -> Actor:
    return Actor(
        kind=ActorKind.STAFF,
        request_id="r1",
        tenant_id=tenant_id,
        tenant_kind="bank",
        staff_id=uuid4(),
        purposes=("loan.match", "loan.contract"),
    )


def branch(tenant_id: UUID, name: str, now: datetime) -> Branch:
    return Branch(tenant_id=tenant_id, id=new_id(), name=name, area_codes=[], created_at=now)


def receipt(subject_id: UUID = SUBJECT) -> Receipt:
    return Receipt(
        subject_id=subject_id,
        purpose="loan.match",
        categories=("tax",),
        fields=("amount",),
        row_count=2,
        ground=Ground(),
    )


async def names(database: Database, tenant_id: UUID, now: datetime) -> list[str]:
    async with database.snapshot(staff(tenant_id), now=now) as session:
        return list(await session.scalars(select(Branch.name).order_by(Branch.name)))


async def actions(admin) -> list[tuple]:
    rows = await admin.fetch(
        "select action, actor_kind, tenant_id, subject_id, detail from audit_entries order by id"
    )
    return [tuple(row) for row in rows]
