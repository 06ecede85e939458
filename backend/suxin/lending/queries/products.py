"""A bank's own products."""

from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.models import LoanProduct, ProductStatus


def own_products(actor: Actor) -> Select[LoanProduct]:
    """Return the bank's products and drafts, newest first; retired ones last."""
    return (
        select(LoanProduct)
        .where(LoanProduct.tenant_id == actor.own_tenant)
        .order_by((LoanProduct.status == ProductStatus.RETIRED), LoanProduct.id.desc())
    )


async def own_product(session: AsyncSession, actor: Actor, product_id: UUID) -> LoanProduct:
    """Return one of the bank's products.

    :raises NotFound: if it is not this bank's
    """
    return _found(
        await session.scalar(
            select(LoanProduct).where(
                LoanProduct.tenant_id == actor.own_tenant, LoanProduct.id == product_id
            )
        )
    )


async def lock_own_product(session: AsyncSession, actor: Actor, product_id: UUID) -> LoanProduct:
    """Return one of the bank's products, locked.

    :raises NotFound: if it is not this bank's
    """
    return _found(
        await session.scalar(
            select(LoanProduct)
            .where(LoanProduct.tenant_id == actor.own_tenant, LoanProduct.id == product_id)
            .with_for_update()
        )
    )


async def live_products(session: AsyncSession, tenant_id: UUID) -> int:
    """Return how many products and drafts a bank has."""
    count = await session.scalar(
        select(func.count())
        .select_from(LoanProduct)
        .where(LoanProduct.tenant_id == tenant_id, LoanProduct.status != ProductStatus.RETIRED)
    )
    return count or 0


def _found(product: LoanProduct | None) -> LoanProduct:
    if product is None:
        raise NotFound(thing_zh="贷款产品", thing_en="loan product")
    return product
