"""What a bank does with its products: draft, edit, publish, retire.

What a bank offers takes a place each of its quota (``QuotaName.PRODUCTS``), and so does a draft of something new. A draft
of a published product's next version takes none: it stands in that product's place, and has it once the product is
retired. So a bank at its ceiling can still better what it offers. Whoever changes what counts waits for his turn, so that
nobody retires a product beside the one who drafts its next version; the quota is locked last, here and nowhere else.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Invalid, Refusal
from suxin.lending import policies
from suxin.lending.models import LoanProduct, ProductStatus
from suxin.lending.product_terms import ProductDraft, check_draft
from suxin.lending.queries import products as queries
from suxin.lending.queries.turns import take_turn
from suxin.places import queries as places
from suxin.tenancy.profiles import Profiles, QuotaName
from suxin.tenancy.quotas import release_quota, take_quota


class ProductCodeTaken(Refusal):
    """Another product of the bank has this code."""

    code = "PRODUCT_CODE_TAKEN"
    zh = "产品代码 {product_code} 已被使用"
    en = "The product code {product_code} is taken"


class NextVersionDrafted(Refusal):
    """A draft of the product's next version is open already; two could not both take its place."""

    code = "NEXT_VERSION_DRAFTED"
    zh = "该产品已有新版本草稿，请在该草稿上修改"
    en = "A draft of the product's next version is open; go on with that one"


async def draft_product(
    session: AsyncSession,
    actor: Actor,
    *,
    draft: ProductDraft,
    profiles: Profiles,
    now: datetime,
    replaces: UUID | None = None,
) -> LoanProduct:
    """Write a new draft; ``replaces`` names the published product it will take the place of.

    :raises Forbidden: without the right to edit products
    :raises Invalid, LoanTermOutOfRange, CriteriaInvalid, TooManyCriteria: see ``check_draft``; also if a
        preferred area does not exist
    :raises NotFound: if the replaced product is not this bank's
    :raises StepNotPossible: if the replaced product is a draft itself, or retired
    :raises NextVersionDrafted: if the replaced product has such a draft already
    :raises ProductCodeTaken: if another product has the code
    :raises QuotaExhausted: if it replaces nothing, and the bank has as many products as it may have
    """
    actor.require(policies.PRODUCT_EDIT)
    check_draft(draft)
    await _check_areas(session, draft)
    tenant_id = actor.own_tenant
    await take_turn(session, "products", tenant_id)
    if replaces is not None:
        await _check_replaced(session, actor, replaces)
    await _check_code(session, actor, draft.code.strip(), allowed={replaces})
    product = LoanProduct(
        tenant_id=tenant_id,
        id=new_id(),
        version=0,
        draft_of=replaces,
        sandbox_id=actor.sandbox_id,
        status=ProductStatus.DRAFT,
        updated_at=now,
        **draft.columns(),
    )
    session.add(product)
    _record(session, product, "drafted", now=now)
    if replaces is None:
        await take_quota(session, tenant_id=tenant_id, name=QuotaName.PRODUCTS, profiles=profiles)
    return product


async def edit_product(
    session: AsyncSession, actor: Actor, *, product_id: UUID, draft: ProductDraft, now: datetime
) -> LoanProduct:
    """Change a draft; a published product is replaced by publishing a draft of it.

    :raises Forbidden: without the right to edit products
    :raises NotFound: if it is not this bank's
    :raises StepNotPossible: if it is no draft
    :raises Invalid, LoanTermOutOfRange, CriteriaInvalid, TooManyCriteria: see ``check_draft``; also if a
        preferred area does not exist
    :raises ProductCodeTaken: if another product has the code
    """
    actor.require(policies.PRODUCT_EDIT)
    check_draft(draft)
    await _check_areas(session, draft)
    await take_turn(session, "products", actor.own_tenant)
    product = await queries.lock_own_product(session, actor, product_id)
    product.require_draft()
    await _check_code(session, actor, draft.code.strip(), allowed={product_id, product.draft_of})
    for name, value in draft.columns().items():
        setattr(product, name, value)
    product.updated_at = now
    _record(session, product, "edited", now=now)
    return product


async def publish_product(
    session: AsyncSession, actor: Actor, *, product_id: UUID, now: datetime
) -> LoanProduct:
    """Offer a draft to applicants; the product it replaces is retired in the same step and leaves it its place.

    :raises Forbidden: without the right to publish
    :raises NotFound: if it is not this bank's
    :raises StepNotPossible: if it is no draft
    """
    actor.require(policies.PRODUCT_PUBLISH)
    await take_turn(session, "products", actor.own_tenant)
    product = await queries.lock_own_product(session, actor, product_id)
    version, replaced = 1, None
    if product.draft_of is not None:
        replaced = await queries.lock_own_product(session, actor, product.draft_of)
        version = replaced.version + 1
    product.publish(version=version, now=now)
    _record(session, product, "published", now=now)
    if replaced is not None and replaced.status is ProductStatus.PUBLISHED:
        replaced.retire(now=now)
    return product


async def retire_product(
    session: AsyncSession, actor: Actor, *, product_id: UUID, now: datetime
) -> LoanProduct:
    """Take a product off; running requests keep what they matched.

    Its place is free again, unless a draft of its next version is open, which then has it.

    :raises Forbidden: without the right to publish
    :raises NotFound: if it is not this bank's
    :raises StepNotPossible: if it was retired already
    """
    actor.require(policies.PRODUCT_PUBLISH)
    await take_turn(session, "products", actor.own_tenant)
    product = await queries.lock_own_product(session, actor, product_id)
    stands_in = await _stands_in(session, actor, product)
    product.retire(now=now)
    _record(session, product, "retired", now=now)
    if not stands_in and await queries.draft_of(session, product) is None:
        await release_quota(session, tenant_id=product.tenant_id, name=QuotaName.PRODUCTS)
    return product


async def _stands_in(session: AsyncSession, actor: Actor, product: LoanProduct) -> bool:
    """Say whether it is a draft in the place of a published product, and so has none of its own."""
    if product.status is not ProductStatus.DRAFT or product.draft_of is None:
        return False
    replaced = await queries.own_product(session, actor, product.draft_of)
    return replaced.status is ProductStatus.PUBLISHED


async def _check_replaced(session: AsyncSession, actor: Actor, product_id: UUID) -> None:
    replaced = await queries.own_product(session, actor, product_id)
    replaced.require_published()
    if await queries.draft_of(session, replaced) is not None:
        raise NextVersionDrafted


async def _check_areas(session: AsyncSession, draft: ProductDraft) -> None:
    known = await places.known_codes(session, draft.preferred_areas)
    for code in draft.preferred_areas:
        if code not in known:
            raise Invalid(
                field="preferredAreas",
                reason_zh=f"没有代码为 {code} 的县区或乡镇",
                reason_en=f"there is no county or town with the code {code}",
            )


async def _check_code(
    session: AsyncSession, actor: Actor, code: str, *, allowed: set[UUID | None]
) -> None:
    taken = await session.scalars(
        select(LoanProduct.id).where(
            LoanProduct.tenant_id == actor.own_tenant,
            LoanProduct.code == code,
            LoanProduct.status != ProductStatus.RETIRED,
        )
    )
    if set(taken) - allowed:
        raise ProductCodeTaken(field="code", product_code=code)


def _record(session: AsyncSession, product: LoanProduct, step: str, *, now: datetime) -> None:
    append_act(
        session,
        action=f"lending.product.{step}",
        now=now,
        object_type="loan_product",
        object_id=product.id,
        detail={"code": product.code, "version": product.version},
    )
