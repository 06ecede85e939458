"""The permission an applicant gave to the bank."""

from datetime import datetime
from typing import ClassVar

import strawberry

from suxin.consent import models
from suxin.consent.models import ConsentState
from suxin.subjects.models import DataCategory
from suxin_graphql.execution.records import Record


@strawberry.type(description="申请人对本行的授权。The permission an applicant gave to this bank.")
class Consent(Record):
    """The permission an applicant gave to this bank."""

    __model__: ClassVar = models.Consent

    purpose: str
    categories: list[DataCategory]
    state: ConsentState
    starts_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    notice_version: str
    retention_days: int
