"""Versions of a village's rules: drafted, adopted by its assembly, confirmed by another person for a day to come."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.grid.minutes import Minutes
from suxin.grid.rules import RuleBook, read_book
from suxin.grid.states import Meeting, RuleSetState
from suxin.kernel.readers import Reader, batch, owner_tenant, published, system
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import READ_ONLY, Table, append_and_change
from suxin.lending.models.steps import NamedStep

_VILLAGE: Final = frozenset({Party.TENANT})
_S: Final = RuleSetState


def _step(leaves: set[RuleSetState], to: RuleSetState, zh: str, en: str) -> NamedStep[RuleSetState]:
    return NamedStep(leaves=frozenset(leaves), to=to, by=_VILLAGE, zh=zh, en=en)


_EDIT: Final = _step({_S.DRAFT}, _S.DRAFT, "修改", "edit it")
_ADOPT: Final = _step({_S.DRAFT}, _S.ADOPTED, "记录表决", "record its adoption")
_RETURN: Final = _step({_S.ADOPTED}, _S.DRAFT, "退回", "return it")
_CONFIRM: Final = _step({_S.ADOPTED}, _S.CONFIRMED, "确认", "confirm it")
_DROP: Final = _step({_S.DRAFT, _S.ADOPTED}, _S.DROPPED, "作废", "drop it")


class RuleSet(Table):
    """One version of a village's rules. It is in force from ``starts_on`` until the next confirmed one's day.

    ``book`` is ``rules.RuleBook`` as stored. The minutes say when the assembly met (``met_on``), how many were called, came and were for it, and
    where the paper is kept. Confirmed rules are read by everybody.
    """

    __tablename__ = "grid_rule_sets"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "book", "edited_at", "meeting", "met_on", "entitled", "present", "in_favour", "minutes", "adopted_by", "adopted_at",
        "confirmed_by", "confirmed_at", "starts_on", "reason",
    )  # fmt: skip
    __batch_privileges__: ClassVar[tuple[str, ...]] = READ_ONLY
    __machine__: ClassVar[StateMachine[RuleSetState]] = StateMachine(
        begins={_S.DRAFT: _VILLAGE}, steps=(_ADOPT, _RETURN, _CONFIRM, _DROP)
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        published("state = 'CONFIRMED'"),
        system(),
        # Areas are counted: in which villages rules are in force.
        batch(),
    )
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint(
            "state not in ('ADOPTED', 'CONFIRMED')"
            " or num_nulls(meeting, met_on, entitled, present, in_favour, minutes, adopted_by, adopted_at) = 0",
            name="adopted",
        ),
        CheckConstraint("in_favour <= present and present <= entitled", name="counts"),
        CheckConstraint(
            "case when state = 'CONFIRMED' then num_nulls(confirmed_by, confirmed_at, starts_on) = 0"
            " else confirmed_by is null end",
            name="confirmed",
        ),
        CheckConstraint(
            "confirmed_by <> drafted_by and confirmed_by <> adopted_by", name="by_another"
        ),
        Index("uq_grid_rule_sets_number", "tenant_id", "number", unique=True),
        Index(
            "uq_grid_rule_sets_starts_on",
            "tenant_id",
            "starts_on",
            unique=True,
            postgresql_where=text("state = 'CONFIRMED'"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    state: Mapped[RuleSetState]
    book: Mapped[dict[str, Any]]
    drafted_by: Mapped[UUID]
    drafted_at: Mapped[datetime]
    edited_at: Mapped[datetime]
    meeting: Mapped[Meeting | None]
    met_on: Mapped[date | None]
    entitled: Mapped[int | None]
    present: Mapped[int | None]
    in_favour: Mapped[int | None]
    minutes: Mapped[str | None]
    adopted_by: Mapped[UUID | None]
    adopted_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    starts_on: Mapped[date | None]
    reason: Mapped[str | None]

    @property
    def rules(self) -> RuleBook:
        """What it says."""
        return read_book(self.book)

    def edit(self, book: RuleBook, *, now: datetime) -> None:
        """Change a draft."""
        self.state = _EDIT.taken_from(self.state)
        self.book, self.edited_at = book.stored(), now

    def adopt(self, minutes: Minutes, *, by: UUID, now: datetime) -> None:
        """Take down that the village's assembly adopted it."""
        self.state = _ADOPT.taken_from(self.state)
        self.meeting, self.met_on, self.entitled = minutes.meeting, minutes.met_on, minutes.entitled
        self.present, self.in_favour, self.minutes = (
            minutes.present,
            minutes.in_favour,
            minutes.kept_at,
        )
        self.adopted_by, self.adopted_at, self.reason = by, now, None

    def give_back(self, reason: str) -> None:
        """Make it a draft again, because what was taken down is not right; the assembly is asked anew."""
        self.state = _RETURN.taken_from(self.state)
        self.reason = reason

    def confirm(self, *, starts_on: date, by: UUID, now: datetime) -> None:
        """Let it come into force on a day."""
        self.state = _CONFIRM.taken_from(self.state)
        self.starts_on, self.confirmed_by, self.confirmed_at = starts_on, by, now

    def drop(self) -> None:
        """Let nothing come of it."""
        self.state = _DROP.taken_from(self.state)
