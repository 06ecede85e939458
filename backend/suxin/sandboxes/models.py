"""The invented applicants of a sandbox, and what each has done."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import SANDBOX, TENANT, Reader, reading_tenant, system, when
from suxin.kernel.tables import Table, append_and_change


class SandboxOutcome(StrEnum):
    """How an invented applicant behaves."""

    ACCEPTS_AT_ONCE = "ACCEPTS_AT_ONCE"
    FIRST_LOAN = "FIRST_LOAN"
    RECORDS_WITH_PENALTY = "RECORDS_WITH_PENALTY"
    ASKS_THE_POOL = "ASKS_THE_POOL"
    REFUSES_CONSENT = "REFUSES_CONSENT"
    REVOKES_AFTER_OFFER = "REVOKES_AFTER_OFFER"
    WITHDRAWS = "WITHDRAWS"
    LETS_OFFER_LAPSE = "LETS_OFFER_LAPSE"
    NEVER_ANSWERS = "NEVER_ANSWERS"
    MATCHES_NOTHING = "MATCHES_NOTHING"


class SandboxEvent(StrEnum):
    """What an invented applicant can be made to do."""

    SUBMIT_REQUEST = "SUBMIT_REQUEST"
    GIVE_CONSENT = "GIVE_CONSENT"
    REFUSE_CONSENT = "REFUSE_CONSENT"
    REVOKE_CONSENT = "REVOKE_CONSENT"
    ACCEPT_OFFER = "ACCEPT_OFFER"
    WITHDRAW_REQUEST = "WITHDRAW_REQUEST"
    LET_DEADLINE_LAPSE = "LET_DEADLINE_LAPSE"
    MISS_INSTALMENT = "MISS_INSTALMENT"


class SandboxApplicant(Table):
    """An invented firm with the person who speaks for it, and how far its story has come.

    ``lead_id``, ``lead_number`` and ``referral_id`` tell what its last request became for the bank: outside a sandbox nobody
    learns that before the applicant consents.
    """

    __tablename__ = "sandbox_applicants"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "steps_done", "lead_number", "referral_id", "last_event", "last_event_at"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        reading_tenant(),
        when("played", f"tenant_id = {TENANT} and tenant_id = {SANDBOX}", "UPDATE"),
        system(),
    )
    __table_args__ = (UniqueConstraint("tenant_id", "outcome"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    outcome: Mapped[SandboxOutcome]
    name: Mapped[str]
    person_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    mandate_id: Mapped[UUID]
    steps_done: Mapped[int]
    lead_number: Mapped[str | None]
    referral_id: Mapped[UUID | None]
    last_event: Mapped[SandboxEvent | None]
    last_event_at: Mapped[datetime | None]


class Conduct(StrEnum):
    """What a client of a sandbox was seen to do, as it is counted."""

    SENT_TRUSTED = "SENT_TRUSTED"
    SENT_AD_HOC = "SENT_AD_HOC"
    PAGED = "PAGED"
    GREW_PAGE = "GREW_PAGE"
    REPLAYED = "REPLAYED"
    REUSED_KEY = "REUSED_KEY"
    WAS_REFUSED = "WAS_REFUSED"
    REPEATED_REFUSED = "REPEATED_REFUSED"
    EXHAUSTED_BUDGET = "EXHAUSTED_BUDGET"
    RENEWED_NONCE = "RENEWED_NONCE"
    IGNORED_NONCE = "IGNORED_NONCE"


class ClientConduct(Table):
    """How often one client of a sandbox did one thing. What it asked for, and about whom, is not here."""

    __tablename__ = "client_conduct"
    __readers__: ClassVar[tuple[Reader, ...]] = (reading_tenant(), system())
    __table_args__ = (CheckConstraint("times > 0", name="times"),)

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    conduct: Mapped[Conduct] = mapped_column(primary_key=True)
    times: Mapped[int]
