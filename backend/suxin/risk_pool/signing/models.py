"""Agreements with their terms, lists and signatures."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

import msgspec
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import TENANT, Reader, batch, owner_tenant, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table, append_and_change
from suxin.lending.models.steps import NamedStep, StepNotPossible
from suxin.risk_pool.agreements import AgreementTerms
from suxin.risk_pool.signing.states import AgreementState, RateBasis

_OPERATOR: Final = frozenset({Party.OPERATOR})
_BANK: Final = frozenset({Party.TENANT})

_SIGN_FIRST = NamedStep(
    leaves=frozenset({AgreementState.DRAFT}),
    to=AgreementState.SIGNED_ONCE,
    by=_OPERATOR,
    zh="签署",
    en="sign it",
)
_SIGN_SECOND = NamedStep(
    leaves=frozenset({AgreementState.SIGNED_ONCE}),
    to=AgreementState.SIGNED,
    by=_OPERATOR,
    zh="签署",
    en="sign it",
)
_WITHDRAW = NamedStep(
    leaves=frozenset({AgreementState.DRAFT, AgreementState.SIGNED_ONCE, AgreementState.SIGNED}),
    to=AgreementState.WITHDRAWN,
    by=_OPERATOR,
    zh="撤回",
    en="withdraw it",
)
_ACCEPT = NamedStep(
    leaves=frozenset({AgreementState.SIGNED}),
    to=AgreementState.IN_FORCE,
    by=_BANK,
    zh="接受",
    en="accept it",
)
_DECLINE = NamedStep(
    leaves=frozenset({AgreementState.SIGNED}),
    to=AgreementState.DECLINED,
    by=_BANK,
    zh="谢绝",
    en="decline it",
)
_END = NamedStep(
    leaves=frozenset({AgreementState.IN_FORCE}),
    to=AgreementState.ENDED,
    by=frozenset({Party.OPERATOR, Party.TENANT, Party.PLATFORM}),
    zh="终止",
    en="end it",
)


class PoolAgreement(Table):
    """What a pool and a bank agreed on, in one version.

    ``terms`` are ``AgreementTerms``. ``products`` are codes of the bank's products; of the other lists an empty one leaves nothing out.
    ``guarantor_id`` is who bears the guarantor's share, and answers as the bank does; there is none where there is no such share.
    ``quota_account_id`` is the account whose ceiling is the bank's quota in the operator's book; there is none before two people have signed.
    """

    __tablename__ = "pool_agreements"
    __privileges__: ClassVar[tuple[str, ...]] = append_and_change(
        "state", "first_signed_by", "first_signed_at", "second_signed_by", "second_signed_at",
        "quota_account_id", "answered_by", "answered_at", "guarantor_answered_by", "guarantor_answered_at", "ended_at", "end_note",
    )  # fmt: skip
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __machine__: ClassVar[StateMachine[AgreementState]] = StateMachine(
        begins={AgreementState.DRAFT: _OPERATOR},
        steps=(_SIGN_FIRST, _SIGN_SECOND, _WITHDRAW, _ACCEPT, _DECLINE, _END),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        when("offered_bank", f"bank_id = {TENANT} and second_signed_at is not null"),
        when("answering_bank", f"bank_id = {TENANT} and second_signed_at is not null", "UPDATE"),
        when("offered_guarantor", f"guarantor_id = {TENANT} and second_signed_at is not null"),
        when(
            "answering_guarantor",
            f"guarantor_id = {TENANT} and second_signed_at is not null",
            "UPDATE",
        ),
        batch(),
        system(),
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "pool_id", "bank_id", "version"),
        # A filing names its agreement with the bank and the pool, so that none stands under another's.
        UniqueConstraint("tenant_id", "id", "pool_id", "bank_id"),
        ForeignKeyConstraint(["tenant_id", "pool_id"], ["risk_pools.tenant_id", "risk_pools.id"]),
        ForeignKeyConstraint(
            ["tenant_id", "quota_account_id"], ["ledger_accounts.tenant_id", "ledger_accounts.id"]
        ),
        CheckConstraint("version >= 1", name="version"),
        CheckConstraint("quota_fen > 0 and principal_cap_fen > 0", name="amounts"),
        CheckConstraint("starts_on < ends_on", name="period"),
        CheckConstraint("cardinality(products) > 0", name="products"),
        CheckConstraint(
            "(first_signed_by is null) = (first_signed_at is null)"
            " and (second_signed_by is null) = (second_signed_at is null)"
            " and second_signed_by <> first_signed_by",
            name="two_people",
        ),
        CheckConstraint(
            "state not in ('SIGNED', 'IN_FORCE', 'DECLINED', 'ENDED')"
            " or (first_signed_by is not null and second_signed_by is not null and quota_account_id is not null)",
            name="signed",
        ),
        CheckConstraint(
            "state not in ('IN_FORCE', 'ENDED') or (answered_at is not null"
            " and (guarantor_id is null or guarantor_answered_at is not null))",
            name="answered",
        ),
        CheckConstraint(
            "state <> 'DECLINED' or coalesce(answered_at, guarantor_answered_at) is not null",
            name="declined",
        ),
        CheckConstraint(
            "guarantor_id <> bank_id and (guarantor_id is not null or guarantor_answered_at is null)",
            name="guarantor",
        ),
        CheckConstraint(
            "(state in ('DECLINED', 'WITHDRAWN', 'ENDED')) = (ended_at is not null)", name="ended"
        ),
        Index(
            "uq_pool_agreements_in_force",
            "tenant_id",
            "pool_id",
            "bank_id",
            unique=True,
            postgresql_where=text("state = 'IN_FORCE'"),
        ),
        Index("ix_pool_agreements_bank_id", "bank_id", "state", "id"),
        Index("ix_pool_agreements_guarantor_id", "guarantor_id", "id"),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    pool_id: Mapped[UUID]
    bank_id: Mapped[UUID]
    guarantor_id: Mapped[UUID | None]
    version: Mapped[int]
    state: Mapped[AgreementState]
    terms: Mapped[dict[str, Any]]
    rate_basis: Mapped[RateBasis]
    products: Mapped[list[str]]
    industries: Mapped[list[str]]
    areas: Mapped[list[str]]
    purposes: Mapped[list[str]]
    principal_cap_fen: Mapped[int]
    rate_ceiling_bps: Mapped[int | None]
    quota_fen: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    drafted_at: Mapped[datetime]
    drafted_by: Mapped[UUID]
    first_signed_at: Mapped[datetime | None]
    first_signed_by: Mapped[UUID | None]
    second_signed_at: Mapped[datetime | None]
    second_signed_by: Mapped[UUID | None]
    quota_account_id: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    guarantor_answered_at: Mapped[datetime | None]
    guarantor_answered_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    end_note: Mapped[str | None]

    @property
    def agreed(self) -> AgreementTerms:
        """The terms as the arithmetic takes them."""
        return msgspec.convert(self.terms, AgreementTerms)

    def runs_on(self, day: date) -> bool:
        """Tell whether it is in force on a day of its period; its last day is the day before ``ends_on``."""
        return self.state is AgreementState.IN_FORCE and self.starts_on <= day < self.ends_on

    def sign(self, *, staff_id: UUID, now: datetime) -> None:
        """Take one of the operator's two signatures; the second by another person moves it on to the bank."""
        if self.state is AgreementState.DRAFT:
            self.state = _SIGN_FIRST.taken_from(self.state)
            self.first_signed_by, self.first_signed_at = staff_id, now
            return
        self.state = _SIGN_SECOND.taken_from(self.state)
        self.second_signed_by, self.second_signed_at = staff_id, now

    def withdraw(self, *, note: str, now: datetime) -> None:
        """End as WITHDRAWN before the bank has answered."""
        self.state, self.ended_at, self.end_note = _WITHDRAW.taken_from(self.state), now, note

    @property
    def waits_for_one(self) -> bool:
        """Whether the next yes is the last that is needed."""
        needed = 1 if self.guarantor_id is None else 2
        given = (self.answered_at is not None) + (self.guarantor_answered_at is not None)
        return self.state is AgreementState.SIGNED and needed - given == 1

    def accept(self, *, staff_id: UUID | None, for_guarantor: bool, now: datetime) -> None:
        """Take the bank's or the guarantor's yes, and enter IN_FORCE with the last of them.

        :raises StepNotPossible: if that side has answered, or it is not offered any more
        """
        entered, last = _ACCEPT.taken_from(self.state), self.waits_for_one
        self._answer(staff_id, for_guarantor=for_guarantor, now=now)
        if last:
            self.state = entered

    def decline(
        self, *, staff_id: UUID | None, for_guarantor: bool, note: str, now: datetime
    ) -> None:
        """End as DECLINED by the bank's word, or the guarantor's.

        :raises StepNotPossible: if that side has answered, or it is not offered any more
        """
        entered = _DECLINE.taken_from(self.state)
        self._answer(staff_id, for_guarantor=for_guarantor, now=now)
        self.state, self.ended_at, self.end_note = entered, now, note

    def _answer(self, staff_id: UUID | None, *, for_guarantor: bool, now: datetime) -> None:
        answered = self.guarantor_answered_at if for_guarantor else self.answered_at
        if answered is not None:
            raise StepNotPossible(state=self.state, step_zh="再次答复", step_en="answer it again")
        if for_guarantor:
            self.guarantor_answered_by, self.guarantor_answered_at = staff_id, now
        else:
            self.answered_by, self.answered_at = staff_id, now

    def end(self, *, note: str, now: datetime) -> None:
        """End as ENDED: nothing more is filed under it, and what was filed stays covered."""
        self.state, self.ended_at, self.end_note = _END.taken_from(self.state), now, note
