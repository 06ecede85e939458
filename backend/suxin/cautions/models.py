"""Public warnings, with the document that each rests on."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import KIND, NOW, Reader, batch, operator, published, when
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import Table, append_and_change

DOCUMENT: Final = "cautions.document"
"""The purpose for which the pieces of a warning's document are sealed, under its own key."""

DOCUMENT_KEY: Final = "cautions.document_key"
"""The purpose for which the document's own key is sealed."""


class CautionKind(StrEnum):
    """What an authority warns of."""

    DEBT_EVASION = "DEBT_EVASION"
    ILLEGAL_FUNDRAISING = "ILLEGAL_FUNDRAISING"


KINDS_ZH: Final[dict[CautionKind, str]] = {
    CautionKind.DEBT_EVASION: "逃废债",
    CautionKind.ILLEGAL_FUNDRAISING: "非法集资",
}

KINDS_EN: Final[dict[CautionKind, str]] = {
    CautionKind.DEBT_EVASION: "evasion of debts",
    CautionKind.ILLEGAL_FUNDRAISING: "illegal fund-raising",
}


class CautionState(StrEnum):
    """Where a warning stands. Whether a published one is over follows from its last day."""

    PROPOSED = "PROPOSED"
    WITHDRAWN = "WITHDRAWN"
    REJECTED = "REJECTED"
    PUBLISHED = "PUBLISHED"
    TAKEN_DOWN = "TAKEN_DOWN"


STATES_ZH: Final[dict[CautionState, str]] = {
    CautionState.PROPOSED: "待审定",
    CautionState.WITHDRAWN: "已撤回",
    CautionState.REJECTED: "未通过",
    CautionState.PUBLISHED: "公开中",
    CautionState.TAKEN_DOWN: "已撤下",
}

_OFFICE: Final = frozenset({Party.OPERATOR})


def _step(leaves: CautionState, to: CautionState) -> Step[CautionState]:
    return Step(leaves=frozenset({leaves}), to=to, by=_OFFICE)


class PublicCaution(Table):
    """One warning: what the authority's notice says, until when it is shown, and who proposed, decided on and took it down.

    ``expires_on`` is the first day of Shanghai on which it is shown no more, and ``expires_at`` that day's beginning.
    """

    __tablename__ = "public_cautions"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state",
        "decided_by",
        "decided_at",
        "answer",
        "taken_down_by",
        "taken_down_at",
        "taken_down_reason",
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (key_sealed)")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        published(f"state = 'PUBLISHED' and expires_at > {NOW}"),
        operator(),
        when("filed", f"{KIND} = 'operator'", "INSERT"),
        when("moved_on", f"{KIND} = 'operator'", "UPDATE"),
        batch(),
    )
    __machine__: ClassVar[StateMachine[CautionState]] = StateMachine(
        begins={CautionState.PROPOSED: _OFFICE},
        steps=(
            _step(CautionState.PROPOSED, CautionState.WITHDRAWN),
            _step(CautionState.PROPOSED, CautionState.REJECTED),
            _step(CautionState.PROPOSED, CautionState.PUBLISHED),
            _step(CautionState.PUBLISHED, CautionState.TAKEN_DOWN),
        ),
    )
    __table_args__ = (
        CheckConstraint("expires_on > issued_on", name="period"),
        CheckConstraint("cardinality(organisations) <= 50", name="organisations"),
        # Two people, whoever proposes and whoever publishes (decision 33).
        CheckConstraint("decided_by <> filed_by", name="two_people"),
        CheckConstraint(
            "(state in ('PROPOSED', 'WITHDRAWN')) = (decided_by is null)", name="decided"
        ),
        CheckConstraint(
            "(state = 'TAKEN_DOWN') = (taken_down_at is not null)"
            " and (taken_down_at is null) = (taken_down_by is null)"
            " and (taken_down_at is null) = (taken_down_reason is null)",
            name="taken_down",
        ),
        CheckConstraint("(key_sealed is null) = (content is null)", name="content"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        Index("ix_public_cautions_shown", "state", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[CautionKind]
    title: Mapped[str]
    authority: Mapped[str]
    document_number: Mapped[str]
    issued_on: Mapped[date]
    body: Mapped[str]
    organisations: Mapped[list[str]]
    expires_on: Mapped[date]
    expires_at: Mapped[datetime]
    state: Mapped[CautionState]
    filed_by: Mapped[UUID]
    filed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    taken_down_by: Mapped[UUID | None]
    taken_down_at: Mapped[datetime | None]
    taken_down_reason: Mapped[str | None]
    # The document that it rests on, in the columns that every table of documents has.
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    key_sealed: Mapped[bytes | None] = sealed(DOCUMENT_KEY, row="id")
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    uploaded_at: Mapped[datetime]
