"""Claims: that somebody of a household did what a rule names, where that stands, and what was posted."""

from datetime import date, datetime
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.grid.states import Claimant, ClaimState
from suxin.kernel.readers import KIND, PERSON, ROW, Reader, exists, owner_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import NamedStep

_S: Final = ClaimState
_VILLAGE: Final = frozenset({Party.TENANT})
_RESIDENT: Final = frozenset({Party.SUBJECT})
_TOWN: Final = frozenset({Party.OPERATOR})
_PLATFORM: Final = frozenset({Party.PLATFORM})
_ANYBODY: Final = _VILLAGE | _RESIDENT
_BEGINS: Final = _ANYBODY | {Party.PLATFORM}
"""The platform records what somebody captured without signal, once its photos have come or have not."""

OF_HOUSEHOLD: Final = exists(
    "household_members m",
    f"m.tenant_id = {ROW}.tenant_id and m.household_id = {ROW}.household_id and m.subject_id = {PERSON} and m.left_at is null",
)
"""The condition that the acting person is in a row's household now."""


def _step(
    leaves: set[ClaimState], to: ClaimState, by: frozenset[Party], zh: str, en: str
) -> NamedStep[ClaimState]:
    return NamedStep(leaves=frozenset(leaves), to=to, by=by, zh=zh, en=en)


_CHECK: Final = _step({_S.SUBMITTED}, _S.CHECKED, _VILLAGE, "初审通过", "pass its first check")
_REFUSE: Final = _step({_S.SUBMITTED, _S.CHECKED}, _S.REFUSED, _VILLAGE, "不予通过", "refuse it")
_APPROVE: Final = _step({_S.CHECKED}, _S.APPROVED, _VILLAGE, "评议通过", "approve it")
_NOTICE: Final = _step({_S.APPROVED}, _S.NOTICED, _VILLAGE, "公示", "put it on notice")
_APPEAL: Final = _step({_S.NOTICED, _S.REFUSED}, _S.APPEALED, _ANYBODY, "提出异议", "object to it")
_ANSWER: Final = _step({_S.APPEALED}, _S.ANSWERED, _VILLAGE, "答复异议", "answer the objection")
_TO_TOWN: Final = _step({_S.ANSWERED}, _S.AT_TOWN, _ANYBODY, "提请乡镇决定", "take it to the town")
_REVIVE: Final = _step({_S.ANSWERED, _S.AT_TOWN}, _S.APPROVED, _PLATFORM | _TOWN, "恢复待公示", "put it forward for notice")  # fmt: skip
_UNFREEZE: Final = _step({_S.ANSWERED, _S.AT_TOWN}, _S.NOTICED, _PLATFORM | _TOWN, "恢复公示", "let its notice go on")  # fmt: skip
_POST: Final = _step({_S.NOTICED, _S.ANSWERED, _S.AT_TOWN}, _S.POSTED, _PLATFORM | _TOWN, "入账", "post it")  # fmt: skip
_REJECT: Final = _step({_S.REFUSED, _S.NOTICED, _S.ANSWERED, _S.AT_TOWN}, _S.REJECTED, _PLATFORM | _TOWN, "终止", "reject it")  # fmt: skip
_WITHDRAW: Final = _step({_S.SUBMITTED, _S.CHECKED, _S.APPROVED}, _S.WITHDRAWN, _ANYBODY, "撤回", "withdraw it")  # fmt: skip
_REVERSE: Final = _step({_S.POSTED}, _S.REVERSED, _VILLAGE, "冲正", "reverse it")

NOTICED: Final = ("state", "notice_id", "notice_line", "notice_ends_at", "due_at")
POSTED: Final = ("state", "due_at", "posted_points", "transfer_id", "posted_at", "ended_at")
REJECTED: Final = ("state", "due_at", "ended_at", "reason")
"""What the steps of these names change in a claim, for whoever writes many at once."""


class PointClaim(Table):
    """A claim under an id that its maker gave it, with the digest of what it says (``contents.digest``).

    ``points`` are the rule's times ``times``, minus where it subtracts; ``posted_points`` what was really posted. The place is in thousandths of a
    degree, about a hundred metres, and often none. ``claimed_by`` is a staff member or a natural person; ``due_at`` the end
    of the time that runs, ``due_days`` working days from ``due_from``, or that of its notice.
    ``checked_at`` is when its first check ended, ``decided_at`` when the committee was through.
    """

    __tablename__ = "grid_claims"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "due_at", "due_from", "due_days", "due_provisional", "late_at", "reason", "checked_at", "decided_at", "notice_id", "notice_line",
        "notice_ends_at", "posted_at", "posted_points", "transfer_id", "ended_at", "reversal_asked_by", "reversal_asked_at",
        "reversal_reason", "reversed_by", "reversal_id",
        # While it waits for its first check, whoever recorded it may set it right.
        "content_hash", "member_id", "rule_set_id", "rule_code", "rule_name", "times", "points", "happened_on", "note",
    )  # fmt: skip
    __machine__: ClassVar[StateMachine[ClaimState]] = StateMachine(
        begins={_S.SUBMITTED: _BEGINS},
        steps=(
            _CHECK, _REFUSE, _APPROVE, _NOTICE, _APPEAL, _ANSWER, _TO_TOWN, _REVIVE, _UNFREEZE, _POST, _REJECT, _WITHDRAW, _REVERSE,
        ),
    )  # fmt: skip
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("household", OF_HOUSEHOLD),
        when("at_town", f"{KIND} = 'operator' and state = 'AT_TOWN'"),
        when(
            "decided_by_town",
            f"{KIND} = 'operator' and state = 'AT_TOWN'",
            "UPDATE",
            check=f"{KIND} = 'operator'",
        ),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "household_id"], ["households.tenant_id", "households.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "member_id"], ["household_members.tenant_id", "household_members.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "rule_set_id"], ["grid_rule_sets.tenant_id", "grid_rule_sets.id"]
        ),
        # Whoever sits on a claim is compared with both, see ``chains.ClaimSeat``.
        UniqueConstraint(
            "tenant_id", "id", "household_id", "claimed_by", name="uq_grid_claims_whose"
        ),
        CheckConstraint("length(content_hash) = 64", name="content_hash"),
        CheckConstraint("points <> 0 and times >= 1", name="points"),
        CheckConstraint("points > 0 or claimed_as = 'worker'", name="minus_by_worker"),
        CheckConstraint("length(note) <= 300", name="note"),
        CheckConstraint(
            "(lat_milli is null) = (lon_milli is null)"
            " and lat_milli between -90000 and 90000 and lon_milli between -180000 and 180000",
            name="place",
        ),
        CheckConstraint(
            "(notice_id is null) = (notice_ends_at is null)"
            " and (notice_id is null) = (notice_line is null)",
            name="noticed",
        ),
        CheckConstraint("state <> 'NOTICED' or notice_id is not null", name="on_notice"),
        # Nothing is posted before its notice is over.
        CheckConstraint(
            "(state in ('POSTED', 'REVERSED')) = (posted_at is not null)"
            " and (posted_at is null or posted_at >= notice_ends_at and posted_points is not null)",
            name="after_notice",
        ),
        CheckConstraint("posted_points = 0 or transfer_id is not null", name="posted"),
        CheckConstraint("abs(posted_points) <= abs(points)", name="posted_within"),
        CheckConstraint(
            "(state = 'REVERSED') = (reversed_by is not null) and reversed_by <> reversal_asked_by",
            name="reversed_by_another",
        ),
        CheckConstraint(
            "(state in ('POSTED', 'REJECTED', 'WITHDRAWN', 'REVERSED')) = (ended_at is not null)",
            name="ended",
        ),
        Index("ix_grid_claims_state", "tenant_id", "state", "id"),
        Index("ix_grid_claims_household", "tenant_id", "household_id", "rule_code", "happened_on"),
        Index("ix_grid_claims_notice", "tenant_id", "notice_id", "notice_line"),
        Index("ix_grid_claims_at_town", "id", postgresql_where=text("state = 'AT_TOWN'")),
        Index("ix_grid_claims_posted_at", "posted_at", postgresql_where=text("state = 'POSTED'")),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    household_id: Mapped[UUID]
    member_id: Mapped[UUID | None]
    rule_set_id: Mapped[UUID]
    rule_code: Mapped[str]
    rule_name: Mapped[str]
    times: Mapped[int]
    points: Mapped[int]
    happened_on: Mapped[date]
    note: Mapped[str]
    lat_milli: Mapped[int | None]
    lon_milli: Mapped[int | None]
    claimed_as: Mapped[Claimant]
    claimed_by: Mapped[UUID]
    claimed_at: Mapped[datetime]
    state: Mapped[ClaimState]
    due_at: Mapped[datetime | None]
    due_from: Mapped[datetime | None]
    due_days: Mapped[int | None]
    due_provisional: Mapped[bool]
    late_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    checked_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    notice_id: Mapped[UUID | None]
    notice_line: Mapped[int | None]
    notice_ends_at: Mapped[datetime | None]
    posted_at: Mapped[datetime | None]
    posted_points: Mapped[int | None]
    transfer_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    reversal_asked_by: Mapped[UUID | None]
    reversal_asked_at: Mapped[datetime | None]
    reversal_reason: Mapped[str | None]
    reversed_by: Mapped[UUID | None]
    reversal_id: Mapped[UUID | None]

    def require_checkable(self) -> None:
        """Refuse unless it waits for its first check."""
        _CHECK.taken_from(self.state)

    def require_before_committee(self) -> None:
        """Refuse unless it waits for the committee."""
        _APPROVE.taken_from(self.state)

    def require_before_supervisors(self) -> None:
        """Refuse unless the supervisors are to decide."""
        _ANSWER.taken_from(self.state)

    def require_before_town(self) -> None:
        """Refuse unless the town is to decide."""
        if self.state is not _S.AT_TOWN:
            _TO_TOWN.taken_from(self.state)

    def require_revisable(self) -> None:
        """Refuse unless it waits for its first check: nobody has relied on what it says yet."""
        _CHECK.taken_from(self.state)

    def pass_check(self, *, now: datetime) -> None:
        """Hand it to the committee."""
        self.state, self.checked_at, self.late_at = _CHECK.taken_from(self.state), now, None

    def refuse(self, reason: str, *, now: datetime) -> None:
        """Say no; whoever claimed may appeal."""
        if self.state is _S.SUBMITTED:
            self.checked_at = now
        else:
            self.decided_at = now
        self.state, self.reason, self.late_at = _REFUSE.taken_from(self.state), reason, None

    def approve(self, *, now: datetime) -> None:
        """Let it be put on notice."""
        self.state, self.decided_at, self.late_at = _APPROVE.taken_from(self.state), now, None
        self.due_at = None

    def put_on_notice(self, notice_id: UUID, *, line: int, ends_at: datetime) -> None:
        """Let everybody see it until a moment."""
        self.state = _NOTICE.taken_from(self.state)
        self.notice_id, self.notice_line = notice_id, line
        self.notice_ends_at = self.due_at = ends_at

    def freeze(self) -> None:
        """Let nothing come of it until the supervisors have decided."""
        self.state, self.late_at = _APPEAL.taken_from(self.state), None

    def answer(self) -> None:
        """Wait whether somebody takes it to the town."""
        self.state, self.late_at = _ANSWER.taken_from(self.state), None

    def take_to_town(self) -> None:
        """Let the town decide, which is outside the village."""
        self.state, self.late_at = _TO_TOWN.taken_from(self.state), None

    def revive(self) -> None:
        """Put what was refused forward for notice after all."""
        self.state, self.due_at, self.reason = _REVIVE.taken_from(self.state), None, None

    def unfreeze(self) -> None:
        """Let its notice go on."""
        self.state, self.due_at = _UNFREEZE.taken_from(self.state), self.notice_ends_at

    def post(self, *, points: int, transfer_id: UUID | None, now: datetime) -> None:
        """Take down what was posted."""
        self.state, self.due_at = _POST.taken_from(self.state), None
        self.posted_points, self.transfer_id = points, transfer_id
        self.posted_at = self.ended_at = now

    def reject(self, reason: str | None, *, now: datetime) -> None:
        """End it with nothing posted."""
        self.state, self.due_at, self.ended_at = _REJECT.taken_from(self.state), None, now
        self.reason = reason or self.reason

    def withdraw(self, *, now: datetime) -> None:
        """Take it back before it was on notice."""
        self.state, self.due_at, self.ended_at = _WITHDRAW.taken_from(self.state), None, now

    def ask_reversal(self, reason: str, *, by: UUID, now: datetime) -> None:
        """Ask that what was posted be reversed, which another person does."""
        _REVERSE.taken_from(self.state)
        self.reversal_reason, self.reversal_asked_by, self.reversal_asked_at = reason, by, now

    def reverse(self, *, by: UUID, reversal_id: UUID | None) -> None:
        """Take down that what was posted was reversed."""
        self.state, self.reversed_by, self.reversal_id = _REVERSE.taken_from(self.state), by, reversal_id  # fmt: skip
