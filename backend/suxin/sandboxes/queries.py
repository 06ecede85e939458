"""A sandbox's applicants and clients, as whoever tries his system there sees them."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.models import DeprecatedUse, OAuthClient
from suxin.events.models import DeliveryState, WebhookDelivery
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.sandboxes.conformance import Record
from suxin.sandboxes.models import ClientConduct, Conduct, SandboxApplicant
from suxin.sandboxes.policies import require_sandbox


def own_applicants(actor: Actor) -> Select[SandboxApplicant]:
    """Return the invented applicants of the caller's sandbox; a tenant of the city has none."""
    return select(SandboxApplicant).where(SandboxApplicant.tenant_id == actor.own_tenant)


async def lock_applicant(
    session: AsyncSession, actor: Actor, applicant_id: UUID
) -> SandboxApplicant:
    """Return one of the caller's invented applicants, locked: he does one thing at a time.

    :raises NotFound: if there is none of this id
    """
    found = await session.scalar(
        own_applicants(actor)
        .where(SandboxApplicant.id == applicant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(thing_zh="沙箱申请人", thing_en="sandbox applicant", field="applicantId")
    return found


async def client_record(
    session: AsyncSession, actor: Actor, client_id: UUID, *, besides: Mapping[Conduct, int]
) -> Record:
    """Return what is known of one client of the actor's sandbox; ``besides`` is what has not been written down yet.

    :raises Forbidden, SandboxOnly: see ``require_sandbox``
    :raises NotFound: if the sandbox has no such client
    """
    tenant_id = require_sandbox(actor)
    known = select(OAuthClient.id).where(
        OAuthClient.tenant_id == tenant_id, OAuthClient.id == client_id
    )
    if await session.scalar(known) is None:
        raise NotFound(thing_zh="接口客户端", thing_en="client", field="clientId")
    rows = await session.execute(
        select(ClientConduct.conduct, ClientConduct.times).where(
            ClientConduct.tenant_id == tenant_id, ClientConduct.client_id == client_id
        )
    )
    counted = {row.conduct: row.times for row in rows}
    deprecated = await session.scalar(
        select(func.coalesce(func.sum(DeprecatedUse.uses), 0)).where(
            DeprecatedUse.tenant_id == tenant_id, DeprecatedUse.client_id == client_id
        )
    )
    states = await session.execute(
        select(WebhookDelivery.state, func.count())
        .where(WebhookDelivery.tenant_id == tenant_id)
        .group_by(WebhookDelivery.state)
    )
    ways: dict[DeliveryState, int] = {row[0]: row[1] for row in states}
    return Record(
        conduct={one: counted.get(one, 0) + besides.get(one, 0) for one in Conduct},
        deprecated_uses=int(deprecated or 0),
        delivered=ways.get(DeliveryState.DELIVERED, 0),
        given_up=ways.get(DeliveryState.GIVEN_UP, 0),
    )
