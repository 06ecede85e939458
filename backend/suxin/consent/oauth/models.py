"""Tables of the authorization server. Most are doorways: each is what tells who asks, before any row context exists."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    Reader,
    found_by_doorway,
    operator,
    owner_tenant,
    reading_tenant,
    system,
)
from suxin.kernel.tables import WITH_DELETE, Privilege, Table


class ClientStatus(StrEnum):
    """Whether a client may act."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    RETIRED = "RETIRED"


class OAuthClient(Table):
    """A tenant's system or app, with the keys it signs by and what it may ask for; its id is its ``client_id``."""

    __tablename__ = "oauth_clients"
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), found_by_doorway())
    __table_args__ = (
        CheckConstraint("(jwks is null) <> (jwks_uri is null) or not confidential", name="keys"),
        CheckConstraint("length(name) between 2 and 60", name="name"),
        Index("ix_oauth_clients_status", "tenant_id", "status", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, unique=True)
    name: Mapped[str]
    confidential: Mapped[bool]
    jwks: Mapped[dict[str, Any] | None]
    jwks_uri: Mapped[str | None]
    redirect_uris: Mapped[list[str]]
    grant_types: Mapped[list[str]]
    scopes: Mapped[list[str]]
    detail_types: Mapped[list[str]]
    status: Mapped[ClientStatus]
    status_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]

    @property
    def client_id(self) -> str:
        """The id as the protocol writes it."""
        return str(self.id)


class PushedRequest(Table):
    """An authorization request as its client pushed it, under a reference that is good once."""

    __tablename__ = "pushed_requests"
    __doorway__: ClassVar[str | None] = "its reference is all that the browser brings"
    __table_args__ = (Index("ix_pushed_requests_expires_at", "expires_at"),)

    reference_hash: Mapped[bytes] = mapped_column(primary_key=True)
    client_id: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    dpop_jkt: Mapped[str | None]
    pushed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    visited_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]


class GrantKind(StrEnum):
    """Who stands behind a grant."""

    CLIENT = "client"
    STAFF = "staff"
    VISITOR = "visitor"
    APPROVED = "approved"


class OAuthGrant(Table):
    """What was allowed to one client.

    A staff member allows it for himself, so does whoever opened the mini program; a subject allows it about his data.
    ``tenant_id`` is the client's tenant; of the platform's own clients it is the staff member's, and nobody's for a
    visitor of the mini program, who is told by his ``openid``. ``consent_id`` is what a subject approved.
    ``log_in_hash`` is the browser's log-in that the desk's grant was given in, and ends with. ``version`` counts how often it
    was allowed: a token is good for the version that it names.
    """

    __tablename__ = "oauth_grants"
    __doorway__: ClassVar[str | None] = "a token names its grant before the caller is known"
    __table_args__ = (
        CheckConstraint("(kind = 'staff') = (staff_id is not null)", name="staff"),
        CheckConstraint("(kind = 'visitor') = (openid is not null)", name="visitor"),
        CheckConstraint("(kind = 'approved') = (consent_id is not null)", name="approved"),
        CheckConstraint("version > 0", name="version"),
        Index("ix_oauth_grants_staff_id", "tenant_id", "staff_id"),
        Index("ix_oauth_grants_client_id", "client_id", "id"),
        Index("ix_oauth_grants_consent_id", "consent_id"),
        Index("ix_oauth_grants_openid", "openid", postgresql_where=text("openid is not null")),
        Index(
            "ix_oauth_grants_log_in_hash",
            "log_in_hash",
            postgresql_where=text("log_in_hash is not null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[GrantKind]
    client_id: Mapped[str]
    tenant_id: Mapped[UUID | None]
    staff_id: Mapped[UUID | None]
    openid: Mapped[str | None]
    person_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    consent_id: Mapped[UUID | None]
    log_in_hash: Mapped[bytes | None]
    scopes: Mapped[list[str]]
    details: Mapped[list[dict[str, Any]]]
    version: Mapped[int]
    amr: Mapped[list[str]]
    authenticated_at: Mapped[datetime]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class AuthorizationCode(Table):
    """A code on its way through a browser; only its SHA-256 is kept."""

    __tablename__ = "authorization_codes"
    __doorway__: ClassVar[str | None] = "the code is what tells the grant"
    __table_args__ = (Index("ix_authorization_codes_expires_at", "expires_at"),)

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    grant_id: Mapped[UUID]
    client_id: Mapped[str]
    redirect_uri: Mapped[str]
    code_challenge: Mapped[str]
    dpop_jkt: Mapped[str | None]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RefreshToken(Table):
    """A refresh token; only its SHA-256 is kept. A public client's is bound to a key and used once."""

    __tablename__ = "refresh_tokens"
    __doorway__: ClassVar[str | None] = "the token is what tells the grant"
    __table_args__ = (
        Index("ix_refresh_tokens_grant_id", "grant_id"),
        Index("ix_refresh_tokens_expires_at", "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    grant_id: Mapped[UUID]
    client_id: Mapped[str]
    dpop_jkt: Mapped[str | None]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class UsedAssertion(Table):
    """A client's assertion, or a provider's log-out token, that was used; kept until it has expired."""

    __tablename__ = "used_assertions"
    __doorway__: ClassVar[str | None] = "used while whoever signed it shows who he is"
    __table_args__ = (Index("ix_used_assertions_expires_at", "expires_at"),)

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class EndedToken(Table):
    """An access token that was revoked by itself; kept until it would have expired."""

    __tablename__ = "ended_tokens"
    __doorway__: ClassVar[str | None] = "looked up before the caller is known"
    __table_args__ = (Index("ix_ended_tokens_expires_at", "expires_at"),)

    token_id: Mapped[UUID] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class DeviceState(StrEnum):
    """Where a device's request stands."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    USED = "USED"


class DeviceCode(Table):
    """A device's request, decided in a browser under its user code; both are kept as SHA-256 alone."""

    __tablename__ = "device_codes"
    __doorway__: ClassVar[str | None] = "the code is all that the device brings"
    __table_args__ = (Index("ix_device_codes_expires_at", "expires_at"),)

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_code_hash: Mapped[bytes] = mapped_column(unique=True)
    client_id: Mapped[str]
    scopes: Mapped[list[str]]
    details: Mapped[list[dict[str, Any]]]
    dpop_jkt: Mapped[str | None]
    state: Mapped[DeviceState]
    grant_id: Mapped[UUID | None]
    interval_s: Mapped[int]
    polled_at: Mapped[datetime | None]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LogInSession(Table):
    """A browser in which a staff member or a subject has shown who he is to the authorization server.

    A staff member may have shown it at his tenant's own provider: ``provider_subject`` is who he is there,
    ``provider_session`` in which of its sessions, if it tells them apart.
    """

    __tablename__ = "log_in_sessions"
    __doorway__: ClassVar[str | None] = "the browser's cookie is what tells the person"
    __table_args__ = (
        CheckConstraint("(staff_id is null) <> (person_id is null)", name="one"),
        CheckConstraint("(provider_id is null) = (provider_subject is null)", name="provider"),
        Index("ix_log_in_sessions_staff_id", "tenant_id", "staff_id"),
        Index(
            "ix_log_in_sessions_provider_id",
            "provider_id",
            postgresql_where=text("provider_id is not null"),
        ),
        Index("ix_log_in_sessions_expires_at", "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID | None]
    staff_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    provider_id: Mapped[UUID | None]
    provider_subject: Mapped[str | None]
    provider_session: Mapped[str | None]
    amr: Mapped[list[str]]
    authenticated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DeprecatedUse(Table):
    """How often a client used one deprecated element of the GraphQL schema on one day (in Shanghai).

    ``coordinate`` names the element as ``Query.referrals(states:)``; what was asked, and about whom, is not here.
    """

    __tablename__ = "deprecated_uses"
    __privileges__: ClassVar[tuple[Privilege, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (reading_tenant(), operator(), system())
    __table_args__ = (
        CheckConstraint("uses > 0", name="uses"),
        CheckConstraint("length(coordinate) between 3 and 200", name="coordinate"),
        Index(
            "uq_deprecated_uses_day",
            "tenant_id",
            "client_id",
            "coordinate",
            "day",
            unique=True,
        ),
        Index("ix_deprecated_uses_day", "tenant_id", "day", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID]
    coordinate: Mapped[str]
    day: Mapped[date]
    uses: Mapped[int]
