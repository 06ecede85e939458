"""The catalogue and the credit records, with the categories and channels by which they are read."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from suxin.kernel.readers import (
    KIND,
    NOW,
    ROW,
    SANDBOX,
    SUBJECT,
    TENANT,
    Reader,
    batch,
    data_subject,
    exists,
    published,
    when,
    with_basis,
)
from suxin.kernel.tables import READ_ONLY, Privilege, Table, append_and_change
from suxin.subjects.catalogue_terms import CLASSES, Publication, Sensitivity
from suxin.subjects.facets import facet_expression
from suxin.subjects.models.parties import BATCH_WRITES


class DataCategory(StrEnum):
    """The categories in which data about a subject is consented to and read.

    A score's number and how a bank's loan was served are nobody's to consent to: see ``NEVER_SHARED``.
    """

    IDENTITY = "identity"
    CONTACT = "contact"
    REGISTRATION = "registration"
    TAX = "tax"
    SOCIAL_INSURANCE = "social_insurance"
    HONOURS = "honours"
    PENALTIES = "penalties"
    ENVIRONMENT = "environment"
    LOAN_REQUEST = "loan_request"
    SCORE_TIER = "score_tier"
    PERK_ORDER = "perk_order"
    RURAL_RATING = "rural_rating"
    GRID_POINTS = "grid_points"
    PERFORMANCE = "performance"
    HEALTH = "health"
    CONVICTIONS = "convictions"
    SPECIAL_STATUS = "special_status"
    SCORE = "score"
    LOAN_PERFORMANCE = "loan_performance"


NEGATIVE_KEPT_YEARS: Final = 5
"""How long what speaks against somebody is kept, from the day it tells of (征信业管理条例 art. 16)."""

NEVER_SHARED: Final = frozenset({DataCategory.SCORE, DataCategory.LOAN_PERFORMANCE})
"""What no basis may hold, so that no tenant ever reads it of another: a score as a number, one bank's overdue."""

SENSITIVE_CATEGORIES: Final = frozenset(
    {DataCategory.HEALTH, DataCategory.CONVICTIONS, DataCategory.SPECIAL_STATUS}
)
"""Sensitive personal information (PIPL art. 28): a basis names one of them and nothing besides, by separate consent (art. 29)."""


class LawfulChannel(StrEnum):
    """The channel by which a category may travel to a tenant."""

    PUBLICLY_DISCLOSED = "publicly_disclosed"
    AUTHORISED_PUBLIC = "authorised_public"
    FILED_BY_SUBJECT = "filed_by_subject"
    LICENSED = "licensed"


class CatalogueItem(Table):
    """One thing that may be recorded: its class, department, category and lawful channel, and how long it holds.

    ``basis`` is the document that it rests on, or says that it is demo configuration.
    ``release`` is the newest release that has it, ``retired_in`` the first that has it no more: nothing new is recorded.
    """

    __tablename__ = "catalogue_items"
    __privileges__: ClassVar[tuple[Privilege, ...]] = READ_ONLY
    __batch_privileges__: ClassVar[tuple[str, ...]] = BATCH_WRITES
    __readers__: ClassVar[tuple[Reader, ...]] = (published(), batch())
    __table_args__ = (
        CheckConstraint(f"record_class in {CLASSES}", name="record_class"),
        CheckConstraint(
            "(publication = 'published') or publication_months is null", name="published"
        ),
        CheckConstraint(
            "(sensitivity = 'sensitive') = (category in ('convictions', 'health', 'special_status'))"
            " and (sensitivity <> 'sensitive' or publication = 'never')",
            name="sensitive",
        ),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    record_class: Mapped[str]
    name: Mapped[str]
    department: Mapped[str]
    category: Mapped[DataCategory]
    channel: Mapped[LawfulChannel]
    validity_months: Mapped[int | None]
    sensitivity: Mapped[Sensitivity]
    publication: Mapped[Publication]
    publication_months: Mapped[int | None]
    of_persons: Mapped[bool]
    basis: Mapped[str]
    release: Mapped[str]
    retired_in: Mapped[str | None]


class Polarity(StrEnum):
    """Whether a record speaks for its subject, against it, or neither."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class RecordStatus(StrEnum):
    """Whether a record counts; only ACTIVE ones may count against anyone."""

    ACTIVE = "active"
    DISPUTED = "disputed"
    EXEMPTED = "exempted"
    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"


SHARED: Final = (RecordStatus.ACTIVE, RecordStatus.DISPUTED, RecordStatus.EXEMPTED)
"""The states in which a record is shared, each with its word; what is repaired or withdrawn is not."""

_SHARED: Final = f"status in {tuple(status.value for status in SHARED)}"

# A bank reads a natural person's record only if he filed it himself or the bank holds a personal credit licence, and
# nobody reads what is never shared, or is shared no more: what is repaired (信用修复管理办法 art. 3) or withdrawn. What is
# disputed or exempted is shared with that word. The sub-select is evaluated once per statement.
_NOT_A_BANK_OR_LICENSED: Final = (
    f"(select t.kind <> 'bank' or t.credit_licensed from tenants t where t.id = {TENANT})"  # noqa: S608 - all of it is declared here
)
LAWFUL_READER: Final = f"(not natural_person or {_NOT_A_BANK_OR_LICENSED})"
"""Of a natural person, a bank without a personal credit licence reads none; a condition on rows that say whether they are of one."""


# What speaks against somebody is shared while it is published, and never for more than five years (征信业管理条例 art. 16); whether
# a publication is over is compared as the score engine does. The day is Shanghai's.
TODAY: Final = f"(select ({NOW} at time zone 'Asia/Shanghai')::date)"
_NOT_OVER: Final = (
    "(polarity <> 'negative' or self_declared"
    f" or (published_until is null or published_until > {TODAY})"
    f" and occurred_on > {TODAY} - interval '{NEGATIVE_KEPT_YEARS} years')"
)
_LAWFUL_CHANNEL = (
    f"category not in ('score', 'loan_performance') and {_SHARED}"
    f" and (not natural_person or channel = 'filed_by_subject' or {_NOT_A_BANK_OR_LICENSED})"
    f" and {_NOT_OVER}"
)


_INVENTED = exists("subjects s", f"s.id = {ROW}.subject_id and s.sandbox_id = {SANDBOX}")


# A record of a commitment is one that the commitment itself names, by what became of it. Their table is named by its columns
# alone, because it stands above this one.
_OF_COMMITMENT: Final = (
    f"{KIND} = 'operator' and source = 'commitments' and not self_declared and "
    + exists(
        "commitments c",
        f"c.subject_id = {ROW}.subject_id and (c.record_id = {ROW}.id and {ROW}.item_code = 'COMMITMENT'"
        f" and c.kind <> 'truth' or c.outcome_id = {ROW}.id and {ROW}.item_code ="
        " case c.state when 'KEPT' then 'COMMITMENT-KEPT' else 'COMMITMENT-BROKEN' end)",
    )
)

# A kept agreement is recorded by the platform alone, of a completed redemption by this very subject, who agreed to that, under a
# programme whose rule it is; of medicine and school there is none (国办发〔2020〕49号).
_OF_PERK: Final = (
    f"{KIND} = 'system' and source = 'perks' and not self_declared and item_code = 'PERK-KEPT' and polarity = 'positive' and "
    + exists(
        "perk_redeemers r join perk_redemptions x on x.tenant_id = r.tenant_id and x.id = r.redemption_id"
        " join perk_programmes p on p.tenant_id = x.tenant_id and p.id = x.programme_id",
        f"r.subject_id = {ROW}.subject_id and r.redemption_id::text = {ROW}.source_ref and r.consent_id is not null"
        " and x.state = 'COMPLETED' and p.record_rule = 'kept' and p.sector not in ('medical', 'school')",
    )
)

# What somebody did for his village is recorded by the platform alone, of whoever agreed to that with his village, or for the household that he
# heads; nothing that was subtracted leaves it. The reference names the village, the member and the month.
_OF_POINTS: Final = (
    f"{KIND} = 'system' and source = 'grid' and not self_declared and item_code = 'GRID-SERVICE' and polarity = 'positive' and "
    + exists(
        "grid_agreements a join household_members m on m.tenant_id = a.tenant_id and m.id = a.member_id",
        f"(m.subject_id = {ROW}.subject_id or m.household_subject_id = {ROW}.subject_id and m.relation = 'head')"
        f" and {ROW}.source_ref like a.tenant_id::text || ':' || a.member_id::text || ':%'"
        " and a.use = 'record' and a.ended_at is null",
    )
)


# What a village attests, two of its people have said of whoever entered a rating; the platform alone puts it on record.
_OF_VILLAGE: Final = (
    f"{KIND} = 'system' and source = 'village' and not self_declared and "
    + exists(
        "rural_statements v",
        f"v.subject_id = {ROW}.subject_id and v.id::text = {ROW}.source_ref and v.item_code = {ROW}.item_code"
        " and v.state = 'VERIFIED'",
    )
)


class CreditRecord(Table):
    """One fact about a subject, out of the catalogue.

    ``channel`` is the item's lawful channel; ``natural_person`` says that it is about a person or a household. Both are
    kept with the record, because the row policy looks at them. ``batch_id`` and ``batch_line`` wrote it last. ``facet`` is what the
    database makes of item and content for the score engine (``suxin.subjects.facets``); nobody else reads it.
    """

    __tablename__ = "credit_records"
    __partitions__ = 8
    # What is recorded is never rewritten; whether it counts is, and what one declared oneself may be erased. What speaks against
    # somebody is erased by set-based work when it is five years old.
    __privileges__: ClassVar[tuple[str, ...]] = (*append_and_change("status"), "DELETE")
    __batch_privileges__: ClassVar[tuple[str, ...]] = (*BATCH_WRITES, "DELETE")
    __readers__: ClassVar[tuple[Reader, ...]] = (
        data_subject(),
        with_basis(
            category="category",
            occurred="occurred_on",
            ageless=("registration",),
            besides=_LAWFUL_CHANNEL,
        ),
        when(
            "declared",
            f"subject_id = {SUBJECT} and self_declared and channel = 'filed_by_subject'",
            "INSERT",
        ),
        when(
            "contested",
            f"subject_id = {SUBJECT} and {KIND} = 'subject' and status = 'active'",
            "UPDATE",
            # What a source recorded is disputed; what one declared oneself is taken back.
            check=f"subject_id = {SUBJECT} and status = case when self_declared then 'withdrawn' else 'disputed' end",
        ),
        # The subject gives a contest up, the city's credit office answers it, or the time to appeal against that is over.
        when(
            "settled",
            f"subject_id = {SUBJECT} and {KIND} in ('subject', 'operator', 'system') and status = 'disputed'",
            "UPDATE",
            check=f"subject_id = {SUBJECT} and (status = 'active' or status = 'withdrawn' and {KIND} = 'operator')",
        ),
        # The national window has repaired it, and the platform carries that out; nothing repairs a record otherwise, and nothing
        # that holds it back keeps that from it.
        when(
            "repaired",
            f"subject_id = {SUBJECT} and {KIND} = 'system' and {_SHARED} and not self_declared",
            "UPDATE",
            check=f"subject_id = {SUBJECT} and status = 'repaired'",
        ),
        when(
            "exempted",
            f"subject_id = {SUBJECT} and {KIND} = 'operator' and status in ('active', 'disputed')",
            "UPDATE",
            check=f"subject_id = {SUBJECT} and {KIND} = 'operator' and status = 'exempted'",
        ),
        when(
            "erased", f"subject_id = {SUBJECT} and {KIND} = 'subject' and self_declared", "DELETE"
        ),
        # The operator uses a declaration no more that it gave back or found false, and records what came of a commitment.
        when(
            "refuted",
            f"subject_id = {SUBJECT} and {KIND} = 'operator' and self_declared and status = 'active'",
            "UPDATE",
            check=f"subject_id = {SUBJECT} and status = 'withdrawn'",
        ),
        when("promised", f"subject_id = {SUBJECT} and {_OF_COMMITMENT}", "INSERT"),
        when("kept", f"subject_id = {SUBJECT} and {_OF_PERK}", "INSERT"),
        when("served", f"subject_id = {SUBJECT} and {_OF_POINTS}", "INSERT"),
        # What it rests on was reversed.
        when(
            "served_no_more",
            f"subject_id = {SUBJECT} and {KIND} = 'system' and source = 'grid' and status = 'active'",
            "UPDATE",
            check=f"subject_id = {SUBJECT} and status = 'withdrawn'",
        ),
        when("attested", _OF_VILLAGE, "INSERT"),
        # What a sandbox's invented subjects have on record, its own job writes.
        when("invented", f"{KIND} = 'system' and {_INVENTED}", "INSERT"),
        batch(),
    )
    __table_args__ = (
        CheckConstraint("valid_until is null or valid_until > occurred_on", name="validity"),
        CheckConstraint("amount_fen is null or amount_fen >= 0", name="amount"),
        Index("uq_credit_records_source", "subject_id", "source", "source_ref", unique=True),
        # Few rows of many: what is to be erased is found without reading the whole city.
        Index(
            "ix_credit_records_negative",
            "occurred_on",
            postgresql_where=text("polarity = 'negative' and not self_declared"),
        ),
        {"postgresql_partition_by": "HASH (subject_id)"},
    )
    # Whoever writes a record may not always read it back.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - SQLAlchemy's own name

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    item_code: Mapped[str]
    category: Mapped[DataCategory]
    channel: Mapped[LawfulChannel]
    natural_person: Mapped[bool]
    source: Mapped[str]
    source_ref: Mapped[str]
    occurred_on: Mapped[date]
    published_until: Mapped[date | None]
    valid_until: Mapped[date | None]
    polarity: Mapped[Polarity]
    status: Mapped[RecordStatus]
    amount_fen: Mapped[int | None]
    content: Mapped[dict[str, Any]]
    self_declared: Mapped[bool]
    loaded_at: Mapped[datetime]
    batch_id: Mapped[UUID | None]
    batch_line: Mapped[int | None]
    facet: Mapped[str] = mapped_column(
        Computed(facet_expression(), persisted=True), deferred=True, deferred_raiseload=True
    )
