"""Consents and the notice texts that were shown."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import Reader, data_subject, published, reading_tenant, system
from suxin.kernel.refusals import Refusal
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import APPEND_ONLY, Privilege, Table


class ConsentState(StrEnum):
    """Where a consent stands."""

    REQUESTED = "REQUESTED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"
    SUPERSEDED = "SUPERSEDED"
    REJECTED = "REJECTED"
    LAPSED = "LAPSED"


class ConsentStateConflict(Refusal):
    """The consent is in a state from which this step does not lead."""

    code = "CONSENT_STATE_CONFLICT"
    zh = "授权当前状态为“{state_zh}”，不能执行该操作"
    en = "The consent is {state_en}; this step is not possible"

    def __init__(self, *, state: ConsentState) -> None:
        state_zh, state_en = _NAMES[state]
        super().__init__(state_zh=state_zh, state_en=state_en)


_NAMES: dict[ConsentState, tuple[str, str]] = {
    ConsentState.REQUESTED: ("待决定", "not yet decided"),
    ConsentState.ACTIVE: ("有效", "active"),
    ConsentState.PAUSED: ("已暂停", "paused"),
    ConsentState.REVOKED: ("已撤回", "revoked"),
    ConsentState.EXPIRED: ("已到期", "expired"),
    ConsentState.SUPERSEDED: ("已被替代", "superseded"),
    ConsentState.REJECTED: ("已拒绝", "rejected"),
    ConsentState.LAPSED: ("未决定", "lapsed"),
}


_OPEN = frozenset({ConsentState.ACTIVE, ConsentState.PAUSED})
_SUBJECT = frozenset({Party.SUBJECT})
_PLATFORM = frozenset({Party.PLATFORM})


def _step(
    leaves: Iterable[ConsentState], to: ConsentState, by: frozenset[Party]
) -> Step[ConsentState]:
    return Step(leaves=frozenset(leaves), to=to, by=by)


class NoticeText(Table):
    """The text a subject is shown before he decides, PIPL art. 17 and 23; versions are never changed."""

    __tablename__ = "notice_texts"
    __privileges__: ClassVar[tuple[Privilege, ...]] = APPEND_ONLY
    __readers__: ClassVar[tuple[Reader, ...]] = (published(), system())

    version: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    body: Mapped[str]
    sha256: Mapped[str]
    published_at: Mapped[datetime]


class Consent(Table):
    """One permission. ``context_id`` binds it to one matter, such as a loan request."""

    __tablename__ = "consents"
    __machine__: ClassVar[StateMachine[ConsentState]] = StateMachine(
        # What a subject gives unasked begins as active.
        begins={ConsentState.REQUESTED: _SUBJECT, ConsentState.ACTIVE: _SUBJECT},
        steps=(
            _step({ConsentState.REQUESTED, ConsentState.PAUSED}, ConsentState.ACTIVE, _SUBJECT),
            _step({ConsentState.REQUESTED}, ConsentState.REJECTED, _SUBJECT),
            _step({ConsentState.REQUESTED}, ConsentState.LAPSED, _PLATFORM),
            _step({ConsentState.ACTIVE}, ConsentState.PAUSED, _SUBJECT),
            # The platform ends what a matter that is over needs no longer.
            _step(_OPEN, ConsentState.REVOKED, _SUBJECT | _PLATFORM),
            _step(_OPEN, ConsentState.EXPIRED, _PLATFORM),
            _step(_OPEN, ConsentState.SUPERSEDED, _SUBJECT),
        ),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(writes=True),
        reading_tenant(),
        system(),
    )
    __table_args__ = (
        CheckConstraint("expires_at > starts_at", name="period"),
        CheckConstraint("cardinality(categories) > 0", name="categories"),
        Index("ix_consents_tenant_id", "tenant_id", "id"),
        Index(
            "uq_consents_open",
            "subject_id",
            "tenant_id",
            "purpose",
            "context_id",
            unique=True,
            postgresql_where=text("state in ('REQUESTED', 'ACTIVE', 'PAUSED')"),
        ),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    purpose: Mapped[str]
    categories: Mapped[list[str]]
    context_id: Mapped[UUID | None]
    notice_version: Mapped[str]
    notice_sha256: Mapped[str]
    retention_days: Mapped[int]
    state: Mapped[ConsentState]
    requested_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]

    def enter(self, state: ConsentState) -> None:
        """Move to ``state``.

        :raises ConsentStateConflict: if no step leads there from the present state
        """
        if not self.__machine__.leads(self.state, state):
            raise ConsentStateConflict(state=self.state)
        self.state = state
