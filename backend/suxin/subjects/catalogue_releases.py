"""Releases of the catalogue: which were in force since when, and those that are drafted and wait to be."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import KIND, Reader, batch, operator, published, when
from suxin.kernel.refusals import Refusal
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import READ_ONLY, Privilege, Table, append_and_change


class CatalogueRelease(Table):
    """One release of the catalogue; ``sha256`` is of its items, so that no number stands for two."""

    __tablename__ = "catalogue_releases"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")
    __readers__: ClassVar[tuple[Reader, ...]] = (published(), batch())
    __table_args__ = (CheckConstraint("item_count > 0", name="item_count"),)

    release: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    sha256: Mapped[str]
    item_count: Mapped[int]
    loaded_at: Mapped[datetime]


class DraftState(StrEnum):
    """Where a drafted release stands; ACTIVATED is asked for, and the platform's job puts it in force."""

    DRAFT = "DRAFT"
    ACTIVATED = "ACTIVATED"
    IN_FORCE = "IN_FORCE"
    FAILED = "FAILED"
    DISCARDED = "DISCARDED"


DRAFT_STATES_ZH: Final[dict[DraftState, str]] = {
    DraftState.DRAFT: "待启用",
    DraftState.ACTIVATED: "启用中",
    DraftState.IN_FORCE: "已启用",
    DraftState.FAILED: "未能启用",
    DraftState.DISCARDED: "已作废",
}


class DraftEnded(Refusal):
    """The draft was activated or discarded before."""

    code = "CATALOGUE_DRAFT_ENDED"
    zh = "该目录草稿已处理（{state_zh}）"
    en = "This draft of the catalogue was dealt with before ({state_en})"

    def __init__(self, *, state: DraftState) -> None:
        super().__init__(state_zh=DRAFT_STATES_ZH[state], state_en=state.value.lower())


def _step(leaves: DraftState, to: DraftState, party: Party) -> Step[DraftState]:
    return Step(leaves=frozenset({leaves}), to=to, by=frozenset({party}))


class CatalogueDraft(Table):
    """A release as it was sent, which nobody goes by before it is put in force; ``items`` has them under that name."""

    __tablename__ = "catalogue_drafts"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("state", "decided_by", "ended_at")
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        operator(),
        when("drafted", f"{KIND} = 'operator' and state = 'DRAFT'", "INSERT"),
        when(
            "decided",
            f"{KIND} = 'operator' and state = 'DRAFT'",
            "UPDATE",
            check=f"{KIND} = 'operator' and state in ('ACTIVATED', 'DISCARDED')",
        ),
        batch(),
    )
    __machine__: ClassVar[StateMachine[DraftState]] = StateMachine(
        begins={DraftState.DRAFT: frozenset({Party.OPERATOR})},
        steps=(
            _step(DraftState.DRAFT, DraftState.ACTIVATED, Party.OPERATOR),
            _step(DraftState.DRAFT, DraftState.DISCARDED, Party.OPERATOR),
            _step(DraftState.ACTIVATED, DraftState.IN_FORCE, Party.PLATFORM),
            _step(DraftState.ACTIVATED, DraftState.FAILED, Party.PLATFORM),
        ),
    )
    __table_args__ = (
        CheckConstraint("(state = 'FAILED') = (failure_code is not null)", name="failure"),
        CheckConstraint("item_count > 0", name="item_count"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    release: Mapped[str]
    source: Mapped[str]
    sha256: Mapped[str]
    items: Mapped[dict[str, Any]]
    item_count: Mapped[int]
    state: Mapped[DraftState]
    drafted_by: Mapped[UUID]
    drafted_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    failure_code: Mapped[str | None]
    failure_zh: Mapped[str | None]
    failure_en: Mapped[str | None]

    def decide(self, state: DraftState, *, by: UUID) -> None:
        """Take the step that a person takes: to be activated, or not at all.

        :raises DraftEnded: if it was dealt with before
        """
        if self.state is not DraftState.DRAFT:
            raise DraftEnded(state=self.state)
        self.state, self.decided_by = state, by

    def fail(self, refusal: Refusal, *, now: datetime) -> None:
        """Say why it could not be put in force after all."""
        self.state, self.ended_at = DraftState.FAILED, now
        self.failure_code = refusal.code
        self.failure_zh, self.failure_en = refusal.zh_message, refusal.en_message
