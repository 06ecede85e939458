"""Banks' loan products and how fast the banks answer."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from suxin.kernel.readers import SAME_WORLD, Reader, batch, owner_tenant, published, system
from suxin.kernel.steps import Party, StateMachine
from suxin.kernel.tables import Table
from suxin.lending.models.steps import LabelledState, NamedStep, StepNotPossible


class ProductStatus(LabelledState):
    """Where a product stands; only published ones are matched."""

    DRAFT = "DRAFT", "草稿", "a draft"
    PUBLISHED = "PUBLISHED", "已发布", "published"
    RETIRED = "RETIRED", "已下架", "retired"

    @property
    @override
    def thing(self) -> tuple[str, str]:
        return "产品", "product"


_BANK = frozenset({Party.TENANT})
_PUBLISH = NamedStep(
    leaves=frozenset({ProductStatus.DRAFT}),
    to=ProductStatus.PUBLISHED,
    by=_BANK,
    zh="修改或发布",
    en="edit or publish it",
)
_RETIRE = NamedStep(
    leaves=frozenset({ProductStatus.DRAFT, ProductStatus.PUBLISHED}),
    to=ProductStatus.RETIRED,
    by=_BANK,
    zh="下架",
    en="retire it",
)


class LoanProduct(Table):
    """A bank's loan product. A published version is never edited: a draft of it takes its place when published."""

    __tablename__ = "loan_products"
    __machine__: ClassVar[StateMachine[ProductStatus]] = StateMachine(
        begins={ProductStatus.DRAFT: _BANK}, steps=(_PUBLISH, _RETIRE), column="status"
    )
    __readers__: ClassVar[tuple[Reader, ...]] = (
        owner_tenant(),
        # Whoever was matched with a product still reads it after it was retired.
        published(f"status <> 'DRAFT' and {SAME_WORLD}"),
    )
    __table_args__ = (
        CheckConstraint("min_amount_fen between 1 and max_amount_fen", name="amount"),
        CheckConstraint("min_term_months between 1 and max_term_months", name="term"),
        CheckConstraint("min_rate_bps between 0 and max_rate_bps", name="rate"),
        Index(
            "ix_loan_products_published", "status", postgresql_where=text("status = 'PUBLISHED'")
        ),
        Index("ix_loan_products_code", "tenant_id", "code", "id"),
        Index("ix_loan_products_status", "tenant_id", "status", "id"),
        # The order of the query ``in_use``.
        Index(
            "ix_loan_products_in_use",
            "tenant_id",
            text("((status <> 'RETIRED')::int)"),
            "id",
        ),
        # One draft at a time takes a product's place.
        Index(
            "uq_loan_products_next_version",
            "tenant_id",
            "draft_of",
            unique=True,
            postgresql_where=text("status = 'DRAFT'"),
        ),
    )

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    version: Mapped[int]
    draft_of: Mapped[UUID | None]
    status: Mapped[ProductStatus]
    name: Mapped[str]
    summary: Mapped[str]
    min_amount_fen: Mapped[int]
    max_amount_fen: Mapped[int]
    min_term_months: Mapped[int]
    max_term_months: Mapped[int]
    min_rate_bps: Mapped[int]
    max_rate_bps: Mapped[int]
    upfront_fee_bps: Mapped[int]
    upfront_fee_fen: Mapped[int]
    repayment_methods: Mapped[list[str]]
    guarantee_modes: Mapped[list[str]]
    preferred_areas: Mapped[list[str]]
    preferred_industries: Mapped[list[str]]
    first_loan_friendly: Mapped[bool]
    cooling_off_days: Mapped[int]
    criteria: Mapped[list[dict[str, Any]]]
    sandbox_id: Mapped[UUID | None]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    def require_draft(self) -> None:
        """Refuse unless it is a draft.

        :raises StepNotPossible: if it was published or retired
        """
        _PUBLISH.taken_from(self.status)

    def require_published(self) -> None:
        """Refuse unless it is published: only such a product can be replaced.

        :raises StepNotPossible: if it is a draft or retired
        """
        if self.status is not ProductStatus.PUBLISHED:
            raise StepNotPossible(
                state=self.status,
                step_zh="替换",
                step_en="replace it",
            )

    def publish(self, *, version: int, now: datetime) -> None:
        """Enter PUBLISHED as this version."""
        self.status = _PUBLISH.taken_from(self.status)
        self.version, self.published_at = version, now

    def retire(self, *, now: datetime) -> None:
        """Enter RETIRED."""
        self.status, self.updated_at = _RETIRE.taken_from(self.status), now


class BankSpeed(Table):
    """How fast a bank answered lately; public, so that an applicant can weigh it."""

    __tablename__ = "bank_speeds"
    __readers__: ClassVar[tuple[Reader, ...]] = (published(), system(), batch())
    __batch_privileges__: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT", "UPDATE")

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    measured_on: Mapped[date]
    referrals: Mapped[int]
    answered_on_time: Mapped[int]
    median_response_hours: Mapped[int]
