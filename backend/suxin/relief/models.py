"""Notices of exemption, and which record each of them exempts."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.official_papers import (
    OFFICE,
    OfficialPaper,
    PaperKind,
    PaperStates,
    paper_checks,
)
from suxin.kernel.readers import KIND, Reader, batch, data_subject, operator, system, when
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.sealed_documents import Seals
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.relief.refusals import NoticeNotHere, SecondPersonNeeded
from suxin.subjects.models import DataCategory

DOCUMENT: Final = "relief.document"
"""The purpose for which the pieces of a notice's document are sealed, under its own key."""

DOCUMENT_KEY: Final = "relief.document_key"
"""The purpose for which the document's own key is sealed."""


class NoticeState(StrEnum):
    """Where a notice stands. ENDED is what was in force; what it alone exempted counts again."""

    PROPOSED = "PROPOSED"
    WITHDRAWN = "WITHDRAWN"
    REJECTED = "REJECTED"
    IN_FORCE = "IN_FORCE"
    ENDED = "ENDED"


STATES_ZH: Final[dict[NoticeState, str]] = {
    NoticeState.PROPOSED: "待审定",
    NoticeState.WITHDRAWN: "已撤回",
    NoticeState.REJECTED: "未通过",
    NoticeState.IN_FORCE: "生效中",
    NoticeState.ENDED: "已终止",
}

CATEGORIES: Final = (
    DataCategory.REGISTRATION,
    DataCategory.TAX,
    DataCategory.SOCIAL_INSURANCE,
    DataCategory.PENALTIES,
    DataCategory.ENVIRONMENT,
    DataCategory.PERFORMANCE,
)
"""What a notice may be about: what departments record of how somebody conducts his business. A conviction is no matter of a disaster."""

_PLATFORM: Final = frozenset({Party.PLATFORM})
_STATES: Final = PaperStates(
    put_in=NoticeState.PROPOSED,
    withdrawn=NoticeState.WITHDRAWN,
    rejected=NoticeState.REJECTED,
    in_force=NoticeState.IN_FORCE,
    over=NoticeState.ENDED,
)


class DisasterNotice(OfficialPaper):
    """One notice: what it rests on, whom it is for, and who filed, decided and ended it.

    ``from_on`` to ``to_on`` are days of Shanghai, both included. ``ends_on`` is the first day on which it exempts nothing more.
    ``source`` names what proposed it where no person did. ``records`` and ``subjects`` are whom it would concern as it was counted:
    nothing where fewer than five; ``counted`` has the same by area.
    """

    __tablename__ = "disaster_notices"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state",
        "decided_by",
        "decided_at",
        "answer",
        "ending_by",
        "ending_at",
        "ending_reason",
        "ended_by",
        "ended_at",
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = (
        "SELECT",
        "UPDATE (counted, records, subjects, counted_at, applied_at, key_sealed)",
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        operator(),
        when("filed", f"{KIND} = 'operator'", "INSERT"),
        when("moved_on", f"{KIND} = 'operator'", "UPDATE"),
        system(),
        batch(),
    )
    __machine__: ClassVar[StateMachine[NoticeState]] = _STATES.machine(over_by=OFFICE | _PLATFORM)
    __table_args__ = (
        *paper_checks(),
        CheckConstraint("to_on >= from_on", name="period"),
        CheckConstraint("ends_on is null or ends_on > to_on", name="ends"),
        CheckConstraint("cardinality(areas) >= 1", name="areas"),
        CheckConstraint("cardinality(categories) >= 1", name="categories"),
        CheckConstraint("(filed_by is null) = (source is not null)", name="filed"),
        # Two people at the end as at the beginning.
        CheckConstraint("ended_by <> ending_by", name="two_people_end"),
        CheckConstraint("(ending_by is null) = (ending_at is null)", name="ending"),
        CheckConstraint(
            "(state in ('IN_FORCE', 'ENDED', 'REJECTED')) = (decided_by is not null)",
            name="decided",
        ),
        CheckConstraint("(state = 'ENDED') = (ended_at is not null)", name="ended"),
        Index("uq_disaster_notices_source", "source", unique=True),
    )

    reason: Mapped[str]
    areas: Mapped[list[str]]
    categories: Mapped[list[str]]
    from_on: Mapped[date]
    to_on: Mapped[date]
    ends_on: Mapped[date | None]
    source: Mapped[str | None]
    state: Mapped[NoticeState]
    filed_by: Mapped[UUID | None]
    filed_at: Mapped[datetime]
    records: Mapped[int | None]
    subjects: Mapped[int | None]
    counted: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    counted_at: Mapped[datetime | None]
    applied_at: Mapped[datetime | None]
    ending_by: Mapped[UUID | None]
    ending_at: Mapped[datetime | None]
    ending_reason: Mapped[str | None]
    ended_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    key_sealed: Mapped[bytes | None] = sealed(DOCUMENT_KEY, row="id")


NOTICES: Final = PaperKind(
    model=DisasterNotice,
    states=_STATES,
    seals=Seals(content=DOCUMENT, key=DOCUMENT_KEY),
    object_type="disaster_notice",
    thing_zh="豁免公告",
    thing_en="notice of exemption",
    field="noticeId",
    not_here=NoticeNotHere,
    second_person=SecondPersonNeeded,
)


class GroupExemption(Table):
    """One record that a notice exempts, for the notice's reason; it goes with the record.

    Subjects are told by notice: ``told_at`` when it began, ``end_told_at`` when it ended.
    """

    __tablename__ = "group_exemptions"
    __privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (told_at, end_told_at)")
    __batch_privileges__: ClassVar[tuple[str, ...]] = (
        "SELECT",
        "INSERT",
        "UPDATE (ended_at)",
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (data_subject(), system(), batch())
    __table_args__ = (
        ForeignKeyConstraint(
            ["subject_id", "record_id"],
            ["credit_records.subject_id", "credit_records.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("ended_at is not null or end_told_at is null", name="told"),
        # What is left to do for each notice.
        Index(
            "ix_group_exemptions_live",
            "notice_id",
            "subject_id",
            postgresql_where=text("ended_at is null"),
        ),
        Index(
            "ix_group_exemptions_untold",
            "notice_id",
            "subject_id",
            postgresql_where=text(
                "told_at is null or ended_at is not null and end_told_at is null"
            ),
        ),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("disaster_notices.id"), primary_key=True)
    item: Mapped[str]
    title: Mapped[str]
    reason: Mapped[str]
    exempted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    end_told_at: Mapped[datetime | None]
