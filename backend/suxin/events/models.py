"""Tables of events: the feed, the addresses it is sent to, and what is on its way there."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    TENANT,
    Reader,
    appended,
    batch,
    owner_tenant,
    reading_tenant,
    system,
    when,
)
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import WITH_DELETE, Privilege, Table

SECRET: Final = "events.webhook_secret"  # noqa: S105 - the purpose it is sealed for
PREVIOUS_SECRET: Final = "events.previous_webhook_secret"  # noqa: S105 - the purpose it is sealed for

_HOUSE: Final = frozenset({Party.TENANT, Party.OPERATOR})
_PLATFORM: Final = frozenset({Party.PLATFORM})


class TenantEvent(Table):
    """One fact about one object of a tenant, in ids and states that name nobody.

    ``position`` is its place in the tenant's feed, given once its transaction has committed; ``recorded_at`` is the
    database's own clock, which alone says in which order transactions that waited for each other wrote.
    """

    __tablename__ = "tenant_events"
    __privileges__: ClassVar[tuple[Privilege, ...]] = WITH_DELETE
    __readers__: ClassVar[tuple[Reader, ...]] = (
        # Nobody reads what has no place in the feed yet: he would miss what comes to stand before it.
        when("fed_tenant", f"tenant_id = {TENANT} and position is not null"),
        system(),
        appended(),
    )
    # Whoever adds an event may not read it back.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - SQLAlchemy's own name
    __table_args__ = (
        UniqueConstraint("tenant_id", "position"),
        Index("ix_tenant_events_waiting", "recorded_at", postgresql_where=text("position is null")),
        # Pruned by age across tenants: ids sort by the time they were made.
        Index("ix_tenant_events_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    object_id: Mapped[UUID]
    data: Mapped[dict[str, Any]]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    position: Mapped[int | None]


class EventFeed(Table):
    """Where a tenant's feed stands: the last position given, and the last whose event is no longer kept."""

    __tablename__ = "event_feeds"
    __readers__: ClassVar[tuple[Reader, ...]] = (reading_tenant(), system())

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_position: Mapped[int]
    pruned_position: Mapped[int]


class EndpointState(StrEnum):
    """Whether events are sent to an endpoint; a broken one is only tried now and then."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    BROKEN = "BROKEN"


class WebhookEndpoint(Table):
    """An address of a tenant that its events of some types are sent to, signed with a secret of its own.

    After a rotation both secrets sign until ``previous_until``. ``failures`` counts failed attempts since the last that did not;
    ``due_at`` is when there is something to send, null while nothing waits; ``held_until`` is when a worker's turn ends at the
    latest, whatever became of it.
    """

    __tablename__ = "webhook_endpoints"
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system(), batch())
    __privileges__: ClassVar[tuple[Privilege, ...]] = WITH_DELETE
    # Sealed anew when keys rotate.
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE")
    __machine__: ClassVar[StateMachine[EndpointState] | None] = StateMachine(
        begins={EndpointState.ACTIVE: _HOUSE},
        steps=(
            Step(
                leaves=frozenset({EndpointState.ACTIVE, EndpointState.BROKEN}),
                to=EndpointState.PAUSED,
                by=_HOUSE | _PLATFORM,
            ),
            Step(
                leaves=frozenset({EndpointState.PAUSED, EndpointState.BROKEN}),
                to=EndpointState.ACTIVE,
                by=_HOUSE,
            ),
            Step(leaves=frozenset({EndpointState.BROKEN}), to=EndpointState.ACTIVE, by=_PLATFORM),
            Step(leaves=frozenset({EndpointState.ACTIVE}), to=EndpointState.BROKEN, by=_PLATFORM),
        ),
    )
    __table_args__ = (
        CheckConstraint(
            "(previous_sealed is null) = (previous_until is null)", name="previous_secret"
        ),
        Index(
            "ix_webhook_endpoints_due",
            "due_at",
            postgresql_where=text("due_at is not null and state <> 'PAUSED'"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    url: Mapped[str]
    event_types: Mapped[list[str]]
    state: Mapped[EndpointState]
    state_reason: Mapped[str | None]
    secret_sealed: Mapped[bytes] = sealed(SECRET, row="id")
    previous_sealed: Mapped[bytes | None] = sealed(PREVIOUS_SECRET, row="id")
    previous_until: Mapped[datetime | None]
    failures: Mapped[int]
    due_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    def pause(self, reason: str | None) -> None:
        """Send nothing more; what happens meanwhile waits."""
        self.state, self.state_reason = EndpointState.PAUSED, reason

    def resume(self, *, now: datetime) -> None:
        """Send again, at once."""
        self.state, self.state_reason = EndpointState.ACTIVE, None
        self.failures, self.due_at, self.changed_at = 0, now, now

    def break_off(self, *, until: datetime) -> None:
        """Send nothing but a probe now and then, the first at ``until``."""
        self.state, self.due_at = EndpointState.BROKEN, until

    def mend(self, *, now: datetime) -> None:
        """Send everything again, since a probe was taken."""
        self.state, self.due_at = EndpointState.ACTIVE, now


MOST_TRIED: Final = 50
"""How many attempts of one delivery are kept: more than are made in its time, and a few replays."""


class DeliveryState(StrEnum):
    """Where one event's way to one endpoint stands."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    GIVEN_UP = "GIVEN_UP"


class WebhookDelivery(Table):
    """One event on its way to one endpoint, tried until it is taken or ``give_up_at`` is over.

    ``status`` and ``answer`` are what the last attempt was answered, ``problem`` what went wrong where there was no answer.
    ``tried`` holds every attempt, also those before a replay: when, how long it took, and the status or the problem; of
    more than ``MOST_TRIED`` the latest.
    """

    __tablename__ = "webhook_deliveries"
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __privileges__: ClassVar[tuple[Privilege, ...]] = WITH_DELETE
    __machine__: ClassVar[StateMachine[DeliveryState] | None] = StateMachine(
        # A replay adds what was never on its way to the endpoint.
        begins={DeliveryState.PENDING: _HOUSE},
        steps=(
            Step(
                leaves=frozenset({DeliveryState.PENDING}),
                to=DeliveryState.DELIVERED,
                by=_PLATFORM,
            ),
            Step(
                leaves=frozenset({DeliveryState.PENDING}),
                to=DeliveryState.GIVEN_UP,
                by=_PLATFORM,
            ),
            Step(
                leaves=frozenset({DeliveryState.DELIVERED, DeliveryState.GIVEN_UP}),
                to=DeliveryState.PENDING,
                by=_HOUSE,
            ),
        ),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "event_id"],
            ["tenant_events.tenant_id", "tenant_events.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "endpoint_id"],
            ["webhook_endpoints.tenant_id", "webhook_endpoints.id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint("tenant_id", "endpoint_id", "event_id"),
        # The earliest of each object, which alone may be sent.
        Index(
            "ix_webhook_deliveries_heads",
            "tenant_id",
            "endpoint_id",
            "object_id",
            "position",
            postgresql_where=text("state = 'PENDING'"),
        ),
        Index(
            "ix_webhook_deliveries_give_up_at",
            "give_up_at",
            postgresql_where=text("state = 'PENDING'"),
        ),
        Index("ix_webhook_deliveries_event_id", "tenant_id", "event_id"),
        # What went out lately is counted for whoever watches the platform.
        Index("ix_webhook_deliveries_attempted_at", "attempted_at"),
        CheckConstraint("char_length(answer) <= 200", name="answer"),
        CheckConstraint(f"jsonb_array_length(tried) <= {MOST_TRIED}", name="tried"),
        CheckConstraint("(state = 'DELIVERED') = (delivered_at is not null)", name="delivered"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    endpoint_id: Mapped[UUID]
    event_id: Mapped[UUID]
    event_type: Mapped[str]
    object_id: Mapped[UUID]
    position: Mapped[int]
    state: Mapped[DeliveryState]
    attempts: Mapped[int]
    replays: Mapped[int]
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    give_up_at: Mapped[datetime]
    attempted_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    took_ms: Mapped[int | None]
    status: Mapped[int | None]
    problem: Mapped[str | None]
    answer: Mapped[str | None]
    tried: Mapped[list[dict[str, Any]]]

    def deliver(self, *, now: datetime) -> None:
        """Note that the endpoint took it."""
        self.state, self.delivered_at = DeliveryState.DELIVERED, now

    def give_up(self) -> None:
        """Try no more."""
        self.state = DeliveryState.GIVEN_UP

    def replay(self, *, now: datetime, give_up_at: datetime) -> None:
        """Send it again, as if it had not been tried."""
        self.state, self.delivered_at = DeliveryState.PENDING, None
        self.attempts, self.replays = 0, self.replays + 1
        self.next_at, self.give_up_at = now, give_up_at
