"""What a merchant reads of its users' authorisations, and what it does about them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.lending.models import StepNotPossible
from suxin.perks.orders.authorisations import commands, refusals
from suxin.perks.orders.authorisations.queries import own_authorisations
from suxin.perks.orders.policies import ORDER_MANAGE, ORDER_READ
from suxin.perks.orders.refusals import OrderNumberInvalid, OrderTextInvalid, ServiceClosed
from suxin_graphql.authorisation_types import (
    ServiceAuthorisation,
    ServiceAuthorisationFilter,
    ServiceAuthorisationOrder,
)
from suxin_graphql.context import Info
from suxin_graphql.execution.readings import Page
from suxin_graphql.execution.records import to_one
from suxin_graphql.execution.statements import Statement
from suxin_graphql.fields import commit_in_world, mutation, query
from suxin_graphql.ids import local_id
from suxin_graphql.paging import FILTER, Connection
from suxin_graphql.payloads import INPUT, REPLAYED, Payload, idempotency_key


@strawberry.input(description="申请免确认授权。Which authorisation to apply for.")
class ApplyServiceAuthorisationInput:
    """Which authorisation to apply for."""

    service_id: str = strawberry.field(
        description="支付分服务编号。The provider's number of the service."
    )
    authorization_code: str = strawberry.field(
        description="授权协议号，1 至 32 位字母、数字或 _ - | *。The merchant's own number of the authorisation."
    )
    idempotency_key: str = idempotency_key()


@strawberry.input(description="解除免确认授权。Which authorisation to end, and why.")
class EndServiceAuthorisationInput:
    """Which authorisation to end, and why."""

    authorisation_id: strawberry.ID
    reason: str
    idempotency_key: str = idempotency_key()


@strawberry.type
class AuthorisationPayload(Payload):
    """An authorisation of which a step was taken."""

    authorisation: ServiceAuthorisation = to_one(lambda: ServiceAuthorisation, "id")
    replayed: bool = strawberry.field(description=REPLAYED)


@strawberry.type(description="已申请的授权。The authorisation that was applied for.")
class ApplyServiceAuthorisationPayload(AuthorisationPayload):
    """The authorisation that was applied for."""


@strawberry.type(description="已提交解除的授权。The authorisation that is being ended.")
class EndServiceAuthorisationPayload(AuthorisationPayload):
    """The authorisation that is being ended."""


@strawberry.type
class AuthorisationQueries:
    """Queries of authorisations."""

    @query(
        ORDER_READ,
        Connection[ServiceAuthorisation],
        description="本机构的免确认授权。The organisation's authorisations of services.",
    )
    def service_authorisations(
        self,
        info: Info,
        *,
        first: int,
        after: str | None = None,
        where: Annotated[ServiceAuthorisationFilter | None, FILTER] = None,
        order_by: ServiceAuthorisationOrder = ServiceAuthorisationOrder.NEWEST,
    ) -> Page:
        """Return the organisation's authorisations."""
        return Page(
            type=ServiceAuthorisation,
            statement=Statement(own_authorisations, info.context.actor).where(where),
            ordering=order_by.ordering,
            first=first,
            after=after,
        )


@strawberry.type
class AuthorisationMutations:
    """Mutations of authorisations."""

    @mutation(
        ORDER_MANAGE,
        ApplyServiceAuthorisationPayload,
        refusals=(
            OrderNumberInvalid,
            ServiceClosed,
            refusals.AuthorisationCodeUsed,
            refusals.ServiceWithoutAuthorisation,
        ),
        description="申请用户对一项服务的免确认授权；渠道受理后返回小程序开通页参数。"
        "Apply for a user's authorisation of a service; what his phone opens follows once the provider takes it on.",
    )
    async def apply_service_authorisation(
        self, info: Info, given: Annotated[ApplyServiceAuthorisationInput, INPUT]
    ) -> ApplyServiceAuthorisationPayload:
        """Apply for an authorisation."""

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await commands.apply_authorisation(
                session,
                actor,
                service_code=given.service_id,
                code=given.authorization_code,
                now=now,
            )
            return done.id

        return ApplyServiceAuthorisationPayload.of(await commit_in_world(info, given, work))

    @mutation(
        ORDER_MANAGE,
        EndServiceAuthorisationPayload,
        refusals=(StepNotPossible, OrderTextInvalid),
        description="解除已开通的免确认授权，即刻不能再据此新建订单。"
        "End an authorisation that was given: no order is opened under it from now on.",
    )
    async def end_service_authorisation(
        self, info: Info, given: Annotated[EndServiceAuthorisationInput, INPUT]
    ) -> EndServiceAuthorisationPayload:
        """End an authorisation."""
        authorisation_id = local_id(
            given.authorisation_id,
            "ServiceAuthorisation",
            info.context.actor,
            field="authorisationId",
        )

        async def work(session: AsyncSession, actor: Actor, now: datetime) -> UUID:
            done = await commands.end_authorisation(
                session, actor, authorisation_id=authorisation_id, reason=given.reason, now=now
            )
            return done.id

        return EndServiceAuthorisationPayload.of(await commit_in_world(info, given, work))
