"""Tenants, branches, staff, memberships, quotas; and the doorways of their log-ins."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    BATCH_ROLE,
    SANDBOX,
    Reader,
    found_by_doorway,
    operator,
    owner_tenant,
    published,
    reading_tenant,
    system,
)
from suxin.kernel.sealed_columns import indexed, sealed
from suxin.kernel.tables import WITH_DELETE, Privilege, Table, append_and_change
from suxin.tenancy.profiles import TenantKind

SECOND_FACTOR: Final = "staff.second_factor"
LOG_IN_NAME: Final = "staff.log_in"
"""The purpose for which log-in names are hashed where wrong passwords are counted."""


class TenantStatus(StrEnum):
    """Whether a tenant may act."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


class Tenant(Table):
    """An organisation. Its name and kind are public while it is active; it is run by the operator.

    ``credit_licensed`` says that it holds a licence for personal credit reporting (个人征信业务经营许可).
    A ``sandbox`` is a bank's world of its own, to try its systems in: nobody of the city sees it, and it sees nobody of the city.
    ``second_factor_from`` is when the roles that commit it begin to need a second factor; null, and they never do.
    """

    __tablename__ = "tenants"
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant("id"),
        published(f"status = 'ACTIVE' and coalesce(id = {SANDBOX}, not sandbox)"),
        operator(writes=True),
        system(),
        found_by_doorway(),
        Reader("batch", "true", "SELECT", BATCH_ROLE),
    )
    __table_args__ = (
        CheckConstraint("length(name) between 2 and 120", name="name"),
        # An organisation is a tenant once, and may have one sandbox beside.
        UniqueConstraint("uscc", "sandbox"),
        CheckConstraint("not sandbox or kind = 'bank'", name="sandbox"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[TenantKind]
    name: Mapped[str]
    short_name: Mapped[str]
    uscc: Mapped[str]
    contact: Mapped[str]
    area_code: Mapped[str]
    status: Mapped[TenantStatus]
    status_reason: Mapped[str | None]
    credit_licensed: Mapped[bool]
    sandbox: Mapped[bool]
    created_at: Mapped[datetime]
    second_factor_from: Mapped[datetime | None]

    @property
    def world(self) -> UUID | None:
        """The sandbox that its people and systems are confined to; none of the city itself."""
        return self.id if self.sandbox else None

    def suspend(self, *, reason: str) -> None:
        """Stop the tenant from acting."""
        self.status, self.status_reason = TenantStatus.SUSPENDED, reason

    def resume(self) -> None:
        """Let the tenant act again."""
        self.status, self.status_reason = TenantStatus.ACTIVE, None


class Branch(Table):
    """An office of a tenant, serving some areas (empty: the whole city)."""

    __tablename__ = "branches"
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    area_codes: Mapped[list[str]]
    created_at: Mapped[datetime]


class StaffMember(Table):
    """A person who works for a tenant."""

    __tablename__ = "staff"
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), found_by_doorway())

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    login: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Membership(Table):
    """A role given to a staff member, bounded by a branch and by areas (empty: the whole tenant)."""

    __tablename__ = "memberships"
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), found_by_doorway())
    __privileges__: ClassVar[tuple[Privilege, ...]] = WITH_DELETE
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        ForeignKeyConstraint(["tenant_id", "branch_id"], ["branches.tenant_id", "branches.id"]),
        Index("ix_memberships_staff_id", "tenant_id", "staff_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID]
    role: Mapped[str]
    branch_id: Mapped[UUID | None]
    area_codes: Mapped[list[str]]
    granted_at: Mapped[datetime]


class StaffLeave(Table):
    """Days on which a staff member is away, both named days included, and the colleague who covers for him.

    The platform reads it as well: a deadline is told to whoever covers on that day.
    """

    __tablename__ = "staff_leaves"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("cancelled_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        ForeignKeyConstraint(["tenant_id", "cover_id"], ["staff.tenant_id", "staff.id"]),
        CheckConstraint("ends_on >= starts_on", name="days"),
        CheckConstraint("cover_id <> staff_id", name="cover"),
        Index("ix_staff_leaves_ends_on", "tenant_id", "ends_on"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID]
    cover_id: Mapped[UUID]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class Quota(Table):
    """A tenant's own limit in place of its profile's default, and how much of it is used."""

    # A tenant counts its own use, so that it writes its row; that the ceiling is the operator's to set is no condition
    # on a row and is kept by ``tenancy.quotas`` alone.
    __tablename__ = "quotas"
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), operator(writes=True))
    __table_args__ = (CheckConstraint("used >= 0 and used <= ceiling", name="within"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    ceiling: Mapped[int]
    used: Mapped[int]


class StaffLogIn(Table):
    """A staff member's log-in name and password hash (argon2id); a temporary password must be changed before all else."""

    __tablename__ = "staff_log_ins"
    __doorway__: ClassVar[str | None] = "the log-in name is what tells the tenant"
    __table_args__ = (Index("ix_staff_log_ins_tenant_id", "tenant_id", "staff_id"),)

    login: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    staff_id: Mapped[UUID]
    password_hash: Mapped[str]
    # Whoever showed who he is before this moment does so again: with the password as it was, he showed nothing.
    password_set_at: Mapped[datetime]
    temporary: Mapped[bool]


class SecondFactor(Table):
    """The secret of a staff member's authenticator app, and the last step of time whose code he used."""

    __tablename__ = "second_factors"
    __doorway__: ClassVar[str | None] = "asked for before the log-in is complete"
    # Sealed anew when keys rotate.
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE")

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    secret_sealed: Mapped[bytes] = sealed(SECOND_FACTOR, row="staff_id")
    begun_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]


class RecoveryCode(Table):
    """A code that stands in once for a lost authenticator app; only its SHA-256 is kept, until it is used."""

    __tablename__ = "recovery_codes"
    __doorway__: ClassVar[str | None] = "asked for before the log-in is complete"
    __table_args__ = (Index("ix_recovery_codes_staff_id", "tenant_id", "staff_id"),)

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    staff_id: Mapped[UUID]


class LogInFailure(Table):
    """Wrong passwords in a row under one log-in name, known or not; the name is kept only as its keyed hash."""

    __tablename__ = "log_in_failures"
    __doorway__: ClassVar[str | None] = "counted before anybody is known to stand at the door"
    # Counted by key version before a key is dropped.
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __table_args__ = (Index("ix_log_in_failures_expires_at", "expires_at"),)

    name_index: Mapped[bytes] = indexed(LOG_IN_NAME, primary_key=True)
    # Of the key behind the hash; a count is forgotten within the hour, and its row is gone a day later.
    key_version: Mapped[int]
    failures: Mapped[int]
    locked_until: Mapped[datetime | None]
    expires_at: Mapped[datetime]


class DeskSession(Table):
    """Somebody at his desk, on a grant that he gave the desk by logging in; only the SHA-256 of its token is kept."""

    __tablename__ = "desk_sessions"
    __doorway__: ClassVar[str | None] = "the session token is what tells the tenant"
    __table_args__ = (
        Index("ix_desk_sessions_staff_id", "tenant_id", "staff_id"),
        Index("ix_desk_sessions_grant_id", "grant_id"),
        Index("ix_desk_sessions_expires_at", "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    staff_id: Mapped[UUID]
    grant_id: Mapped[UUID]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
