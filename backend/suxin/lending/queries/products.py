"""A bank's own products."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, cast, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.refusals import NotFound
from suxin.lending.models import LoanProduct, ProductStatus, Referral


def in_use() -> ColumnElement[int]:
    """Return the SQL expression, 1 or 0, by which retired products come after the others.

    Its values stand in its text: an index on it is not found by one whose values are sent beside it.
    """
    return cast(LoanProduct.status != literal_column(f"'{ProductStatus.RETIRED}'"), Integer)


def own_products(actor: Actor) -> Select[LoanProduct]:
    """Return the bank's products and drafts, newest first; retired ones last."""
    return (
        select(LoanProduct)
        .where(LoanProduct.tenant_id == actor.own_tenant)
        .order_by(in_use().desc(), LoanProduct.id.desc())
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


async def referred_product(session: AsyncSession, referral: Referral) -> LoanProduct | None:
    """Return the product a referral was matched with; nothing for one that was claimed out of the pool."""
    if referral.product_id is None:
        return None
    return await session.scalar(
        select(LoanProduct).where(
            LoanProduct.tenant_id == referral.tenant_id, LoanProduct.id == referral.product_id
        )
    )


async def draft_of(session: AsyncSession, product: LoanProduct) -> UUID | None:
    """Return the draft that is to take a product's place, if there is one."""
    return await session.scalar(
        select(LoanProduct.id).where(
            LoanProduct.tenant_id == product.tenant_id,
            LoanProduct.draft_of == product.id,
            LoanProduct.status == ProductStatus.DRAFT,
        )
    )


async def product_names(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the names of products that the caller sees: published and retired ones, and a bank's own drafts."""
    rows = await session.execute(
        select(LoanProduct.id, LoanProduct.name).where(LoanProduct.id.in_(set(ids)))
    )
    return {row.id: row.name for row in rows}


def _found(product: LoanProduct | None) -> LoanProduct:
    if product is None:
        raise NotFound(thing_zh="贷款产品", thing_en="loan product")
    return product
