"""Tables of tenants' own identity providers: their settings, the links of staff, and log-ins on their way."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, batch, found_by_doorway, owner_tenant
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import WITH_DELETE, Privilege, Table
from suxin.tenancy.providers.id_tokens import Demands

CLIENT_SECRET: Final = "identity_provider.client_secret"  # noqa: S105 - the purpose it is sealed for

_HOUSE: Final = frozenset({Party.TENANT, Party.OPERATOR})

MAX_AGE_MINUTES: Final = 24 * 60
"""Who logged in here stays so for half of that anyway."""


class ProviderState(StrEnum):
    """Whether staff log in by the provider; a draft waits for a log-in that is tried."""

    DRAFT = "DRAFT"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


class ClientMethod(StrEnum):
    """How the platform shows a provider that it is its client (OpenID Connect Core §9)."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105 - a method


class IdentityProvider(Table):
    """A tenant's own provider: one at most. Its id is in the addresses by which staff log in.

    ``trusts_second_factor`` says that a log-in for which the provider asked for several factors (``mfa`` in ``amr``) needs
    none of ours; ``keeps_passwords`` that passwords are taken besides. ``max_age_minutes`` is how long ago somebody may have
    shown there who he is (0: just now), ``acr_values`` which classes of doing so are taken; without either, whatever the
    provider holds enough. ``tried_at`` is when a log-in by the settings as they are was tried.
    """

    __tablename__ = "identity_providers"
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), found_by_doorway(), batch())
    __privileges__: ClassVar[tuple[Privilege, ...]] = WITH_DELETE
    # Sealed anew when keys rotate.
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE")
    __machine__: ClassVar[StateMachine[ProviderState] | None] = StateMachine(
        begins={ProviderState.DRAFT: _HOUSE},
        steps=(
            Step(
                leaves=frozenset({ProviderState.DRAFT, ProviderState.SUSPENDED}),
                to=ProviderState.ACTIVE,
                by=_HOUSE,
            ),
            Step(
                leaves=frozenset({ProviderState.ACTIVE}),
                to=ProviderState.SUSPENDED,
                by=_HOUSE,
            ),
            Step(
                leaves=frozenset({ProviderState.ACTIVE, ProviderState.SUSPENDED}),
                to=ProviderState.DRAFT,
                by=_HOUSE,
            ),
        ),
    )
    __table_args__ = (
        CheckConstraint(
            "(method = 'client_secret_basic') = (secret_sealed is not null)", name="secret"
        ),
        CheckConstraint("state <> 'ACTIVE' or tried_at is not null", name="tried"),
        CheckConstraint(f"max_age_minutes between 0 and {MAX_AGE_MINUTES}", name="max_age"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    issuer: Mapped[str]
    client_id: Mapped[str]
    method: Mapped[ClientMethod]
    secret_sealed: Mapped[bytes | None] = sealed(CLIENT_SECRET, row="id")
    trusts_second_factor: Mapped[bool]
    keeps_passwords: Mapped[bool]
    max_age_minutes: Mapped[int | None]
    acr_values: Mapped[list[str]]
    state: Mapped[ProviderState]
    tried_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    @property
    def demands(self) -> Demands:
        """What is wanted of each log-in."""
        age = self.max_age_minutes
        return Demands(
            max_age=None if age is None else timedelta(minutes=age),
            acr_values=tuple(self.acr_values),
        )

    def draft(self) -> None:
        """Take the settings out of force until they have been tried."""
        self.state, self.tried_at = ProviderState.DRAFT, None

    def activate(self) -> None:
        """Let staff log in by the provider."""
        self.state = ProviderState.ACTIVE

    def suspend(self) -> None:
        """Let nobody log in by the provider; passwords are taken again."""
        self.state = ProviderState.SUSPENDED


class StaffIdentity(Table):
    """Which staff member a subject of his tenant's provider is; it ends with the provider's name or client id."""

    __tablename__ = "staff_identities"
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), found_by_doorway())
    __privileges__: ClassVar[tuple[Privilege, ...]] = WITH_DELETE
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "staff_id"], ["staff.tenant_id", "staff.id"]),
        UniqueConstraint("tenant_id", "subject"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str]
    linked_at: Mapped[datetime]


class ProviderFlow(Table):
    """One log-in on its way to a provider and back; only the SHA-256 of what the browser keeps is known.

    ``tried_by`` is who tries the settings, if nothing else is meant. ``subject``, ``provider_session`` and ``multi_factor`` are what the
    provider said of somebody who is not linked yet.
    """

    __tablename__ = "provider_flows"
    __doorway__: ClassVar[str | None] = "what the browser keeps is what tells the provider"
    __table_args__ = (Index("ix_provider_flows_expires_at", "expires_at"),)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    provider_id: Mapped[UUID]
    tried_by: Mapped[UUID | None]
    back: Mapped[str]
    begun_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    subject: Mapped[str | None]
    provider_session: Mapped[str | None]
    multi_factor: Mapped[bool]
    linked_at: Mapped[datetime | None]
