"""Incentive runs, the awards they are made of, and the versions of the rules."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from suxin.kernel.readers import TENANT, Reader, owner_tenant, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import LabelledState, NamedStep

_OFFICE: Final = frozenset({Party.OPERATOR})


class RunState(LabelledState):
    """Where an incentive run stands."""

    PROPOSED = "PROPOSED", "待复核", "proposed"
    POSTED = "POSTED", "已入账", "posted"
    REVERSAL_PROPOSED = "REVERSAL_PROPOSED", "冲正待复核", "about to be reversed"
    REVERSED = "REVERSED", "已冲正", "reversed"
    WITHDRAWN = "WITHDRAWN", "已撤回", "withdrawn"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "激励方案", "incentive run"


_POST: Final = NamedStep(
    leaves=frozenset({RunState.PROPOSED}), to=RunState.POSTED, by=_OFFICE, zh="入账", en="post it"
)
_WITHDRAW: Final = NamedStep(
    leaves=frozenset({RunState.PROPOSED}),
    to=RunState.WITHDRAWN,
    by=_OFFICE,
    zh="撤回",
    en="withdraw it",
)
_PROPOSE_REVERSAL: Final = NamedStep(
    leaves=frozenset({RunState.POSTED}),
    to=RunState.REVERSAL_PROPOSED,
    by=_OFFICE,
    zh="申请冲正",
    en="propose its reversal",
)
_KEEP: Final = NamedStep(
    leaves=frozenset({RunState.REVERSAL_PROPOSED}),
    to=RunState.POSTED,
    by=_OFFICE,
    zh="撤回冲正申请",
    en="keep it",
)
_REVERSE: Final = NamedStep(
    leaves=frozenset({RunState.REVERSAL_PROPOSED}),
    to=RunState.REVERSED,
    by=_OFFICE,
    zh="冲正",
    en="reverse it",
)


class RuleSetState(LabelledState):
    """Where a version of the rules stands."""

    DRAFT = "DRAFT", "待批准", "a draft"
    APPROVED = "APPROVED", "已批准", "approved"
    WITHDRAWN = "WITHDRAWN", "已撤回", "withdrawn"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "激励规则", "set of incentive rules"


_APPROVE_RULES: Final = NamedStep(
    leaves=frozenset({RuleSetState.DRAFT}),
    to=RuleSetState.APPROVED,
    by=_OFFICE,
    zh="批准",
    en="approve it",
)
_WITHDRAW_RULES: Final = NamedStep(
    leaves=frozenset({RuleSetState.DRAFT}),
    to=RuleSetState.WITHDRAWN,
    by=_OFFICE,
    zh="撤回",
    en="withdraw it",
)


class IncentiveRuleSet(Table):
    """One version of the rules by which places earn, from a quarter on; never changed, and good once another person has approved it.

    Of several that are good for a quarter the one that begins last counts, and of those the latest version.
    """

    __tablename__ = "incentive_rule_sets"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "approved_by", "approved_at", "ended_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(),)
    __machine__: ClassVar[StateMachine[RuleSetState]] = StateMachine(
        begins={RuleSetState.DRAFT: _OFFICE}, steps=(_APPROVE_RULES, _WITHDRAW_RULES)
    )
    __table_args__ = (
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint(
            "(state = 'APPROVED') = (approved_by is not null)"
            " and (approved_by is null) = (approved_at is null)",
            name="approved",
        ),
        CheckConstraint("approved_by <> drafted_by", name="two_people"),
        CheckConstraint("(state = 'WITHDRAWN') = (ended_at is not null)", name="ended"),
        Index("uq_incentive_rule_sets_version", "tenant_id", "version", unique=True),
        Index("ix_incentive_rule_sets_quarter", "tenant_id", "state", "quarter"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    quarter: Mapped[date]
    rules: Mapped[dict[str, Any]]
    state: Mapped[RuleSetState]
    drafted_by: Mapped[UUID]
    drafted_at: Mapped[datetime]
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    def approve(self, *, by: UUID, now: datetime) -> None:
        """Enter APPROVED by another person's word."""
        self.state = _APPROVE_RULES.taken_from(self.state)
        self.approved_by, self.approved_at = by, now

    def withdraw(self, *, now: datetime) -> None:
        """End as WITHDRAWN: it was never good."""
        self.state, self.ended_at = _WITHDRAW_RULES.taken_from(self.state), now


class IncentiveRun(Table):
    """What one version of a quarter's table earns by the rules that are kept with it."""

    __tablename__ = "incentive_runs"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state",
        "checked_by",
        "checked_at",
        "reversal_by",
        "reversal_reason",
        "ended_by",
        "ended_at",
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (owner_tenant(),)
    __machine__: ClassVar[StateMachine[RunState]] = StateMachine(
        begins={RunState.PROPOSED: _OFFICE},
        steps=(_POST, _WITHDRAW, _PROPOSE_REVERSAL, _KEEP, _REVERSE),
    )
    __table_args__ = (
        CheckConstraint("total_fen > 0", name="total"),
        CheckConstraint(
            "(checked_by is null) = (state in ('PROPOSED', 'WITHDRAWN'))", name="checked"
        ),
        CheckConstraint("checked_by is null or checked_by <> proposed_by", name="two_people"),
        CheckConstraint(
            "(state in ('REVERSAL_PROPOSED', 'REVERSED')) = (reversal_by is not null)"
            " and (reversal_by is null) = (reversal_reason is null)",
            name="reversal",
        ),
        CheckConstraint(
            "state <> 'REVERSED' or ended_by <> reversal_by", name="two_people_reverse"
        ),
        CheckConstraint(
            "(ended_by is not null) = (state in ('WITHDRAWN', 'REVERSED'))"
            " and (ended_by is null) = (ended_at is null)",
            name="ended",
        ),
        # One run of a quarter is alive at a time: a corrected table pays nothing twice.
        Index(
            "uq_incentive_runs_alive",
            "tenant_id",
            "quarter",
            unique=True,
            postgresql_where=text("state not in ('WITHDRAWN', 'REVERSED')"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    quarter: Mapped[date]
    version: Mapped[int]
    rules: Mapped[dict[str, Any]]
    total_fen: Mapped[int]
    state: Mapped[RunState]
    proposed_by: Mapped[UUID]
    proposed_at: Mapped[datetime]
    checked_by: Mapped[UUID | None]
    checked_at: Mapped[datetime | None]
    reversal_by: Mapped[UUID | None]
    reversal_reason: Mapped[str | None]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]

    def post(self, *, by: UUID, now: datetime) -> None:
        """Enter POSTED: another person has checked it."""
        self.state, self.checked_by, self.checked_at = _POST.taken_from(self.state), by, now

    def withdraw(self, *, by: UUID, now: datetime) -> None:
        """Enter WITHDRAWN: nothing was posted."""
        self.state, self.ended_by, self.ended_at = _WITHDRAW.taken_from(self.state), by, now

    def propose_reversal(self, *, by: UUID, reason: str) -> None:
        """Enter REVERSAL_PROPOSED."""
        self.state = _PROPOSE_REVERSAL.taken_from(self.state)
        self.reversal_by, self.reversal_reason = by, reason

    def keep(self) -> None:
        """Return to POSTED: it is not reversed after all."""
        self.state = _KEEP.taken_from(self.state)
        self.reversal_by = self.reversal_reason = None

    def reverse(self, *, by: UUID, now: datetime) -> None:
        """Enter REVERSED: everything it posted is taken back."""
        self.state, self.ended_by, self.ended_at = _REVERSE.taken_from(self.state), by, now


class IncentiveAward(Table):
    """One bank's part of a run, with the places it is for; ``id`` is its transfer's in the operator's book, once posted."""

    __tablename__ = "incentive_awards"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("posted_at", "reversed_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("awarded", f"bank_id = {TENANT} and posted_at is not null"),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "run_id"], ["incentive_runs.tenant_id", "incentive_runs.id"]
        ),
        CheckConstraint("amount_fen > 0", name="amount"),
        CheckConstraint("reversed_at is null or posted_at is not null", name="reversed"),
        CheckConstraint("jsonb_typeof(places) = 'array'", name="places"),
        Index("uq_incentive_awards_bank_id", "tenant_id", "run_id", "bank_id", unique=True),
        Index("ix_incentive_awards_bank", "bank_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    run_id: Mapped[UUID]
    bank_id: Mapped[UUID]
    quarter: Mapped[date]
    amount_fen: Mapped[int]
    places: Mapped[list[dict[str, Any]]]
    posted_at: Mapped[datetime | None]
    reversed_at: Mapped[datetime | None]
