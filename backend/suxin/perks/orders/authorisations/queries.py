"""What is read of authorisations: a merchant's own, and what the platform finds to carry them."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.perks.orders.authorisations.models import OrderAuthorisation
from suxin.perks.orders.models import OrderService
from suxin.perks.orders.states import OrderChannel


def own_authorisations(actor: Actor) -> Select[OrderAuthorisation]:
    """Return the merchant's authorisations."""
    return select(OrderAuthorisation).where(OrderAuthorisation.tenant_id == actor.own_tenant)


async def authorisation_numbered(
    session: AsyncSession, actor: Actor, code: str
) -> OrderAuthorisation | None:
    """Return the merchant's authorisation with this number of his."""
    return await session.scalar(own_authorisations(actor).where(OrderAuthorisation.code == code))


async def lock_own_authorisation(
    session: AsyncSession, actor: Actor, authorisation_id: UUID
) -> OrderAuthorisation:
    """Return one of the merchant's authorisations, locked.

    :raises NotFound: if it is not his
    """
    found = await _locked(
        session, own_authorisations(actor).where(OrderAuthorisation.id == authorisation_id)
    )
    if found is None:
        raise NotFound(thing_zh="免确认授权", thing_en="authorisation")
    return found


async def lock_authorisation(
    session: AsyncSession, tenant_id: UUID, authorisation_id: UUID
) -> OrderAuthorisation | None:
    """Return an authorisation, locked until the transaction ends."""
    return await _locked(
        session,
        select(OrderAuthorisation).where(
            OrderAuthorisation.tenant_id == tenant_id, OrderAuthorisation.id == authorisation_id
        ),
    )


async def lock_authorisation_told(
    session: AsyncSession, *, provider: OrderChannel, sub_mchid: str, code: str
) -> OrderAuthorisation | None:
    """Return the authorisation that a provider tells of, locked: by whose it is among those that share its calls back."""
    return await _locked(
        session,
        select(OrderAuthorisation)
        .join(
            OrderService,
            (OrderService.tenant_id == OrderAuthorisation.tenant_id)
            & (OrderService.id == OrderAuthorisation.service_id),
        )
        .where(
            OrderService.provider == provider,
            OrderService.sub_mchid == sub_mchid,
            OrderAuthorisation.code == code,
        ),
    )


async def service_behind(session: AsyncSession, authorisation: OrderAuthorisation) -> OrderService:
    """Return the service that an authorisation is of.

    :raises NotFound: if the caller does not see it
    """
    found = await session.scalar(
        select(OrderService).where(
            OrderService.tenant_id == authorisation.tenant_id,
            OrderService.id == authorisation.service_id,
        )
    )
    if found is None:
        raise NotFound(thing_zh="服务", thing_en="service")
    return found


async def _locked(
    session: AsyncSession, statement: Select[OrderAuthorisation]
) -> OrderAuthorisation | None:
    return await session.scalar(
        statement.with_for_update(of=OrderAuthorisation).execution_options(populate_existing=True)
    )
