"""The audit stream: every read of a subject's data and every change of state, in one append-only table.

Entries are written in the transaction of what they tell of; a sealer hash-chains them within a second, because sealing
inline would make every writer wait for the one before. Each hash covers the entry and the hash before it, so that a
changed, removed or inserted entry breaks the chain from there on. Subjects see the entries about themselves
(PIPL art. 44-45; 征信业管理条例 art. 22: who read, when, what, for which purpose).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.actor import Actor
from suxin.kernel.doorways import add_outside
from suxin.kernel.ids import new_id
from suxin.kernel.readers import (
    BATCH_ROLE,
    KIND,
    PERSON,
    TENANT,
    TENANT_KIND,
    Reader,
    batch,
    data_subject,
    operator,
    published,
    when,
)
from suxin.kernel.sandbox_clocks import machine_time
from suxin.kernel.tables import APPEND_ONLY, READ_ONLY, Privilege, Table

READ_ACTION: Final = "data.read"

# Whoever adds an entry signs it with what the transaction's context says of him, and leaves sealing to the sealer.
# The tenant is his own where he acts for one; an applicant, the operator and the platform name the party concerned,
# and so does who fails to log in, before he is known.
_SIGNED: Final = (
    "seq is null and hash is null"
    f" and actor_kind = {KIND} and person_id is not distinct from {PERSON}"
    " and (staff_id is null or actor_kind in ('staff', 'client', 'operator'))"
    f" and (actor_kind not in ('staff', 'client') or tenant_id is not distinct from {TENANT}"
    # A borrowed row context has no tenant kind; that it is borrowed is an entry of its own, naming whose it is.
    f" or {TENANT_KIND} is null or action = 'kernel.act_for')"
)


class AuditEntry(Table):
    """One fact: who did or read what, with which client, about whom, for which purpose, on which consent or contract.

    Kept for as long as the platform lives, at least five years: no role may delete an entry.
    """

    __tablename__ = "audit_entries"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE (seq, hash)")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        # A tenant reads what its own people did; what a subject did towards it could name him before he consents.
        when("own_acts", f"tenant_id = {TENANT} and actor_kind in ('staff', 'client')"),
        operator(),
        # The platform measures how far the sealer lags behind; of what is sealed it needs nothing.
        when("lag", f"{KIND} = 'system' and seq is null"),
        when("signed", _SIGNED, "INSERT"),
        Reader("batch", "true", "SELECT", BATCH_ROLE),
        # History is loaded in sets, with whoever acted then; it is sealed as everything else is.
        Reader("history", "seq is null and hash is null", "INSERT", BATCH_ROLE),
        Reader(
            "sealer", "seq is null", "UPDATE", BATCH_ROLE, "seq is not null and hash is not null"
        ),
    )
    __table_args__ = (
        Index("ix_audit_entries_unsealed", "id", postgresql_where=text("seq is null")),
        Index("ix_audit_entries_subject_id", "subject_id", "id"),
        Index("ix_audit_entries_tenant_id", "tenant_id", "id"),
        # Entries come in the order of their time, so that a range of days is a range of blocks.
        Index("ix_audit_entries_at", "at", postgresql_using="brin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    request_id: Mapped[str]
    actor_kind: Mapped[str]
    tenant_id: Mapped[UUID | None]
    staff_id: Mapped[UUID | None]
    client_id: Mapped[str | None]
    person_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    consent_id: Mapped[UUID | None]
    contract_id: Mapped[UUID | None]
    action: Mapped[str]
    object_type: Mapped[str | None]
    object_id: Mapped[UUID | None]
    purpose: Mapped[str | None]
    categories: Mapped[list[str]]
    fields: Mapped[list[str]]
    row_count: Mapped[int]
    detail: Mapped[dict[str, Any]]
    seq: Mapped[int | None] = mapped_column(unique=True)
    hash: Mapped[bytes | None]


class AuditHead(Table):
    """The chain's last hash of a day, published so that the past cannot be rewritten unnoticed."""

    __tablename__ = "audit_heads"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")
    __readers__: ClassVar[tuple[Reader, ...]] = (published(), batch())

    day: Mapped[date] = mapped_column(primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a reading relied on: the consent or the contract that opened the data (PIPL art. 13); neither under a statute."""

    consent_id: UUID | None = None
    contract_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was read about one subject in one request: categories, fields, number of rows, and the ground relied on.

    ``for_tenant`` is whom the platform read it for, where a tenant is told of it unasked.
    """

    subject_id: UUID
    purpose: str
    categories: tuple[str, ...]
    fields: tuple[str, ...]
    row_count: int
    object_type: str | None = None
    object_id: UUID | None = None
    ground: Ground
    for_tenant: UUID | None = None


def append_act(
    session: AsyncSession,
    *,
    action: str,
    now: datetime,
    tenant_id: UUID | None = None,
    subject_id: UUID | None = None,
    object_type: str | None = None,
    object_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add the fact that the session's actor did ``action`` to the stream, in this transaction.

    ``tenant_id`` and ``subject_id`` name those concerned when they are not the actor's own. The stream is evidence, and
    goes by the machine's clock wherever its entries come from.
    """
    entry = act_of(
        session.info["actor"], action=action, at=machine_time(session, now), tenant_id=tenant_id,
        subject_id=subject_id, object_type=object_type, object_id=object_id, detail=detail,
    )  # fmt: skip
    add_outside(session, entry)


def act_of(
    actor: Actor,
    *,
    action: str,
    at: datetime,
    tenant_id: UUID | None = None,
    subject_id: UUID | None = None,
    object_type: str | None = None,
    object_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditEntry:
    """Return the entry that says that an actor did ``action``, for whoever writes it down himself; ``at`` is the machine's clock."""
    helped = {} if actor.assistance is None else actor.assistance.words
    return AuditEntry(
        id=new_id(),
        at=at,
        request_id=actor.request_id,
        actor_kind=actor.kind.value,
        tenant_id=tenant_id or actor.tenant_id,
        staff_id=actor.staff_id,
        client_id=actor.client_id,
        person_id=actor.person_id,
        subject_id=subject_id or actor.subject_id,
        consent_id=actor.consent_id,
        contract_id=None,
        action=action,
        object_type=object_type,
        object_id=object_id,
        purpose=None,
        categories=[],
        fields=[],
        row_count=0,
        detail={**(detail or {}), **helped},
    )


def borrowing(
    actor: Actor,
    *,
    reason: str,
    at: datetime,
    tenant_id: UUID | None = None,
    subject_id: UUID | None = None,
) -> AuditEntry:
    """Return the entry without which nobody touches rows of another tenant or subject (``database.act_for``)."""
    return act_of(
        actor,
        action="kernel.act_for",
        at=at,
        tenant_id=tenant_id,
        subject_id=subject_id,
        detail={"reason": reason},
    )


def note_read(session: AsyncSession, receipt: Receipt) -> None:
    """Note that the session's actor read a subject's data; committed before the answer is sent.

    A subject who reads his own data leaves no receipt.
    """
    actor: Actor = session.info["actor"]
    if receipt.subject_id in (actor.subject_id, actor.person_id):
        return
    session.info["receipts"].append(receipt)


async def write_receipts(session: AsyncSession, actor: Actor, now: datetime) -> None:
    """Append the receipts noted on the session to the stream."""
    receipts: list[Receipt] = session.info["receipts"]
    at = machine_time(session, now)
    session.add_all(receipt_of(actor, receipt, at=at) for receipt in receipts)
    session.info["receipts"] = []
    await session.flush()


def receipt_of(actor: Actor, receipt: Receipt, *, at: datetime) -> AuditEntry:
    """Return the entry that says what an actor read, for whoever writes it down himself; ``at`` is the machine's clock."""
    return AuditEntry(
        id=new_id(),
        at=at,
        request_id=actor.request_id,
        actor_kind=actor.kind.value,
        tenant_id=actor.tenant_id or receipt.for_tenant,
        staff_id=actor.staff_id,
        client_id=actor.client_id,
        person_id=actor.person_id,
        subject_id=receipt.subject_id,
        consent_id=receipt.ground.consent_id,
        contract_id=receipt.ground.contract_id,
        action=READ_ACTION,
        object_type=receipt.object_type,
        object_id=receipt.object_id,
        purpose=receipt.purpose,
        categories=list(receipt.categories),
        fields=list(receipt.fields),
        row_count=receipt.row_count,
        detail={},
    )
