"""The permission that a subject gave to the caller's organisation."""

from datetime import date, datetime
from typing import ClassVar

import strawberry

from suxin.consent import models
from suxin.consent.giving import CONSENT_ENDED
from suxin.consent.models import ConsentState
from suxin.consent.purposes import FetchUnit
from suxin.consent.queries import tenants_consents
from suxin.subjects.models import DataCategory
from suxin.subjects.policies import RECORD_READ
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import OneOf
from suxin_graphql.execution.records import Source
from suxin_graphql.fields import subscription
from suxin_graphql.node import Node, announced, global_id


@strawberry.type(
    description="信息主体对本机构的授权。The permission that a subject gave to this organisation."
)
class Consent(Node):
    """The permission that a subject gave to the caller's organisation."""

    __model__: ClassVar = models.Consent
    __source__: ClassVar = Source(tenants_consents, models.Consent.id, RECORD_READ)

    id: strawberry.ID = global_id("Consent")
    purpose: str
    categories: list[DataCategory]
    state: ConsentState
    records_from: date = strawberry.field(
        description="数据起始日期。The first day whose records it covers."
    )
    frequency_times: int = strawberry.field(
        description="约定的查询频次：每个计算单位内的次数。How often records may be fetched within each unit."
    )
    frequency_unit: FetchUnit
    starts_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    notice_version: str
    retention_days: int


@strawberry.type
class ConsentSubscriptions:
    """Subscriptions about consents."""

    @subscription(
        RECORD_READ,
        Consent,
        topic=CONSENT_ENDED,
        description="对本机构的授权终止：被撤回、到期或被替换。"
        "A consent to this organisation ended: taken back, run out or replaced.",
    )
    def consent_ended(self, info: Info) -> OneOf:
        """Return the consent that ended."""
        return announced(Consent, info.context)
