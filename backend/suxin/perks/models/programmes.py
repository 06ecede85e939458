"""Programmes: what a merchant or an attraction offers, to whom, within which limits, and who pays for it."""

from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import KIND, Reader, batch, owner_tenant, published, system, when
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table
from suxin.lending.models.steps import NamedStep
from suxin.perks.benefits import Benefit, Offer, read_benefit, read_offers
from suxin.perks.states import FunderKind, ProgrammeState, RecordRule, Sector

_MERCHANT: Final = frozenset({Party.TENANT})
_OPERATOR: Final = frozenset({Party.OPERATOR})


def _step(
    leaves: set[ProgrammeState], to: ProgrammeState, by: frozenset[Party], zh: str, en: str
) -> NamedStep[ProgrammeState]:
    return NamedStep(leaves=frozenset(leaves), to=to, by=by, zh=zh, en=en)


_S: Final = ProgrammeState
_EDIT = _step({_S.DRAFT}, _S.DRAFT, _MERCHANT, "修改", "edit it")
_SUBMIT = _step({_S.DRAFT}, _S.SUBMITTED, _MERCHANT, "提交审批", "submit it")
_RETURN = _step({_S.SUBMITTED}, _S.DRAFT, _MERCHANT | _OPERATOR, "退回修改", "give it back")
_PUBLISH = _step({_S.DRAFT}, _S.PUBLISHED, _MERCHANT, "发布", "publish it")
_APPROVE = _step({_S.SUBMITTED}, _S.PUBLISHED, _OPERATOR, "批准发布", "approve it")
_SUSPEND = _step({_S.PUBLISHED}, _S.SUSPENDED, _MERCHANT | _OPERATOR, "暂停", "suspend it")
_RESUME = _step({_S.SUSPENDED}, _S.PUBLISHED, _MERCHANT, "恢复", "resume it")
_END = _step(
    {_S.DRAFT, _S.SUBMITTED, _S.PUBLISHED, _S.SUSPENDED},
    _S.ENDED,
    _MERCHANT | frozenset({Party.PLATFORM}),
    "结束",
    "end it",
)

# What was given back is a draft again, and still known to whoever gave it back.
_SEEN_BY_OPERATOR: Final = f"{KIND} = 'operator' and (state <> 'DRAFT' or submitted_at is not null)"


class Programme(Table):
    """A tenant's programme. ``offers`` stand best first; ``fallback`` is everybody's.

    A period is half-open (``ends_before``); hours are minutes of the day in Shanghai, null for all day; no area means the whole city.
    ``person_daily`` and ``person_total`` bound what one subject has of the programme in a day and in all, ``scenario_monthly`` what he has of the
    scenario at all merchants in a calendar month, ``daily`` what all have in a day; null for no limit. ``stock`` (pieces) and ``budget_fen``
    are what was put into the ledger; the accounts are opened when it is published. ``closed_on`` are dates as ISO 8601 writes them.
    """

    __tablename__ = "perk_programmes"
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT",)
    __machine__: ClassVar[StateMachine[ProgrammeState]] = StateMachine(
        begins={ProgrammeState.DRAFT: _MERCHANT},
        steps=(_SUBMIT, _RETURN, _PUBLISH, _APPROVE, _SUSPEND, _RESUME, _END),
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        # Whoever redeemed one still reads it after it has ended.
        published("published_at is not null"),
        when("seen_by_operator", _SEEN_BY_OPERATOR),
        when("decided_by_operator", _SEEN_BY_OPERATOR, "UPDATE", check=f"{KIND} = 'operator'"),
        system(),
        batch(),
    )
    __table_args__ = (
        CheckConstraint("ends_before > starts_on", name="period"),
        CheckConstraint("(opens_minute is null) = (closes_minute is null)", name="hours_together"),
        CheckConstraint("opens_minute < closes_minute and closes_minute <= 1440", name="hours"),
        CheckConstraint(
            "least(person_daily, person_total, scenario_monthly, daily, uses_each, party_limit, hold_minutes, use_days) >= 1",
            name="limits",
        ),
        CheckConstraint("stock >= 0 and budget_fen >= 0", name="sums"),
        # The city's money is bounded, and promised by the operator alone.
        CheckConstraint(
            "funder <> 'city' or budget_fen is not null and (published_at is null or approved_by is not null)",
            name="city_approved",
        ),
        CheckConstraint("record_rule = 'never' or sector not in ('medical', 'school')", name="lawful_record"),
        CheckConstraint("state not in ('PUBLISHED', 'SUSPENDED') or published_at is not null", name="published"),
        CheckConstraint("(state = 'ENDED') = (ended_at is not null)", name="ended"),
        CheckConstraint("(stock_id is null) = (used_id is null) and (stock_id is null) = (put_out_id is null)", name="stock_accounts"),
        CheckConstraint("(budget_id is null) = (due_id is null) and (budget_id is null) = (promised_id is null)", name="budget_accounts"),
        Index("ix_perk_programmes_state", "tenant_id", "state", "id"),
        Index("ix_perk_programmes_published", "sector", "id", postgresql_where=text("state = 'PUBLISHED'")),
        Index("ix_perk_programmes_in_force", "id", postgresql_where=text("state = 'PUBLISHED'")),
        Index("ix_perk_programmes_submitted", "id", postgresql_where=text("state = 'SUBMITTED'")),
        Index("ix_perk_programmes_over", "ends_before", postgresql_where=text("state in ('PUBLISHED', 'SUSPENDED')")),
    )  # fmt: skip

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    scenario_code: Mapped[str]
    sector: Mapped[Sector]
    record_rule: Mapped[RecordRule]
    state: Mapped[ProgrammeState]
    name: Mapped[str]
    summary: Mapped[str]
    venue: Mapped[str]
    offers: Mapped[list[dict[str, Any]]]
    fallback: Mapped[dict[str, Any]]
    areas: Mapped[list[str]]
    starts_on: Mapped[date]
    ends_before: Mapped[date]
    closed_on: Mapped[list[str]]
    opens_minute: Mapped[int | None] = mapped_column(Integer)
    closes_minute: Mapped[int | None] = mapped_column(Integer)
    person_daily: Mapped[int | None] = mapped_column(Integer)
    person_total: Mapped[int | None] = mapped_column(Integer)
    scenario_monthly: Mapped[int | None] = mapped_column(Integer)
    daily: Mapped[int | None] = mapped_column(Integer)
    uses_each: Mapped[int] = mapped_column(Integer)
    party_limit: Mapped[int] = mapped_column(Integer)
    hold_minutes: Mapped[int] = mapped_column(Integer)
    use_days: Mapped[int] = mapped_column(Integer)
    funder: Mapped[FunderKind]
    funder_name: Mapped[str]
    stock: Mapped[int | None]
    budget_fen: Mapped[int | None]
    stock_id: Mapped[UUID | None]
    used_id: Mapped[UUID | None]
    put_out_id: Mapped[UUID | None]
    budget_id: Mapped[UUID | None]
    due_id: Mapped[UUID | None]
    promised_id: Mapped[UUID | None]
    drafted_by: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None]
    published_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    @property
    def offers_read(self) -> tuple[Offer, ...]:
        """The offers, best first."""
        return read_offers(self.offers)

    @property
    def fallback_read(self) -> Benefit:
        """What everybody gets."""
        return read_benefit(self.fallback)

    def require_draft(self) -> None:
        """Refuse unless it is a draft.

        :raises StepNotPossible: if it is none
        """
        _EDIT.taken_from(self.state)

    def submit(self, *, now: datetime) -> None:
        """Ask the operator to publish it."""
        self.state = _SUBMIT.taken_from(self.state)
        self.submitted_at = self.updated_at = now
        self.reason = None

    def give_back(self, reason: str, *, now: datetime) -> None:
        """Make it a draft again: the operator wants something changed, or the merchant takes it back."""
        self.state = _RETURN.taken_from(self.state)
        self.reason, self.updated_at = reason, now

    def publish(self, *, now: datetime) -> None:
        """Offer it, on the merchant's own or a sponsor's money."""
        self.state = _PUBLISH.taken_from(self.state)
        self.published_at = self.updated_at = now

    def approve(self, *, by: UUID, now: datetime) -> None:
        """Offer it, on the city's money."""
        self.state = _APPROVE.taken_from(self.state)
        self.approved_by = by
        self.published_at = self.updated_at = now

    def suspend(self, reason: str, *, now: datetime) -> None:
        """Give nothing more out for a while; what was granted goes on."""
        self.state = _SUSPEND.taken_from(self.state)
        self.reason, self.updated_at = reason, now

    def resume(self, *, now: datetime) -> None:
        """Go on."""
        self.state = _RESUME.taken_from(self.state)
        self.reason, self.updated_at = None, now

    def end(self, *, now: datetime) -> None:
        """Give nothing more out; what was granted goes on."""
        self.state = _END.taken_from(self.state)
        self.ended_at = self.updated_at = now
