"""Authorisations."""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, owner_tenant, system
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.perks.orders.authorisations.states import AuthorisationState
from suxin.perks.orders.models import OrderService

_MERCHANT: Final = frozenset({Party.TENANT})
_PLATFORM: Final = frozenset({Party.PLATFORM})


def _step(
    zh: str, en: str, to: AuthorisationState, by: frozenset[Party], *leaves: AuthorisationState
) -> NamedStep[AuthorisationState]:
    return NamedStep(leaves=frozenset(leaves), to=to, by=by, zh=zh, en=en)


OFFER: Final = _step(
    "受理", "take it on", AuthorisationState.WAITING, _PLATFORM, AuthorisationState.APPLIED
)
REFUSE: Final = _step(
    "不受理", "refuse it", AuthorisationState.REFUSED, _PLATFORM, AuthorisationState.APPLIED
)
OPEN: Final = _step(
    "开通", "have it given", AuthorisationState.AVAILABLE, _PLATFORM, AuthorisationState.WAITING
)
WITHDRAW: Final = _step(
    "解除", "end it", AuthorisationState.ENDING, _MERCHANT, AuthorisationState.AVAILABLE
)
END: Final = _step(
    "解除",
    "note its end",
    AuthorisationState.ENDED,
    _PLATFORM,
    AuthorisationState.WAITING,
    AuthorisationState.AVAILABLE,
    AuthorisationState.ENDING,
)


class OrderAuthorisation(Table):
    """A user's authorisation of a service, by the merchant's own number of it (``code``). It names no person.

    ``call_up`` is what the user's phone opens to give it, ``reason`` why the merchant ended it, ``rejection`` what the provider said to the
    last request that it refused.
    """

    __tablename__ = "order_authorisations"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "call_up", "reason", "rejection", "opened_at", "ended_at"
    )
    __machine__: ClassVar[StateMachine[AuthorisationState]] = StateMachine(
        begins={AuthorisationState.APPLIED: _MERCHANT}, steps=(OFFER, REFUSE, OPEN, WITHDRAW, END)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        ForeignKeyConstraint(
            ["tenant_id", "service_id"], ["order_services.tenant_id", "order_services.id"]
        ),
        CheckConstraint("code ~ '^[0-9A-Za-z_|*-]{1,32}$'", name="code"),
        CheckConstraint(
            "state not in ('AVAILABLE', 'ENDING') or opened_at is not null", name="opened"
        ),
        CheckConstraint("(state in ('REFUSED', 'ENDED')) = (ended_at is not null)", name="ended"),
        CheckConstraint("state <> 'ENDING' or reason is not null", name="reason"),
        Index("ix_order_authorisations_state", "tenant_id", "state", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID]
    code: Mapped[str]
    state: Mapped[AuthorisationState]
    call_up: Mapped[str | None]
    reason: Mapped[str | None]
    rejection: Mapped[str | None]
    applied_at: Mapped[datetime]
    applied_by: Mapped[UUID | None]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    def covers(self, service: OrderService) -> bool:
        """Return whether orders of a service may be opened under it without a confirmation."""
        return self.state is AuthorisationState.AVAILABLE and self.service_id == service.id

    def offer(self, call_up: str) -> None:
        """Enter WAITING with what the user's phone opens."""
        self.state, self.call_up = OFFER.taken_from(self.state), call_up

    def refuse(self, rejection: str, *, now: datetime) -> None:
        """Enter REFUSED."""
        self.state, self.ended_at = REFUSE.taken_from(self.state), now
        self.rejection = rejection

    def open(self, *, now: datetime) -> None:
        """Enter AVAILABLE."""
        self.state, self.opened_at = OPEN.taken_from(self.state), now

    def withdraw(self, reason: str) -> None:
        """Enter ENDING: no order is opened under it any more."""
        self.state, self.reason = WITHDRAW.taken_from(self.state), reason

    def end(self, *, now: datetime) -> None:
        """Enter ENDED."""
        self.state, self.ended_at = END.taken_from(self.state), now
