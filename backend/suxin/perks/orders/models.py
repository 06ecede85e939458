"""Services, orders, refunds and outcomes."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    SUBJECT,
    Reader,
    exists,
    operator,
    owner_tenant,
    reading_tenant,
    system,
    when,
)
from suxin.kernel.steps import StateMachine
from suxin.kernel.tables import APPEND_ONLY, Table, append_and_change
from suxin.perks.orders.refusals import (
    CollectedHere,
    ConfirmedElsewhere,
    OrderUrged,
    OrderWaiting,
    ServiceClosed,
)
from suxin.perks.orders.rules import URGED_EVERY, Completion, ServiceTerms, read_lines, stored_lines
from suxin.perks.orders.states import (
    FIELDS,
    OrderChannel,
    OutcomeKind,
    ServiceOrderMode,
    ServiceOrderRefundState,
    ServiceOrderRequest,
    ServiceOrderStage,
    ThreeFields,
)
from suxin.perks.orders.steps import (
    BOTH,
    CANCEL,
    COMPLETE,
    CONFIRM,
    EXPIRE,
    LOWER,
    PAY,
    STEP_OF,
)
from suxin.perks.states import RiskFundName, Sector

# An order names nobody; whoever's redemption it comes of sees what he owes.
_REDEEMED: Final = exists(
    "perk_redeemers r",
    f"r.tenant_id = {{row}}.tenant_id and r.redemption_id = {{row}}.redemption_id and r.subject_id = {SUBJECT}",
)


class OrderService(Table):
    """A service that a merchant may open orders under; the platform sets it up, since callbacks are routed by ``sub_mchid``.

    ``code`` is the provider's number of the service, ``name`` what people call it.
    """

    __tablename__ = "order_services"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("closed_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (reading_tenant(), operator(), system())
    __table_args__ = (
        UniqueConstraint("provider", "sub_mchid", "code"),
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("ceiling_fen > 0", name="ceiling"),
        CheckConstraint("(provider = 'LOCAL') = (sub_mchid is null)", name="sub_mchid"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    provider: Mapped[OrderChannel]
    sub_mchid: Mapped[str | None]
    mode: Mapped[ServiceOrderMode]
    sector: Mapped[Sector]
    ceiling_fen: Mapped[int]
    unmanned: Mapped[bool]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    @property
    def terms(self) -> ServiceTerms:
        """What the service allows."""
        return ServiceTerms(mode=self.mode, ceiling_fen=self.ceiling_fen, unmanned=self.unmanned)

    def require_open(self) -> None:
        """Refuse once it was closed.

        :raises ServiceClosed: if it was
        """
        if self.closed_at is not None:
            raise ServiceClosed(field="serviceId")


class ServiceOrder(Table):
    """An order. ``tenant_id`` is the merchant; nobody else's data is in it: whom it is for is the provider's to know.

    ``request`` is what the provider was asked and has not answered, with what was said (``asked``); ``rejection`` is why it said no to the last
    request. ``total_fen`` is what was asked for, ``paid_fen`` what was paid, ``refunded_fen`` what was given back or is on its way back.
    ``urged_at`` is when its user was last asked for the payment again. ``content_hash`` is of all that was said when it was opened. ``redemption_id`` is the redemption that it comes of, ``programme_id`` that one's programme.
    """

    __tablename__ = "service_orders"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "stage",
        "request",
        "request_id",
        "asked",
        "rejection",
        "call_up",
        "provider_order_id",
        "payments",
        "discounts",
        "total_fen",
        "reason",
        "paid_fen",
        "refunded_fen",
        "transaction_id",
        "confirmed_at",
        "completed_at",
        "paid_at",
        "ended_at",
        "asked_at",
        "urged_at",
    )
    __machine__: ClassVar[StateMachine[ServiceOrderStage]] = StateMachine(
        begins={ServiceOrderStage.CREATED: BOTH},
        steps=(CONFIRM, COMPLETE, LOWER, PAY, CANCEL, EXPIRE),
        column="stage",
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("redeemer", _REDEEMED),
        system(),
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        UniqueConstraint("tenant_id", "transaction_id"),
        ForeignKeyConstraint(
            ["tenant_id", "service_id"], ["order_services.tenant_id", "order_services.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "redemption_id"], ["perk_redemptions.tenant_id", "perk_redemptions.id"]
        ),
        CheckConstraint("(redemption_id is null) = (programme_id is null)", name="redemption"),
        CheckConstraint("number ~ '^[0-9A-Za-z_|*-]{1,32}$'", name="number"),
        CheckConstraint("fund_fen > 0 and fund_fen <= ceiling_fen", name="fund"),
        CheckConstraint(
            "(mode = 'PAY_LATER') = (fund_name = 'ESTIMATE_ORDER_COST')", name="fund_name"
        ),
        CheckConstraint(
            "total_fen >= 0 and total_fen <= case mode when 'DEPOSIT_FREE' then fund_fen else ceiling_fen end",
            name="total",
        ),
        CheckConstraint(
            "(stage in ('USER_PAYING', 'USER_PAID')) = (total_fen is not null)", name="completed"
        ),
        CheckConstraint(
            "(stage = 'USER_PAID') = (paid_fen is not null) and (paid_fen is null) = (paid_at is null)",
            name="paid",
        ),
        CheckConstraint(
            "refunded_fen >= 0 and refunded_fen <= coalesce(paid_fen, 0)", name="refunded"
        ),
        CheckConstraint(
            "(stage in ('USER_PAID', 'REVOKED', 'EXPIRED')) = (ended_at is not null)", name="ended"
        ),
        CheckConstraint("(request is null) = (request_id is null)", name="request"),
        CheckConstraint("need_confirm = (authorisation_code is null)", name="authorisation"),
        # One that was cancelled or expired makes room for another.
        Index(
            "uq_service_orders_redemption_id",
            "tenant_id",
            "redemption_id",
            unique=True,
            postgresql_where=text("stage not in ('REVOKED', 'EXPIRED')"),
        ),
        Index("ix_service_orders_stage", "tenant_id", "stage", "id"),
        Index("ix_service_orders_created_at", "tenant_id", "created_at", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID]
    number: Mapped[str]
    content_hash: Mapped[bytes]
    provider: Mapped[OrderChannel]
    mode: Mapped[ServiceOrderMode]
    sector: Mapped[Sector]
    introduction: Mapped[str]
    fund_name: Mapped[RiskFundName]
    fund_fen: Mapped[int]
    ceiling_fen: Mapped[int]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    need_confirm: Mapped[bool]
    authorisation_code: Mapped[str | None]
    attach: Mapped[str]
    device: Mapped[str | None]
    programme_id: Mapped[UUID | None]
    redemption_id: Mapped[UUID | None]
    payments: Mapped[list[dict[str, Any]]]
    discounts: Mapped[list[dict[str, Any]]]
    stage: Mapped[ServiceOrderStage]
    request: Mapped[ServiceOrderRequest | None]
    request_id: Mapped[UUID | None]
    asked: Mapped[dict[str, Any] | None]
    rejection: Mapped[str | None]
    call_up: Mapped[str | None]
    provider_order_id: Mapped[str | None]
    total_fen: Mapped[int | None]
    reason: Mapped[str | None]
    paid_fen: Mapped[int | None]
    refunded_fen: Mapped[int]
    transaction_id: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    urged_at: Mapped[datetime | None]

    @property
    def fields(self) -> ThreeFields:
        """The provider's three fields for where the order stands."""
        return FIELDS[self.stage]

    @property
    def completion(self) -> Completion:
        """What is asked of its user, as it stands."""
        return Completion(payments=read_lines(self.payments), discounts=read_lines(self.discounts))

    @property
    def refundable_fen(self) -> int:
        """How much of what was paid is neither given back nor on its way back."""
        return (self.paid_fen or 0) - self.refunded_fen

    def require(self, request: ServiceOrderRequest) -> None:
        """Refuse what does not lead on from here, or while the provider has not answered what it was asked before.

        :raises StepNotPossible: if no such step leaves the stage
        :raises OrderWaiting: if a request is on its way
        """
        STEP_OF[request].taken_from(self.stage)
        if self.request is not None:
            raise OrderWaiting(request_zh=self.request.zh, request_en=self.request.en)

    def ask(
        self,
        request: ServiceOrderRequest,
        *,
        request_id: UUID,
        asked: dict[str, Any],
        now: datetime,
    ) -> None:
        """Note what the provider is asked, until it answers."""
        self.request, self.request_id, self.asked = request, request_id, asked
        self.rejection, self.asked_at = None, now

    def urge(self, request: ServiceOrderRequest, *, now: datetime) -> None:
        """Note that its user is asked for the payment again, at a provider that can.

        :raises CollectedHere: if no provider collects it
        :raises StepNotPossible, OrderWaiting: see ``require``
        :raises OrderUrged: if he was asked a short while ago
        """
        if self.provider is OrderChannel.LOCAL:
            raise CollectedHere
        self.require(request)
        if self.urged_at is not None and now < self.urged_at + URGED_EVERY:
            raise OrderUrged(hours=URGED_EVERY // timedelta(hours=1))
        self.urged_at = now

    def answered(self, *, rejection: str | None = None) -> None:
        """Note that the provider answered what it was asked, perhaps with a no."""
        self.request = self.request_id = self.asked = None
        self.rejection = rejection

    def confirm(self, *, now: datetime) -> None:
        """Enter USER_CONFIRM."""
        self.stage, self.confirmed_at = CONFIRM.taken_from(self.stage), now

    def confirm_here(self, *, now: datetime) -> None:
        """Enter USER_CONFIRM by what the merchant states, where no provider knows better.

        :raises ConfirmedElsewhere: if a provider does
        :raises StepNotPossible: if it is confirmed already, or has ended
        """
        if self.provider is not OrderChannel.LOCAL:
            raise ConfirmedElsewhere
        self.confirm(now=now)

    def complete(self, completion: Completion, *, now: datetime) -> None:
        """Enter USER_PAYING with what is asked for."""
        self.stage, self.completed_at = COMPLETE.taken_from(self.stage), now
        self._ask_for(completion)

    def lower(self, completion: Completion, *, reason: str) -> None:
        """Ask for less."""
        self.stage = LOWER.taken_from(self.stage)
        self._ask_for(completion)
        self.reason = reason

    def pay(self, *, transaction_id: str | None, paid_at: datetime, now: datetime) -> None:
        """Enter USER_PAID with all that was asked for."""
        self.stage, self.ended_at = PAY.taken_from(self.stage), now
        self.paid_fen, self.paid_at, self.transaction_id = self.total_fen, paid_at, transaction_id

    def cancel(self, *, reason: str | None, now: datetime) -> None:
        """Enter REVOKED."""
        self.stage, self.ended_at, self.reason = CANCEL.taken_from(self.stage), now, reason

    def expire(self, *, now: datetime) -> None:
        """Enter EXPIRED."""
        self.stage, self.ended_at = EXPIRE.taken_from(self.stage), now

    def give_back(self, amount_fen: int) -> None:
        """Count a refund that is on its way or done; a negative amount counts one back in that came to nothing."""
        self.refunded_fen += amount_fen

    def _ask_for(self, completion: Completion) -> None:
        self.payments = stored_lines(completion.payments)
        self.discounts = stored_lines(completion.discounts)
        self.total_fen = completion.total_fen


class OrderRefund(Table):
    """Money given back of what was paid under a transaction id; ``number`` is the merchant's, and stable over repeats."""

    __tablename__ = "order_refunds"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "provider_refund_id", "rejection", "settled_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(), system())
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        ForeignKeyConstraint(
            ["tenant_id", "order_id"], ["service_orders.tenant_id", "service_orders.id"]
        ),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("(state = 'PROCESSING') = (settled_at is null)", name="settled"),
        Index("ix_order_refunds_order_id", "tenant_id", "order_id", "id"),
        Index("ix_order_refunds_state", "tenant_id", "state", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    number: Mapped[str]
    transaction_id: Mapped[str]
    amount_fen: Mapped[int]
    reason: Mapped[str]
    state: Mapped[ServiceOrderRefundState]
    provider_refund_id: Mapped[str | None]
    rejection: Mapped[str | None]
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    def settle(
        self, state: ServiceOrderRefundState, *, now: datetime, rejection: str | None = None
    ) -> None:
        """Note what the provider says came of it."""
        self.state, self.settled_at, self.rejection = state, now, rejection


class OrderOutcome(Table):
    """How an order ended for its user: what the closed loop turns into records. Of medicine and school there is none."""

    __tablename__ = "order_outcomes"
    __privileges__: ClassVar[tuple[str, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (reading_tenant(), system())
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "order_id"], ["service_orders.tenant_id", "service_orders.id"]
        ),
        UniqueConstraint("tenant_id", "order_id", "kind"),
        CheckConstraint("sector not in ('medical', 'school')", name="lawful_record"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    programme_id: Mapped[UUID | None]
    redemption_id: Mapped[UUID | None]
    sector: Mapped[Sector]
    kind: Mapped[OutcomeKind]
    occurred_at: Mapped[datetime]
