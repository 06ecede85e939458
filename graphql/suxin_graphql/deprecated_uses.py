"""The deprecation report in the schema: which of the caller's clients still uses what is to go."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

import strawberry

from suxin.consent.oauth import models
from suxin.consent.oauth.policies import CLIENT_READ
from suxin.consent.oauth.queries import deprecated_uses
from suxin_graphql.clients import OAuthClient
from suxin_graphql.context import Context, Info
from suxin_graphql.cursors import Key, Order, Ordering
from suxin_graphql.deprecations import REASONS, served
from suxin_graphql.execution.filters import DateRange, Filter
from suxin_graphql.execution.readings import Page
from suxin_graphql.execution.records import Record, Source, column, to_one
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import query
from suxin_graphql.paging import FILTER, Connection


class DeprecatedUseOrder(Order):
    """The orders of the deprecation report."""

    LATEST = (
        Ordering(
            "consent.deprecated_uses/1",
            (Key(models.DeprecatedUse.day, date), Key(models.DeprecatedUse.id, UUID)),
        ),
        "近的在前",
        "latest first",
    )
    EARLIEST = (
        Ordering(
            "consent.deprecated_uses.earliest/1",
            (
                Key(models.DeprecatedUse.day, date, descending=False),
                Key(models.DeprecatedUse.id, UUID, descending=False),
            ),
        ),
        "早的在前",
        "earliest first",
    )


def _reason(coordinate: str, _: Context) -> str | None:
    return REASONS.get(coordinate)


def _served_until(coordinate: str, _: Context) -> date | None:
    dates = served(REASONS.get(coordinate, ""))
    return dates.until if dates else None


def _name(stored: UUID, _: Context) -> str:
    return str(stored)


@strawberry.type(
    description="某客户端某日对一项弃用内容的使用次数。How often a client used one deprecated element on one day (in Shanghai)."
)
class DeprecatedUse(Record):
    """How often a client used one deprecated element on one day."""

    __model__: ClassVar = models.DeprecatedUse
    __source__: ClassVar = Source(deprecated_uses, models.DeprecatedUse.id, CLIENT_READ)

    client_id: str = column(convert=_name)
    client: OAuthClient | None = to_one(
        lambda: OAuthClient,
        "client_id",
        description="其他机构的客户端为空。Nothing for a client of another organisation.",
    )
    coordinate: str = strawberry.field(
        description="弃用的内容，例如 Query.referrals(states:)。What is deprecated, as the schema names it."
    )
    day: date
    uses: int
    reason: str | None = column(
        lambda: models.DeprecatedUse.coordinate,
        convert=_reason,
        description="弃用说明；已移除则为空。What to use instead; nothing once it was removed.",
    )
    served_until: date | None = column(
        lambda: models.DeprecatedUse.coordinate,
        convert=_served_until,
        description="至少保留至。The day until which it is served at least.",
    )


@strawberry.input(
    description="弃用使用情况的筛选条件，同时满足。Which uses; every given field must fit."
)
class DeprecatedUseFilter(Filter):
    """Which uses."""

    __model__: ClassVar = models.DeprecatedUse

    day: DateRange | None = None


@strawberry.type
class DeprecationQueries:
    """Queries of the deprecation report."""

    @query(
        CLIENT_READ,
        Connection[DeprecatedUse],
        description="本机构客户端仍在使用的弃用内容；运营机构可见各机构的。"
        "What of the schema's deprecated elements the organisation's clients still use; the operator sees everyone's.",
    )
    def deprecated_uses(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[DeprecatedUseFilter | None, FILTER] = None,
        order_by: DeprecatedUseOrder = DeprecatedUseOrder.LATEST,
    ) -> Page:
        """Return the uses of deprecated elements."""
        return Page(
            type=DeprecatedUse,
            statement=Statement(deprecated_uses, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )
