"""Payments out of a pool."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Enum, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import KIND, STAFF, TENANT, Reader, owner_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.risk_pool.claims.states import Place
from suxin.risk_pool.payments.states import PaymentState

_OPERATOR: Final = frozenset({Party.OPERATOR})
_SETTLED: Final = frozenset({Party.OPERATOR, Party.PLATFORM})
_ISSUE = NamedStep(
    leaves=frozenset({PaymentState.HELD}),
    to=PaymentState.ISSUED,
    by=_OPERATOR,
    zh="发函",
    en="issue it",
)
_DROP = NamedStep(
    leaves=frozenset({PaymentState.HELD}),
    to=PaymentState.DROPPED,
    by=_OPERATOR,
    zh="不予批准",
    en="drop it",
)
_PAY = NamedStep(
    leaves=frozenset({PaymentState.ISSUED}),
    to=PaymentState.PAID,
    by=_SETTLED,
    zh="确认付款",
    en="take it as paid",
)
_REVERSE = NamedStep(
    leaves=frozenset({PaymentState.PAID}),
    to=PaymentState.REVERSED,
    by=_OPERATOR,
    zh="冲正",
    en="reverse it",
)
# Whatever statement asks for it: who approved is written by himself, once.
_STAFF: Final = "nullif(current_setting('app.staff_id', true), '')::uuid"
_NOT_HIS: Final = " OR ".join(
    f"(OLD.{name} IS DISTINCT FROM NEW.{name}"
    f" AND (OLD.{name} IS NOT NULL OR NEW.{name} IS DISTINCT FROM {_STAFF}))"
    for name in ("second_approved_by", "reversed_by")
)


class PoolPayment(Table):
    """A payment of a claim's share, or of a part that had to wait. ``tenant_id`` is the operator.

    ``hold_id`` and ``posting_id`` are its transfers in the operator's book, allotted with it, so that neither is ever made twice. The
    moments at which both approvers showed their second factor are kept with it.
    """

    __tablename__ = "pool_payments"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "letter_year", "letter_sequence", "second_place", "second_approved_by", "second_shown_at", "issued_at",
        "line_id", "paid_on", "settled_at", "reversed_by", "reversal_line_id",
    )  # fmt: skip
    __machine__: ClassVar[StateMachine[PaymentState]] = StateMachine(
        begins={PaymentState.HELD: _OPERATOR}, steps=(_ISSUE, _DROP, _PAY, _REVERSE)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("paid_bank", f"bank_id = {TENANT} and issued_at is not null"),
        system(),
        Reader(
            "approves_himself",
            f"{KIND} = 'system' or first_approved_by = {STAFF}",
            "INSERT",
            restrictive=True,
        ),
    )
    __rules__: ClassVar[tuple[str, ...]] = (
        f"CREATE TRIGGER pool_payments_approves_himself BEFORE UPDATE ON pool_payments FOR EACH ROW WHEN ({_NOT_HIS}) EXECUTE FUNCTION refuse_step()",
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "letter_year", "letter_sequence"),
        UniqueConstraint("tenant_id", "line_id"),
        UniqueConstraint("tenant_id", "hold_id"),
        # A claim names the payment it was approved by together with both approvers.
        UniqueConstraint(
            "bank_id",
            "tenant_id",
            "claim_id",
            "id",
            "first_approved_by",
            "second_approved_by",
            name="uq_pool_payments_approved",
        ),
        ForeignKeyConstraint(["tenant_id", "pool_id"], ["risk_pools.tenant_id", "risk_pools.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "line_id"], ["custodian_lines.tenant_id", "custodian_lines.id"]
        ),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint(
            "second_approved_by <> first_approved_by and second_place <> first_place",
            name="two_people",
        ),
        CheckConstraint(
            "num_nonnulls(second_approved_by, second_place, second_shown_at, issued_at, letter_year, letter_sequence)"
            " = case when state in ('HELD', 'DROPPED') then 0 else 6 end",
            name="issued",
        ),
        CheckConstraint(
            "(state in ('PAID', 'REVERSED')) = (line_id is not null)"
            " and (line_id is null) = (paid_on is null)",
            name="paid",
        ),
        CheckConstraint(
            "(state = 'REVERSED') = (reversed_by is not null and reversal_line_id is not null)",
            name="reversed",
        ),
        Index("ix_pool_payments_claim_id", "tenant_id", "claim_id", "id"),
        Index("ix_pool_payments_bank_id", "bank_id", "id"),
        Index("ix_pool_payments_pool_id", "tenant_id", "pool_id", "state", "id"),
        Index(
            "uq_pool_payments_open",
            "tenant_id",
            "claim_id",
            unique=True,
            postgresql_where=text("state in ('HELD', 'ISSUED')"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    pool_id: Mapped[UUID]
    bank_id: Mapped[UUID]
    claim_id: Mapped[UUID]
    amount_fen: Mapped[int]
    state: Mapped[PaymentState]
    hold_id: Mapped[UUID]
    posting_id: Mapped[UUID]
    first_place: Mapped[Place]
    first_approved_by: Mapped[UUID]
    first_shown_at: Mapped[datetime]
    second_place: Mapped[Place | None] = mapped_column(
        # A constraint of its own name: the type's is taken by the first place.
        Enum(
            Place,
            name="second_place",
            native_enum=False,
            length=40,
            create_constraint=True,
            values_callable=lambda places: [place.value for place in places],
        )
    )
    second_approved_by: Mapped[UUID | None]
    second_shown_at: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    letter_year: Mapped[int | None]
    letter_sequence: Mapped[int | None]
    line_id: Mapped[UUID | None]
    paid_on: Mapped[date | None]
    settled_at: Mapped[datetime | None]
    reversed_by: Mapped[UUID | None]
    reversal_line_id: Mapped[UUID | None]

    @property
    def letter_number(self) -> str | None:
        """The number of its letter, which the custodian repeats in its statement."""
        if self.letter_sequence is None:
            return None
        return f"代偿〔{self.letter_year}〕{self.letter_sequence}号"

    def issue(
        self,
        *,
        place: Place,
        staff_id: UUID,
        shown_at: datetime,
        letter: tuple[int, int],
        now: datetime,
    ) -> None:
        """Enter ISSUED by a second person, with the letter's year and number."""
        self.state = _ISSUE.taken_from(self.state)
        self.second_place, self.second_approved_by, self.second_shown_at = place, staff_id, shown_at
        self.issued_at = now
        self.letter_year, self.letter_sequence = letter

    def drop(self, *, now: datetime) -> None:
        """End as DROPPED: nobody approved it a second time."""
        self.state, self.settled_at = _DROP.taken_from(self.state), now

    def pay(self, *, line_id: UUID, paid_on: date, now: datetime) -> None:
        """Enter PAID by a line of the custodian's."""
        self.state, self.settled_at = _PAY.taken_from(self.state), now
        self.line_id, self.paid_on = line_id, paid_on

    def reverse(self, *, staff_id: UUID, line_id: UUID) -> None:
        """End as REVERSED by a line that shows the money back."""
        self.state = _REVERSE.taken_from(self.state)
        self.reversed_by, self.reversal_line_id = staff_id, line_id
