"""Limits as the merchant sees them, and whom they concern, which it does not."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    SUBJECT,
    TENANT,
    Reader,
    data_subject,
    exists,
    reading_tenant,
    system,
    when,
)
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.perks.limiting.states import LimitState

_MERCHANT: Final = frozenset({Party.TENANT})
_PLATFORM: Final = frozenset({Party.PLATFORM})
_OFFICE: Final = frozenset({Party.OPERATOR, Party.PLATFORM})
_L: Final = LimitState


def _step(
    leaves: set[LimitState], to: LimitState, by: frozenset[Party], zh: str, en: str
) -> NamedStep[LimitState]:
    return NamedStep(leaves=frozenset(leaves), to=to, by=by, zh=zh, en=en)


_NOTICE = _step({_L.PROPOSED}, _L.NOTICED, _PLATFORM, "告知", "give notice of it")
_CONTEST = _step({_L.NOTICED}, _L.CONTESTED, frozenset({Party.SUBJECT}), "申诉", "object to it")
_STAND = _step(
    {_L.CONTESTED}, _L.NOTICED, frozenset({Party.SUBJECT, *_OFFICE}), "恢复", "let it stand"
)
_LIFT = _step({_L.CONTESTED}, _L.LIFTED, _OFFICE, "解除", "lift it")
_TAKE_EFFECT = _step({_L.NOTICED}, _L.EFFECTIVE, _PLATFORM, "生效", "let it take effect")
_END = _step(
    {_L.PROPOSED, _L.NOTICED, _L.CONTESTED, _L.EFFECTIVE},
    _L.ENDED,
    _MERCHANT | _PLATFORM,
    "结束",
    "end it",
)
_CONCERNED: Final = exists(
    "perk_limit_parties p",
    f"p.tenant_id = {{row}}.tenant_id and p.limit_id = {{row}}.id and p.subject_id = {SUBJECT}",
)
_BY_SUBJECT: Final = f"{KIND} = 'subject' and {_CONCERNED}"


class Limit(Table):
    """One programme's limit after an order that was not paid. ``tenant_id`` is the merchant; whom it concerns stands elsewhere.

    ``months`` is for how long it is in force, until ``ends_on`` begins. ``object_until`` is when the time to object is over; it is in force no earlier.
    ``document_number`` is of a judgment or penalty that the merchant names, from which nothing follows here.
    """

    __tablename__ = "perk_limits"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "noticed_at", "object_until", "contested_at", "effective_at", "ends_on", "ended_at", "end_reason"
    )  # fmt: skip
    __machine__: ClassVar[StateMachine[LimitState]] = StateMachine(
        begins={LimitState.PROPOSED: _MERCHANT},
        steps=(_NOTICE, _CONTEST, _STAND, _LIFT, _TAKE_EFFECT, _END),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant(),
        when("proposed", f"tenant_id = {TENANT}", "INSERT"),
        when(
            "ended_by_merchant",
            f"tenant_id = {TENANT}",
            "UPDATE",
            check=f"tenant_id = {TENANT} and state = 'ENDED'",
        ),
        when("concerned", _CONCERNED),
        when(
            "contested",
            _BY_SUBJECT,
            "UPDATE",
            check=f"{_BY_SUBJECT} and state in ('NOTICED', 'CONTESTED')",
        ),
        when("overseen", f"{KIND} = 'operator'"),
        when("decided", f"{KIND} = 'operator'", "UPDATE"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "order_id"], ["service_orders.tenant_id", "service_orders.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "programme_id"], ["perk_programmes.tenant_id", "perk_programmes.id"]
        ),
        CheckConstraint("months between 1 and 12", name="months"),
        CheckConstraint("(noticed_at is null) = (object_until is null)", name="noticed"),
        CheckConstraint("object_until > noticed_at", name="time_to_object"),
        # Nothing is in force before the time to object is over (国办发〔2020〕49号).
        CheckConstraint("effective_at is null or effective_at >= object_until", name="in_force"),
        CheckConstraint(
            "state not in ('NOTICED', 'CONTESTED', 'EFFECTIVE', 'LIFTED') or object_until is not null", name="told"
        ),
        CheckConstraint(
            "case state when 'EFFECTIVE' then num_nonnulls(effective_at, ends_on) = 2"
            " when 'ENDED' then true else num_nonnulls(effective_at, ends_on) = 0 end",
            name="effective",
        ),
        CheckConstraint("state not in ('CONTESTED', 'LIFTED') or contested_at is not null", name="contested"),
        CheckConstraint(
            "num_nonnulls(ended_at, end_reason) = case when state in ('LIFTED', 'ENDED') then 2 else 0 end", name="ended"
        ),
        Index(
            "uq_perk_limits_order_id", "tenant_id", "order_id",
            unique=True, postgresql_where=text("state <> 'ENDED'"),
        ),
        Index("ix_perk_limits_redemption_id", "tenant_id", "redemption_id"),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    programme_id: Mapped[UUID]
    order_id: Mapped[UUID]
    order_number: Mapped[str]
    redemption_id: Mapped[UUID]
    owed_fen: Mapped[int]
    months: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str]
    document_number: Mapped[str | None]
    state: Mapped[LimitState]
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime]
    noticed_at: Mapped[datetime | None]
    object_until: Mapped[datetime | None]
    contested_at: Mapped[datetime | None]
    effective_at: Mapped[datetime | None]
    ends_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]

    def may_object(self, *, now: datetime) -> bool:
        """Whether it is open to an objection: once, and within the time of its notice."""
        return (
            self.state is LimitState.NOTICED
            and self.contested_at is None
            and self.object_until is not None
            and now < self.object_until
        )

    def notice(self, *, object_until: datetime, now: datetime) -> None:
        """Note that whom it concerns was told, and until when he may object."""
        self.state = _NOTICE.taken_from(self.state)
        self.noticed_at, self.object_until = now, object_until

    def contest(self, *, now: datetime) -> None:
        """Freeze it while an objection is decided."""
        self.state, self.contested_at = _CONTEST.taken_from(self.state), now

    def stand(self) -> None:
        """Let it wait for its time again: the objection was taken back, or did not hold."""
        self.state = _STAND.taken_from(self.state)

    def lift(self, reason: str, *, now: datetime) -> None:
        """Let it be no limit: the objection holds."""
        self.state = _LIFT.taken_from(self.state)
        self.ended_at, self.end_reason = now, reason

    def take_effect(self, *, ends_on: date, now: datetime) -> None:
        """Let it be in force until a day begins."""
        self.state = _TAKE_EFFECT.taken_from(self.state)
        self.effective_at, self.ends_on = now, ends_on

    def end(self, reason: str, *, now: datetime) -> None:
        """Let it be over, whether it was in force or not."""
        self.state = _END.taken_from(self.state)
        self.ended_at, self.end_reason = now, reason


class LimitParty(Table):
    """Whom a limit concerns: his own to read, and no merchant's."""

    __tablename__ = "perk_limit_parties"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (data_subject(), system())
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "limit_id"], ["perk_limits.tenant_id", "perk_limits.id"]),
        Index("ix_perk_limit_parties_subject_id", "subject_id", "programme_id"),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    limit_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    programme_id: Mapped[UUID]
