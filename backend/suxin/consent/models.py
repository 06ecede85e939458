"""Consents, the notice texts that were shown, what was fetched, the signed artefacts, and the impact assessments."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from suxin.consent.purposes import PERK_REDEEM, FetchUnit, Frequency
from suxin.kernel.at_counter import asked_at_counter, consent_as_signed, helped_subject
from suxin.kernel.readers import (
    KIND,
    NOW,
    SUBJECT,
    TENANT,
    Reader,
    data_subject,
    exists,
    kept_until,
    published,
    reading_tenant,
    represented_by_person,
    system,
    when,
)
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import APPEND_ONLY, WITH_DELETE, Privilege, Table, append_and_change


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


STATE_WORDS: Final[Mapping[ConsentState, tuple[str, str]]] = {
    ConsentState.REQUESTED: ("待决定", "not yet decided"),
    ConsentState.ACTIVE: ("有效", "active"),
    ConsentState.PAUSED: ("已暂停", "paused"),
    ConsentState.REVOKED: ("已撤回", "revoked"),
    ConsentState.EXPIRED: ("已到期", "expired"),
    ConsentState.SUPERSEDED: ("已被替代", "superseded"),
    ConsentState.REJECTED: ("已拒绝", "rejected"),
    ConsentState.LAPSED: ("未决定", "lapsed"),
}
"""How a state is called in Chinese and in English."""


class ConsentStateConflict(Refusal):
    """The consent is in a state from which this step does not lead."""

    code = "CONSENT_STATE_CONFLICT"
    zh = "授权当前状态为“{state_zh}”，不能执行该操作"
    en = "The consent is {state_en}; this step is not possible"

    def __init__(self, *, state: ConsentState) -> None:
        state_zh, state_en = STATE_WORDS[state]
        super().__init__(state_zh=state_zh, state_en=state_en)


GIVEN: Final = frozenset({ConsentState.ACTIVE, ConsentState.PAUSED})
"""The subject has said yes and has not taken it back."""

NEVER_GIVEN: Final = frozenset({ConsentState.REQUESTED, ConsentState.REJECTED, ConsentState.LAPSED})
"""The subject has not said yes, so that there is nothing to read and nothing to sign."""

CONSENT_KEPT_DAYS: Final = 5 * 365 + 2
"""How long a consent is kept after its end, as long as the receipts that name it. Proposed (demo configuration); at least three
years by 网络数据安全管理条例 art. 12."""

REQUEST_KEPT_DAYS: Final = 3 * 366
"""How long a request that was never granted is kept after its end: nothing was read on it. Proposed (demo configuration)."""

_OPEN = GIVEN
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
    # Erased by the platform when the time of keeping is over (``consent.keeping``).
    __privileges__: ClassVar[tuple[Privilege, ...]] = WITH_DELETE
    __machine__: ClassVar[StateMachine[ConsentState]] = StateMachine(
        # A tenant asks, or a helper puts it to whoever came to his counter; what a subject gives unasked begins as active.
        begins={
            ConsentState.REQUESTED: _SUBJECT | {Party.TENANT, Party.OPERATOR},
            ConsentState.ACTIVE: _SUBJECT,
        },
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
        # Whoever may act for the subject sees what it decided, before he says for whom he acts.
        when("represented", represented_by_person("{row}.subject_id")),
        # A tenant may ask, and decides nothing.
        when(
            "asking_tenant",
            f"tenant_id = {TENANT} and state = 'REQUESTED' and decided_at is null",
            "INSERT",
        ),
        # Whoever helps him at a counter sees what he is asked for and what he gave, while the visit lasts.
        helped_subject("subject_id"),
        asked_at_counter(PERK_REDEEM.code),
        system(),
        *consent_as_signed(),
        kept_until(
            f"ended_at <= {NOW} - (case when state in ('REJECTED', 'LAPSED')"
            f" then interval '{REQUEST_KEPT_DAYS} days' else interval '{CONSENT_KEPT_DAYS} days' end)"
        ),
    )
    __table_args__ = (
        CheckConstraint("expires_at > starts_at", name="period"),
        CheckConstraint("frequency_times > 0", name="frequency"),
        CheckConstraint("cardinality(categories) > 0", name="categories"),
        # Sensitive personal information is consented to by itself (PIPL art. 29).
        CheckConstraint(
            "not categories && array['convictions', 'health', 'special_status']"
            " or cardinality(categories) = 1",
            name="sensitive_apart",
        ),
        Index("ix_consents_tenant_id", "tenant_id", "id"),
        Index("ix_consents_ended_at", "ended_at", postgresql_where=text("ended_at is not null")),
        Index(
            "uq_consents_open",
            "subject_id",
            "tenant_id",
            "purpose",
            "context_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
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
    life_days: Mapped[int]
    records_from: Mapped[date]
    frequency_times: Mapped[int]
    frequency_unit: Mapped[FetchUnit]
    retention_days: Mapped[int]
    # Whether the data is a natural person's, known once he decides.
    natural_person: Mapped[bool | None]
    state: Mapped[ConsentState]
    requested_at: Mapped[datetime]
    # A request that nobody answers until then lapses; what is given unasked has no such time.
    answer_by: Mapped[datetime | None]
    starts_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]

    @property
    def frequency(self) -> Frequency:
        """How often the tenant may fetch."""
        return Frequency(self.frequency_times, self.frequency_unit)

    def enter(self, state: ConsentState) -> None:
        """Move to ``state``.

        :raises ConsentStateConflict: if no step leads there from the present state
        """
        if not self.__machine__.leads(self.state, state):
            raise ConsentStateConflict(state=self.state)
        self.state = state


_ON_A_LIVE_BASIS = exists(
    "access_bases b",
    "b.source_id = {row}.consent_id and b.subject_id = {row}.subject_id"
    f" and b.tenant_id = {TENANT} and b.ended_at is null"
    f" and b.starts_at <= {NOW} and b.ends_at > {NOW}",
)


# What belongs to a consent goes with it, and never before it.
_CONSENT_IS_GONE: Final = "not " + exists(
    "consents c", "c.subject_id = {row}.subject_id and c.id = {row}.consent_id"
)


class ConsentFetch(Table):
    """One use of a consent, counted against its frequency: a fetch by the tenant's system, or a day at its desk.

    ``content`` is what was delivered, as JSON, with its SHA-256; when the retention is over it is erased, and that it was
    delivered stays on record. Rows are added and never taken back while their consent is there, so that nobody starts counting anew.
    """

    __tablename__ = "consent_fetches"
    __privileges__: ClassVar[tuple[str, ...]] = (
        *append_and_change("content", "erased_at"),
        "DELETE",
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when("on_a_live_basis", f"tenant_id = {TENANT} and {_ON_A_LIVE_BASIS}"),
        when("counted", f"tenant_id = {TENANT} and {_ON_A_LIVE_BASIS}", "INSERT"),
        # At his wish, what was delivered on a consent that has ended is erased before its retention is over.
        when(
            "erased_by_subject",
            f"subject_id = {SUBJECT} and content is not null",
            "UPDATE",
            check=f"subject_id = {SUBJECT} and content is null and erased_at is not null",
        ),
        system(),
        kept_until(_CONSENT_IS_GONE),
    )
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        Index("ix_consent_fetches_period", "subject_id", "consent_id", "period"),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    period: Mapped[str]
    at_desk: Mapped[bool]
    at: Mapped[datetime]
    categories: Mapped[list[str]]
    content: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    sha256: Mapped[str | None]
    erased_at: Mapped[datetime | None]


class ArtefactNotSigned(Refusal):
    """The artefact is being signed, which takes a moment after the decision."""

    code = "ARTEFACT_NOT_SIGNED"
    kind = RefusalKind.UNAVAILABLE
    retryable = True
    zh = "授权凭证正在生成，请稍后再试"
    en = "The artefact is being signed; try again in a moment"


class ConsentArtefact(Table):
    """The signed statement of what was agreed (JWS, RFC 7515), which the subject keeps and anyone can verify offline."""

    __tablename__ = "consent_artefacts"
    __privileges__: ClassVar[tuple[Privilege, ...]] = (*APPEND_ONLY, "DELETE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        reading_tenant(),
        system(),
        kept_until(_CONSENT_IS_GONE),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    jws: Mapped[str]
    signed_at: Mapped[datetime]


class AssessedKind(StrEnum):
    """What an impact assessment is about: a purpose of sharing, a score model, a support programme."""

    PURPOSE = "purpose"
    SCORE_MODEL = "score_model"
    PROGRAMME = "programme"


ASSESSMENT_KEPT_DAYS: Final = 3 * 366
"""How long an impact assessment is kept after what it is about has ended, PIPL art. 56: at least three years."""

_FILES: Final = f"{KIND} in ('operator', 'system')"


class ImpactAssessment(Table):
    """One impact assessment on file (PIPL art. 55, 56): its document's hash, what it concludes, and who filed it.

    ``thing`` is a purpose's code, or the id of a score model or a programme; ``ended_at`` is when that ended, until which
    the assessment is in force. Kept for three years after that (``ASSESSMENT_KEPT_DAYS``): the row policy lets none go
    earlier, and none that is in force.
    """

    __tablename__ = "impact_assessments"
    __privileges__: ClassVar[tuple[str, ...]] = (*append_and_change("ended_at"), "DELETE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        published(),
        when("filed", _FILES, "INSERT"),
        when(
            "ended",
            f"{_FILES} and ended_at is null",
            "UPDATE",
            check=f"{_FILES} and ended_at = {NOW}",
        ),
        when(
            "kept_long_enough",
            f"{KIND} = 'system' and ended_at <= {NOW} - interval '{ASSESSMENT_KEPT_DAYS} days'",
            "DELETE",
        ),
    )
    __table_args__ = (
        CheckConstraint("length(document_sha256) = 64", name="document_sha256"),
        Index("ix_impact_assessments_about", "kind", "thing"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[AssessedKind]
    thing: Mapped[str]
    title: Mapped[str]
    conclusion: Mapped[str]
    document_sha256: Mapped[str]
    filed_at: Mapped[datetime]
    filed_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
