"""Applications for credit repair, and the documents that go with them."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    BATCH_ROLE,
    KIND,
    NOW,
    SUBJECT,
    Reader,
    batch,
    data_subject,
    kept_until,
    operator,
    system,
    when,
)
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import Table, append_and_change
from suxin.repair.clocks import Clock

DOCUMENT: Final = "repair.document"
"""The purpose for which the pieces of a document are sealed, under its own key."""

DOCUMENT_KEY: Final = "repair.document_key"
"""The purpose for which a document's own key is sealed."""

APPLICATION_KEPT_DAYS: Final = 3 * 365 + 1
"""How long an application is kept after it ended: three years, of which one may be a leap year. Proposed."""


class RepairState(StrEnum):
    """Where an application stands: with the platform, with the window, with the subject again, or at its end."""

    FILED = "FILED"
    RELAYED = "RELAYED"
    RETURNED = "RETURNED"
    ACCEPTED = "ACCEPTED"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    REPAIRED = "REPAIRED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


STATES_ZH: Final[dict[RepairState, str]] = {
    RepairState.FILED: "待转送",
    RepairState.RELAYED: "已转送国家窗口",
    RepairState.RETURNED: "退回补正",
    RepairState.ACCEPTED: "已受理",
    RepairState.NOT_ACCEPTED: "不予受理",
    RepairState.REPAIRED: "已修复",
    RepairState.REFUSED: "不予修复",
    RepairState.WITHDRAWN: "已撤回",
}

WITH_WINDOW: Final = frozenset({RepairState.RELAYED, RepairState.ACCEPTED})
"""The states in which the window is asked how far it is."""

OPEN_STATES: Final = WITH_WINDOW | {RepairState.FILED, RepairState.RETURNED}
_OPEN: Final = "state in ('FILED', 'RELAYED', 'ACCEPTED', 'RETURNED')"
_RUNNING: Final = "state in ('FILED', 'RELAYED', 'ACCEPTED')"


class RepairNotHere(Refusal):
    """The application is not where this may be done with it."""

    code = "REPAIR_STATE_CONFLICT"
    zh = "该修复申请当前为“{state_zh}”，不能进行此操作"
    en = "The application is {state_en}; this cannot be done now"

    def __init__(self, *, state: RepairState) -> None:
        super().__init__(state_zh=STATES_ZH[state], state_en=state.value.lower().replace("_", " "))


class DocumentKind(StrEnum):
    """What a document shows: that the duties are done, or the public credit commitment; the measures want both."""

    PROOF = "proof"
    COMMITMENT = "commitment"
    OTHER = "other"


DOCUMENTS_ZH: Final[dict[DocumentKind, str]] = {
    DocumentKind.PROOF: "已纠正失信行为、履行义务的证明",
    DocumentKind.COMMITMENT: "信用承诺书",
    DocumentKind.OTHER: "其他材料",
}


def _step(to: RepairState, party: Party, *leaves: RepairState) -> Step[RepairState]:
    return Step(leaves=frozenset(leaves), to=to, by=frozenset({party}))


class RepairApplication(Table):
    """What a subject asks the national window to repair, how far it is, and what came of it.

    The record is told as it was when repair was asked for. ``clock`` is what is waited for, since ``clock_from`` and until
    ``due_at``; ``late_clock`` (its name) and ``late_at`` say which was missed first. ``reason`` is what the window said last;
    ``applied_at`` and ``copies`` say when and in how many records the result was carried out.
    """

    __tablename__ = "repair_applications"
    # Erased by the platform when the time of keeping is over.
    __privileges__: ClassVar[tuple[str, ...]] = (
        *append_and_change(
            "statement",
            "round",
            "state",
            "clock",
            "clock_from",
            "due_at",
            "due_provisional",
            "late_clock",
            "late_at",
            "receipt_no",
            "relayed_at",
            "asked_at",
            "reason",
            "decided_at",
            "applied_at",
            "copies",
            "ended_at",
        ),
        "DELETE",
    )
    # So that a batch which tells a repaired record anew finds that it was.
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    # Nobody of the credit office takes a step: the window decides, and the platform says what it said.
    __machine__: ClassVar[StateMachine[RepairState]] = StateMachine(
        begins={RepairState.FILED: frozenset({Party.SUBJECT})},
        steps=(
            _step(RepairState.RELAYED, Party.PLATFORM, RepairState.FILED),
            _step(RepairState.ACCEPTED, Party.PLATFORM, RepairState.RELAYED),
            _step(RepairState.RETURNED, Party.PLATFORM, RepairState.RELAYED, RepairState.ACCEPTED),
            _step(RepairState.NOT_ACCEPTED, Party.PLATFORM, RepairState.FILED, RepairState.RELAYED),
            _step(RepairState.REPAIRED, Party.PLATFORM, RepairState.RELAYED, RepairState.ACCEPTED),
            _step(RepairState.REFUSED, Party.PLATFORM, RepairState.RELAYED, RepairState.ACCEPTED),
            _step(RepairState.FILED, Party.SUBJECT, RepairState.RETURNED),
            _step(RepairState.WITHDRAWN, Party.SUBJECT, RepairState.FILED, RepairState.RETURNED),
        ),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when("filed", f"subject_id = {SUBJECT} and {KIND} = 'subject'", "INSERT"),
        when("own", f"subject_id = {SUBJECT} and {KIND} = 'subject'", "UPDATE"),
        operator(),
        system(),
        Reader("batch", "true", "SELECT", BATCH_ROLE),
        kept_until(
            f"not ({_OPEN}) and ended_at <= {NOW} - interval '{APPLICATION_KEPT_DAYS} days'"
        ),
    )
    __table_args__ = (
        CheckConstraint(
            f"({_RUNNING}) = (clock is not null and clock_from is not null and due_at is not null)",
            name="running",
        ),
        CheckConstraint(f"({_OPEN}) = (ended_at is null)", name="ended"),
        CheckConstraint(
            "(state = 'REPAIRED') = (applied_at is not null and copies is not null)", name="applied"
        ),
        CheckConstraint("(late_at is null) = (late_clock is null)", name="late"),
        CheckConstraint("round >= 1", name="round"),
        Index("ix_repair_applications_state", "state", "due_at"),
        Index(
            "uq_repair_applications_open",
            "subject_id",
            "record_id",
            unique=True,
            postgresql_where=text(_OPEN),
        ),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    record_id: Mapped[UUID]
    item_code: Mapped[str]
    item: Mapped[str]
    source: Mapped[str]
    record_ref: Mapped[str]
    occurred_on: Mapped[date]
    statement: Mapped[str]
    round: Mapped[int]
    state: Mapped[RepairState]
    filed_at: Mapped[datetime]
    clock: Mapped[Clock | None]
    clock_from: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_provisional: Mapped[bool]
    late_clock: Mapped[str | None]
    late_at: Mapped[datetime | None]
    receipt_no: Mapped[str | None]
    relayed_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    copies: Mapped[int | None]
    ended_at: Mapped[datetime | None]

    def enter(self, state: RepairState) -> None:
        """Move to ``state``; what was waited for is over.

        :raises RepairNotHere: if no step leads there
        """
        self.require_step(state)
        self.state = state
        self.clock = self.clock_from = self.due_at = None
        self.due_provisional = False

    def wait(self, clock: Clock, *, start: datetime, until: datetime, provisional: bool) -> None:
        """Say what is waited for, since when and until when."""
        self.clock, self.clock_from, self.due_at = clock, start, until
        self.due_provisional = provisional

    def require_step(self, to: RepairState) -> None:
        """Refuse what is no step from here.

        :raises RepairNotHere: if none leads there
        """
        if not self.__machine__.leads(self.state, to):
            raise RepairNotHere(state=self.state)


class RepairDocument(Table):
    """A document of an application, sealed under a key of its own; once the application has ended only what it was stays.

    One that no application has taken within a day is erased.
    """

    __tablename__ = "repair_documents"
    __privileges__: ClassVar[tuple[str, ...]] = (
        *append_and_change("application_id", "sent_at", "key_sealed", "content"),
        "DELETE",
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (key_sealed)")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when(
            "put_down",
            f"subject_id = {SUBJECT} and {KIND} = 'subject' and application_id is null",
            "INSERT",
        ),
        when(
            "attached",
            f"subject_id = {SUBJECT} and {KIND} = 'subject'",
            "UPDATE",
        ),
        system(),
        batch(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["subject_id", "application_id"],
            ["repair_applications.subject_id", "repair_applications.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("(key_sealed is null) = (content is null)", name="content"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        Index("ix_repair_documents_application_id", "subject_id", "application_id"),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    application_id: Mapped[UUID | None]
    kind: Mapped[DocumentKind]
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    key_sealed: Mapped[bytes | None] = sealed(DOCUMENT_KEY, row="id")
    content: Mapped[bytes | None]
    uploaded_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
