"""Redemptions as the merchant sees them, and who redeemed, which he does not."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    SUBJECT,
    TENANT,
    Reader,
    batch,
    data_subject,
    exists,
    owner_tenant,
    system,
    when,
)
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table, append_and_change
from suxin.lending.models.steps import NamedStep
from suxin.perks.benefits import Benefit, read_benefit
from suxin.perks.states import RedemptionState

_MERCHANT: Final = frozenset({Party.TENANT})
_PLATFORM: Final = frozenset({Party.PLATFORM})
# Whoever takes a ticket takes it beforehand, and gives it back, in the rows of its attraction.
_HOLDER: Final = frozenset({Party.SUBJECT})
_R: Final = RedemptionState


def _step(
    leaves: set[RedemptionState], to: RedemptionState, by: frozenset[Party], zh: str, en: str
) -> NamedStep[RedemptionState]:
    return NamedStep(leaves=frozenset(leaves), to=to, by=by, zh=zh, en=en)


_GRANT = _step({_R.HELD}, _R.GRANTED, _MERCHANT | _HOLDER, "确认核销", "grant it")
_USE = _step({_R.GRANTED}, _R.GRANTED, _MERCHANT, "登记使用", "use it")
_COMPLETE = _step({_R.GRANTED}, _R.COMPLETED, _MERCHANT | _PLATFORM, "完成", "complete it")
_ROLL_BACK = _step(
    {_R.HELD, _R.GRANTED}, _R.ROLLED_BACK, _MERCHANT | _HOLDER, "撤回", "roll it back"
)
_EXPIRE = _step({_R.HELD, _R.GRANTED}, _R.EXPIRED, _PLATFORM, "超时结束", "let it expire")

_CHANGED: Final = (
    "state", "uses", "used_value_fen", "stock_hold_id", "budget_hold_id", "granted_at", "use_by", "ended_at", "reason",
)  # fmt: skip
_REDEEMED: Final = exists(
    "perk_redeemers r",
    f"r.tenant_id = {{row}}.tenant_id and r.redemption_id = {{row}}.id and r.subject_id = {SUBJECT}",
)


class Redemption(Table):
    """One use of a programme, as its merchant sees it: by whom stands elsewhere, and here the handle alone, none for a visitor.

    ``benefit`` is what applied when it was held, and stays that. A lock is over at ``held_until``, and what was granted at ``use_by``. What is redeemed at
    once begins as completed, and never held anything. ``uses`` of
    ``uses_allowed`` are counted; ``value_fen`` is what all of them cost the funder, ``used_value_fen`` what those did that were used.
    """

    __tablename__ = "perk_redemptions"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(*_CHANGED)
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __machine__: ClassVar[StateMachine[RedemptionState]] = StateMachine(
        begins={
            RedemptionState.HELD: _MERCHANT | _HOLDER,
            # What is held, given and used at one moment is written down once.
            RedemptionState.COMPLETED: _MERCHANT,
        },
        steps=(_GRANT, _COMPLETE, _ROLL_BACK, _EXPIRE),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("redeemer", _REDEEMED),
        system(),
        batch(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "programme_id"], ["perk_programmes.tenant_id", "perk_programmes.id"]
        ),
        CheckConstraint("persons >= 1 and uses_allowed >= persons", name="persons"),
        CheckConstraint("uses between 0 and uses_allowed", name="uses"),
        CheckConstraint("used_value_fen between 0 and value_fen", name="value"),
        CheckConstraint("held_until > held_at", name="held"),
        CheckConstraint("granted_at is not null or state in ('HELD', 'ROLLED_BACK', 'EXPIRED')", name="granted"),
        CheckConstraint("state <> 'COMPLETED' or uses > 0", name="completed"),
        CheckConstraint("state not in ('ROLLED_BACK', 'EXPIRED') or uses = 0", name="nothing_used"),
        CheckConstraint("(state in ('HELD', 'GRANTED')) = (ended_at is null)", name="ended"),
        Index("ix_perk_redemptions_programme_id", "tenant_id", "programme_id", "id"),
        Index("ix_perk_redemptions_day", "tenant_id", "day", "id"),
        Index("ix_perk_redemptions_state", "tenant_id", "state", "id"),
        Index(
            "ix_perk_redemptions_use_by",
            "use_by",
            postgresql_where=text("state = 'GRANTED'"),
        ),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    programme_id: Mapped[UUID]
    handle: Mapped[str | None]
    persons: Mapped[int] = mapped_column(Integer)
    benefit: Mapped[dict[str, Any]]
    state: Mapped[RedemptionState]
    uses: Mapped[int] = mapped_column(Integer)
    uses_allowed: Mapped[int] = mapped_column(Integer)
    value_fen: Mapped[int]
    used_value_fen: Mapped[int]
    stock_hold_id: Mapped[UUID | None]
    budget_hold_id: Mapped[UUID | None]
    day: Mapped[date]
    held_at: Mapped[datetime]
    held_until: Mapped[datetime]
    held_by: Mapped[UUID | None]
    granted_at: Mapped[datetime | None]
    use_by: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    @property
    def benefit_read(self) -> Benefit:
        """What applied when it was held."""
        return read_benefit(self.benefit)

    @property
    def uses_left(self) -> int:
        """How many uses are open."""
        return self.uses_allowed - self.uses

    def grant(self, *, use_by: datetime, now: datetime) -> None:
        """Note that the benefit is given."""
        self.state = _GRANT.taken_from(self.state)
        self.granted_at, self.use_by = now, use_by

    def use(self, uses: int) -> None:
        """Count uses; how many are left was asked before."""
        self.state = _USE.taken_from(self.state)
        self.uses += uses
        self.used_value_fen = self.value_fen * self.uses // self.uses_allowed

    def complete(self, *, now: datetime) -> None:
        """Note that no more is used."""
        self.state, self.ended_at = _COMPLETE.taken_from(self.state), now

    def roll_back(self, reason: str, *, now: datetime) -> None:
        """Take it back: nothing was used."""
        self.state = _ROLL_BACK.taken_from(self.state)
        self.reason, self.ended_at = reason, now

    def expire(self, *, now: datetime) -> None:
        """Note that its time is over, and nothing was used."""
        self.state, self.ended_at = _EXPIRE.taken_from(self.state), now


class Redeemer(Table):
    """By whom a redemption was: his own to read, and no merchant's. What counts against his limits stands here.

    ``consent_id`` is the one-time consent that he gave for it; none where he said no.
    """

    __tablename__ = "perk_redeemers"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when("redeemed", f"tenant_id = {TENANT} and subject_id = {SUBJECT}", "INSERT"),
        system(),
        batch(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "redemption_id"], ["perk_redemptions.tenant_id", "perk_redemptions.id"]
        ),
        Index("ix_perk_redeemers_subject_id", "subject_id", "redemption_id"),
        Index("ix_perk_redeemers_scenario", "subject_id", "scenario_code", "day"),
        Index("ix_perk_redeemers_programme", "subject_id", "programme_id", "day"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    redemption_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    consent_id: Mapped[UUID | None]
    programme_id: Mapped[UUID]
    scenario_code: Mapped[str]
    persons: Mapped[int] = mapped_column(Integer)
    day: Mapped[date]


class PerkHandle(Table):
    """The pseudonym under which one merchant knows a subject again: random, so that no two merchants can compare theirs."""

    __tablename__ = "perk_handles"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when("named", f"tenant_id = {TENANT} and subject_id = {SUBJECT}", "INSERT"),
    )
    __table_args__ = (Index("uq_perk_handles_handle", "tenant_id", "handle", unique=True),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    handle: Mapped[str]
