"""Attachments of a request, what a bank asks for besides, and the messages of a referral."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from suxin.kernel.readers import (
    KIND,
    SUBJECT,
    TENANT,
    Reader,
    batch,
    data_subject,
    owner_tenant,
    system,
    when,
    with_basis,
)
from suxin.kernel.sealed_columns import sealed
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import LabelledState, NamedStep
from suxin.lending.terms import LabelledEnum

ATTACHMENT: Final = "lending.attachment"
"""The purpose for which an attachment's pieces are sealed, under its own key."""

ATTACHMENT_KEY: Final = "lending.attachment_key"
"""The purpose for which an attachment's own key is sealed."""

_HIS_OWN: Final = f"subject_id = {SUBJECT} and {KIND} = 'subject'"
_BASIS: Final = with_basis(category="'loan_request'", context="request_id").using


class AttachmentKind(LabelledEnum):
    """What an attachment is, or what a bank asks for."""

    BUSINESS_LICENCE = "business_licence", "营业执照", "business licence"
    FINANCIAL_STATEMENT = "financial_statement", "财务报表", "financial statement"
    TAX_CERTIFICATE = "tax_certificate", "纳税证明", "tax certificate"
    ACCOUNT_STATEMENT = "account_statement", "经营流水", "statement of account"
    SALES_CONTRACT = "sales_contract", "购销合同或订单", "contract or order"
    LAND_CONTRACT = "land_contract", "土地承包或租赁合同", "land contract or lease"
    COLLATERAL_TITLE = "collateral_title", "抵质押物权属证明", "title to collateral"
    GUARANTEE_LETTER = "guarantee_letter", "担保意向函", "letter of guarantee"
    OTHER = "other", "其他材料", "other material"


class Attachment(Table):
    """A file that an applicant handed in for a request, sealed under a key of its own; for one bank, or for every bank of the request."""

    __tablename__ = "attachments"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "key_sealed", "content", "erased_at"
    )
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "UPDATE (key_sealed)")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when("handed_in", _HIS_OWN, "INSERT"),
        when("erased_by_subject", _HIS_OWN, "UPDATE"),
        with_basis(
            category="'loan_request'",
            context="request_id",
            besides=f"coalesce({{row}}.tenant_id = {TENANT}, true)",
        ),
        system(),
        batch(),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["subject_id", "request_id"], ["loan_requests.subject_id", "loan_requests.id"]
        ),
        CheckConstraint("(key_sealed is null) = (content is null)", name="content"),
        CheckConstraint("(erased_at is null) = (content is not null)", name="erased"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("size_bytes > 0", name="size"),
        Index("ix_attachments_request_id", "subject_id", "request_id", "id"),
        Index("ix_attachments_of_request", "request_id", "id"),
    )

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    request_id: Mapped[UUID]
    tenant_id: Mapped[UUID | None]
    person_id: Mapped[UUID]
    kind: Mapped[AttachmentKind]
    name: Mapped[str]
    media_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    key_sealed: Mapped[bytes | None] = sealed(ATTACHMENT_KEY, row="id")
    content: Mapped[bytes | None]
    uploaded_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class MaterialState(LabelledState):
    """Where a bank's request for more material stands."""

    OPEN = "OPEN", "待补充", "open"
    ANSWERED = "ANSWERED", "已答复", "answered"
    EXPIRED = "EXPIRED", "逾期未补充", "not answered in time"
    CLOSED = "CLOSED", "已终止", "closed"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "补充材料要求", "request for material"


class ItemState(LabelledEnum):
    """Where one thing stands that a bank asked for."""

    ASKED = "asked", "待补充", "asked for"
    SUPPLIED = "supplied", "已提供", "supplied"
    DECLINED = "declined", "不提供", "declined"


def _end(to: MaterialState, by: Party, zh: str, en: str) -> NamedStep[MaterialState]:
    return NamedStep(
        leaves=frozenset({MaterialState.OPEN}), to=to, by=frozenset({by}), zh=zh, en=en
    )


_ANSWER = _end(MaterialState.ANSWERED, Party.SUBJECT, "补充", "answer it")
_EXPIRE = _end(MaterialState.EXPIRED, Party.PLATFORM, "到期", "let it expire")
_CLOSE = _end(MaterialState.CLOSED, Party.PLATFORM, "终止", "close it")


class MaterialRequest(Table):
    """What a bank asks an applicant for besides: a list, each of which he supplies or declines; its deadline waits meanwhile.

    ``items`` are ``{kind, note, state, attachment, words, at}``. ``left_days`` are the working days that the bank had left to decide
    when it asked.
    """

    __tablename__ = "material_requests"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("items", "state", "ended_at")
    __machine__: ClassVar[StateMachine[MaterialState]] = StateMachine(
        begins={MaterialState.OPEN: frozenset({Party.TENANT})},
        steps=(_ANSWER, _EXPIRE, _CLOSE),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        data_subject(),
        when("answers", _HIS_OWN, "UPDATE"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "referral_id"], ["referrals.tenant_id", "referrals.id"]),
        CheckConstraint("(state = 'OPEN') = (ended_at is null)", name="ended"),
        CheckConstraint("closes_at > asked_at", name="period"),
        Index("ix_material_requests_referral_id", "tenant_id", "referral_id", "id"),
        Index("ix_material_requests_state", "tenant_id", "state", "id"),
        Index("ix_material_requests_request_id", "subject_id", "request_id", "id"),
        Index(
            "uq_material_requests_open",
            "tenant_id",
            "referral_id",
            unique=True,
            postgresql_where=text("state = 'OPEN'"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    referral_id: Mapped[UUID]
    request_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    note: Mapped[str]
    items: Mapped[list[dict[str, Any]]]
    state: Mapped[MaterialState]
    left_days: Mapped[int]
    asked_by: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @property
    def open(self) -> bool:
        """Whether something may still be supplied or declined."""
        return self.state is MaterialState.OPEN

    def require_open(self) -> None:
        """Refuse unless something may still be supplied or declined.

        :raises StepNotPossible: if it has ended
        """
        _ANSWER.taken_from(self.state)

    def answer(self, *, now: datetime) -> None:
        """Enter ANSWERED: nothing is left to be supplied or declined."""
        self.state, self.ended_at = _ANSWER.taken_from(self.state), now

    def expire(self, *, now: datetime) -> None:
        """Enter EXPIRED: its time is over."""
        self.state, self.ended_at = _EXPIRE.taken_from(self.state), now

    def close(self, *, now: datetime) -> None:
        """Enter CLOSED: the bank has answered the referral, or it has ended, while something was still asked for."""
        self.state, self.ended_at = _CLOSE.taken_from(self.state), now


class Author(StrEnum):
    """Whose message it is."""

    BANK = "bank"
    APPLICANT = "applicant"


class ReferralMessage(Table):
    """A message of a referral's one conversation, between its bank and its applicant; text, and nothing but text."""

    __tablename__ = "referral_messages"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change("text", "read_at", "erased_at")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        when("applicant_writes", f"{_HIS_OWN} and author = 'applicant'", "INSERT"),
        when("applicant_marks", _HIS_OWN, "UPDATE"),
        # Its own conversation alone: another bank may hold a basis for the same request.
        when("bank_with_basis", f"tenant_id = {TENANT} and {_BASIS}"),
        when("bank_writes", f"tenant_id = {TENANT} and {_BASIS} and author = 'bank'", "INSERT"),
        when("bank_marks", f"tenant_id = {TENANT} and {_BASIS}", "UPDATE"),
        system(),
    )
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "referral_id"], ["referrals.tenant_id", "referrals.id"]),
        CheckConstraint("(erased_at is null) = (text is not null)", name="erased"),
        CheckConstraint("length(text) between 1 and 500", name="text"),
        Index("ix_referral_messages_referral_id", "tenant_id", "referral_id", "id"),
        Index("ix_referral_messages_request_id", "subject_id", "request_id", "id"),
        Index("ix_referral_messages_of_request", "request_id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    referral_id: Mapped[UUID]
    request_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    author: Mapped[Author]
    staff_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    text: Mapped[str | None]
    sent_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


def asked_item(kind: AttachmentKind, note: str) -> dict[str, Any]:
    """Return one thing as a bank asks for it."""
    return {
        "kind": kind.value,
        "note": note,
        "state": ItemState.ASKED.value,
        "attachment": None,
        "words": None,
        "at": None,
    }
