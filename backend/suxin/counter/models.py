"""Visits at a counter with their named steps, and the evidence of what somebody decided there."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.actor import Assistance
from suxin.kernel.at_counter import LIVE_VISIT
from suxin.kernel.readers import (
    KIND,
    NOW,
    PERSON,
    STAFF,
    TENANT,
    VISIT,
    Reader,
    acting_person,
    batch,
    data_subject,
    exists,
    operator,
    system,
    when,
)
from suxin.kernel.refusals import Refusal
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.steps import Party, StateMachine, Step
from suxin.kernel.tables import Table, append_and_change

VISIT_LIFE: Final = timedelta(minutes=30)
"""How long a visit lasts at the most; what was proved is worth nothing after it. Proposed (demo configuration)."""

EVIDENCE: Final = "counter.evidence"
"""The purpose under which a signature, or the number of a paper, is sealed."""

EVIDENCE_KEPT_YEARS: Final = 5
"""For how many years after its consent has ended evidence is kept, as the receipts are. Proposed (demo configuration)."""


class VisitState(StrEnum):
    """Where a visit stands; ABANDONED is one that ended without its last matter being decided."""

    OPENED = "OPENED"
    PROVED = "PROVED"
    READ_ALOUD = "READ_ALOUD"
    DECIDED = "DECIDED"
    ABANDONED = "ABANDONED"


class Matter(StrEnum):
    """What a person may come about: to answer a request, or to change what he permitted."""

    ANSWER = "answer"
    PAUSE = "pause"
    RESUME = "resume"
    REVOKE = "revoke"


MATTERS_ZH: Final[Mapping[Matter, str]] = {
    Matter.ANSWER: "答复授权请求",
    Matter.PAUSE: "暂停授权",
    Matter.RESUME: "恢复授权",
    Matter.REVOKE: "撤回授权",
}


class Decision(StrEnum):
    """What a person decides."""

    ALLOW = "allow"
    REFUSE = "refuse"
    PAUSE = "pause"
    RESUME = "resume"
    REVOKE = "revoke"


DECISIONS: Final = {
    Matter.ANSWER: (Decision.ALLOW, Decision.REFUSE),
    Matter.PAUSE: (Decision.PAUSE,),
    Matter.RESUME: (Decision.RESUME,),
    Matter.REVOKE: (Decision.REVOKE,),
}
"""Which decisions end which matter; a request is answered either way."""


class EvidenceKind(StrEnum):
    """How a person shows that he decided: by his signature on the pad, or on a paper that the counter files."""

    SIGNATURE = "signature"
    PAPER = "paper"


EVIDENCE_KINDS_ZH: Final[Mapping[EvidenceKind, str]] = {
    EvidenceKind.SIGNATURE: "签名板手写签名",
    EvidenceKind.PAPER: "纸质签字",
}


class ReceiptBy(StrEnum):
    """How he gets his receipt."""

    SMS = "sms"
    PAPER = "paper"


_STATES_ZH: dict[VisitState, str] = {
    VisitState.OPENED: "待核验身份",
    VisitState.PROVED: "已核验身份",
    VisitState.READ_ALOUD: "已宣读告知书",
    VisitState.DECIDED: "已办理",
    VisitState.ABANDONED: "已结束",
}


class VisitNotReady(Refusal):
    """The visit is not at the step that comes before this one."""

    code = "VISIT_NOT_READY"
    zh = "当前为“{state_zh}”，请按“核验身份、宣读告知书、本人决定”的顺序办理"
    en = "The visit is {state_en}; prove the person, read the notice aloud, then let him decide"

    def __init__(self, *, state: VisitState) -> None:
        super().__init__(state_zh=_STATES_ZH[state], state_en=state.value.lower())


_OPERATOR: Final = frozenset({Party.OPERATOR})
_AT_HAND: Final = frozenset({VisitState.PROVED, VisitState.READ_ALOUD, VisitState.DECIDED})


class CounterVisit(Table):
    """One person at one helper's counter: who he was proved to be, and the notice that was read aloud to him last.

    ``words_sha256`` is of the text as it was read, with its blanks filled; ``notice_sha256`` of the published wording.
    ``reading`` counts the readings, so that each signature belongs to one of them.
    """

    __tablename__ = "counter_visits"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state",
        "person_id",
        "proof_tries",
        "proof_method",
        "proof_ref",
        "proved_at",
        "phone_confirmed_at",
        "subject_id",
        "consent_id",
        "matter",
        "notice_version",
        "notice_sha256",
        "words_sha256",
        "reading",
        "read_aloud_at",
        "ended_at",
    )
    __machine__: ClassVar[StateMachine[VisitState]] = StateMachine(
        begins={VisitState.OPENED: _OPERATOR},
        steps=(
            # The platform writes what the identity service proved.
            Step(
                leaves=frozenset({VisitState.OPENED}),
                to=VisitState.PROVED,
                by=frozenset({Party.PLATFORM}),
            ),
            Step(leaves=_AT_HAND, to=VisitState.READ_ALOUD, by=_OPERATOR),
            Step(
                leaves=frozenset({VisitState.READ_ALOUD}),
                to=VisitState.DECIDED,
                by=frozenset({Party.SUBJECT}),
            ),
            Step(
                leaves=frozenset({VisitState.OPENED, VisitState.PROVED, VisitState.READ_ALOUD}),
                to=VisitState.ABANDONED,
                by=_OPERATOR | {Party.PLATFORM},
            ),
        ),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        when(
            "own_helper",
            f"{KIND} = 'operator' and tenant_id = {TENANT} and helper_id = {STAFF}",
            "ALL",
        ),
        acting_person(),
        when(
            "decided_there",
            f"{KIND} = 'subject' and id = {VISIT} and person_id = {PERSON} and state = 'READ_ALOUD'",
            "UPDATE",
            check=f"id = {VISIT} and person_id = {PERSON} and state = 'DECIDED'",
        ),
        system(),
    )
    __table_args__ = (
        CheckConstraint("expires_at > opened_at", name="life"),
        CheckConstraint("(person_id is null) = (proved_at is null)", name="proved"),
        CheckConstraint(
            "state not in ('PROVED', 'READ_ALOUD', 'DECIDED') or person_id is not null",
            name="person",
        ),
        CheckConstraint(
            "state not in ('READ_ALOUD', 'DECIDED')"
            " or num_nulls(subject_id, consent_id, matter, notice_sha256, words_sha256, read_aloud_at) = 0",
            name="read_aloud",
        ),
        CheckConstraint("state <> 'ABANDONED' or ended_at is not null", name="abandoned"),
        # One at a time: whoever stands at the counter is the one whom the desk shows.
        Index(
            "uq_counter_visits_running",
            "tenant_id",
            "helper_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("ix_counter_visits_person_id", "person_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    helper_id: Mapped[UUID]
    branch_id: Mapped[UUID | None]
    office: Mapped[str]
    state: Mapped[VisitState]
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    person_id: Mapped[UUID | None]
    proof_tries: Mapped[int]
    proof_method: Mapped[str | None]
    proof_ref: Mapped[str | None]
    proved_at: Mapped[datetime | None]
    phone_confirmed_at: Mapped[datetime | None]
    subject_id: Mapped[UUID | None]
    consent_id: Mapped[UUID | None]
    matter: Mapped[Matter | None]
    notice_version: Mapped[str | None]
    notice_sha256: Mapped[str | None]
    words_sha256: Mapped[str | None]
    reading: Mapped[int]
    read_aloud_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @property
    def assistance(self) -> Assistance:
        """The help that is on record with what the person does here."""
        return Assistance(visit_id=self.id, helper_id=self.helper_id, office=self.office)

    def is_running(self, now: datetime) -> bool:
        """Return whether the visit has neither ended nor run out."""
        return self.ended_at is None and now < self.expires_at

    def enter(self, state: VisitState) -> None:
        """Move to ``state``.

        :raises VisitNotReady: if no step leads there from the present state
        """
        if not self.__machine__.leads(self.state, state):
            raise VisitNotReady(state=self.state)
        self.state = state


# Evidence is of what was read aloud last at the helper's own running visit, and towards somebody else than his house.
_OF_THE_READING: Final = exists(
    "counter_visits v join consents c on c.subject_id = v.subject_id and c.id = v.consent_id",
    f"{LIVE_VISIT} and v.id = {{row}}.visit_id and v.state = 'READ_ALOUD'"
    " and v.person_id = {row}.person_id and v.subject_id = {row}.subject_id"
    " and v.consent_id = {row}.consent_id and v.reading = {row}.reading"
    " and v.read_aloud_at = {row}.read_aloud_at"
    " and v.notice_sha256 = {row}.notice_sha256 and v.words_sha256 = {row}.words_sha256"
    " and (v.matter = {row}.decision or v.matter = 'answer' and {row}.decision in ('allow', 'refuse'))"
    " and c.tenant_id <> v.tenant_id",
)


class CounterEvidence(Table):
    """What a person signed: for which consent and decision, after which wording, and in whose presence.

    ``content_sealed`` is the signature as a PNG in Base64, or the number of the paper; ``sha256`` is of what is sealed.
    """

    __tablename__ = "counter_evidence"
    # What was signed is never rewritten; that it was carried out is written once, by the person's own act.
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("carried_out_at")
    # Sealed anew when keys rotate, and changed in nothing else.
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (content_sealed)")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        acting_person(),
        operator(),
        when(
            "taken_by_helper",
            f"{KIND} = 'operator' and tenant_id = {TENANT} and helper_id = {STAFF} and {_OF_THE_READING}",
            "INSERT",
        ),
        when(
            "carried_out",
            f"{KIND} = 'subject' and visit_id = {VISIT} and person_id = {PERSON} and carried_out_at is null",
            "UPDATE",
            check=f"visit_id = {VISIT} and person_id = {PERSON} and carried_out_at = {NOW}",
        ),
        when("receipts", f"{KIND} = 'system'"),
        batch(),
    )
    __table_args__ = (
        CheckConstraint("length(sha256) = 64", name="sha256"),
        # One reading, one signature.
        Index("uq_counter_evidence_reading", "visit_id", "reading", unique=True),
        Index("ix_counter_evidence_consent_id", "subject_id", "consent_id"),
        Index("ix_counter_evidence_person_id", "person_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    visit_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    helper_id: Mapped[UUID]
    office: Mapped[str]
    person_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    consent_id: Mapped[UUID]
    decision: Mapped[Decision]
    notice_version: Mapped[str]
    notice_sha256: Mapped[str]
    words_sha256: Mapped[str]
    reading: Mapped[int]
    read_aloud_at: Mapped[datetime]
    kind: Mapped[EvidenceKind]
    content_sealed: Mapped[bytes] = sealed(EVIDENCE, row="id")
    sha256: Mapped[str]
    receipt: Mapped[ReceiptBy]
    taken_at: Mapped[datetime]
    carried_out_at: Mapped[datetime | None]

    @property
    def number(self) -> str:
        """The short number that stands on the receipt: ``8D91-C3A2``."""
        tail = self.id.hex[-8:].upper()
        return f"{tail[:4]}-{tail[4:]}"
