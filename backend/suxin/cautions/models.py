"""Public warnings, with the document that each rests on."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from suxin.cautions.refusals import CautionNotHere, CautionSecondPerson
from suxin.kernel.official_papers import OfficialPaper, PaperKind, PaperStates, paper_checks
from suxin.kernel.readers import KIND, NOW, Reader, batch, operator, published, when
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.sealed_documents import Seals
from suxin.kernel.steps import StateMachine
from suxin.kernel.tables import append_and_change

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

_STATES: Final = PaperStates(
    put_in=CautionState.PROPOSED,
    withdrawn=CautionState.WITHDRAWN,
    rejected=CautionState.REJECTED,
    in_force=CautionState.PUBLISHED,
    over=CautionState.TAKEN_DOWN,
)


class PublicCaution(OfficialPaper):
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
    __machine__: ClassVar[StateMachine[CautionState]] = _STATES.machine()
    __table_args__ = (
        *paper_checks(),
        CheckConstraint("expires_on > issued_on", name="period"),
        CheckConstraint("cardinality(organisations) <= 50", name="organisations"),
        CheckConstraint(
            "(state in ('PROPOSED', 'WITHDRAWN')) = (decided_by is null)", name="decided"
        ),
        CheckConstraint(
            "(state = 'TAKEN_DOWN') = (taken_down_at is not null)"
            " and (taken_down_at is null) = (taken_down_by is null)"
            " and (taken_down_at is null) = (taken_down_reason is null)",
            name="taken_down",
        ),
        Index("ix_public_cautions_shown", "state", "expires_at"),
    )

    kind: Mapped[CautionKind]
    document_number: Mapped[str]
    issued_on: Mapped[date]
    body: Mapped[str]
    organisations: Mapped[list[str]]
    expires_on: Mapped[date]
    expires_at: Mapped[datetime]
    state: Mapped[CautionState]
    filed_by: Mapped[UUID]
    filed_at: Mapped[datetime]
    taken_down_by: Mapped[UUID | None]
    taken_down_at: Mapped[datetime | None]
    taken_down_reason: Mapped[str | None]
    key_sealed: Mapped[bytes | None] = sealed(DOCUMENT_KEY, row="id")


CAUTIONS: Final = PaperKind(
    model=PublicCaution,
    states=_STATES,
    seals=Seals(content=DOCUMENT, key=DOCUMENT_KEY),
    object_type="public_caution",
    thing_zh="公开警示",
    thing_en="public warning",
    field="cautionId",
    not_here=CautionNotHere,
    second_person=CautionSecondPerson,
)
