"""What is on record about a subject, as its consent lets a bank see it."""

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from suxin.subjects import models
from suxin.subjects.models import DataCategory, Polarity, RecordStatus
from suxin.subjects.queries import catalogue
from suxin_graphql.cursors import Key, Ordering
from suxin_graphql.execution.records import Record, Source, to_one
from suxin_graphql.scalars import Fen

RECORDS: Final = Ordering(
    "subjects.records/1",
    (Key(models.CreditRecord.occurred_on, date), Key(models.CreditRecord.id, UUID)),
)


@strawberry.type(description="信用信息目录项。What may be recorded, and by which department.")
class CatalogueItem(Record):
    """One thing that may be recorded."""

    __model__: ClassVar = models.CatalogueItem
    __source__: ClassVar = Source(lambda _: catalogue().order_by(None), models.CatalogueItem.code)

    code: str
    name: str
    record_class: str
    department: str
    validity_months: int | None


@strawberry.type(description="一条信用信息。One fact on record about an applicant.")
class CreditRecord(Record):
    """One fact on record about an applicant."""

    __model__: ClassVar = models.CreditRecord

    item_code: str
    item: CatalogueItem | None = to_one(lambda: CatalogueItem, "item_code")
    category: DataCategory
    source: str
    occurred_on: date
    valid_until: date | None
    polarity: Polarity
    status: RecordStatus
    amount_fen: Fen | None
    content: JSON
    self_declared: bool
