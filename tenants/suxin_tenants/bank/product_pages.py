"""The bank's products: the list, the editor with its trial on samples, publishing and retiring."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Refusal
from suxin.lending.commands.products import (
    draft_product,
    edit_product,
    publish_product,
    retire_product,
)
from suxin.lending.industries import SECTIONS
from suxin.lending.models import LoanProduct, ProductStatus
from suxin.lending.policies import PRODUCT_EDIT, PRODUCT_PUBLISH, PRODUCT_READ
from suxin.lending.product_terms import ProductDraft, check_draft, terms_of, terms_of_draft
from suxin.lending.queries import products as queries
from suxin.lending.replays.queries import latest_replay
from suxin.lending.routing.queries import branch_of_product
from suxin.lending.samples import Trial, try_product
from suxin.lending.terms import GuaranteeMode, RepaymentMethod
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.area_names import county_options
from suxin_tenants.bank.criteria_form import ADDABLE, COUNTIES, KINDS, new_row
from suxin_tenants.bank.product_form import (
    FIELD_NAMES,
    FIELDS,
    ProductValues,
    draft_typed,
    empty_values,
    stored_values,
    typed_values,
)
from suxin_tenants.forms import Form, options
from suxin_tenants.paging import read_page
from suxin_tenants.reach_choices import reach_choices
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import product_state

TABS: Final[Mapping[str, tuple[str, tuple[ProductStatus, ...]]]] = {
    "live": ("在用", (ProductStatus.PUBLISHED, ProductStatus.DRAFT)),
    "published": ("已发布", (ProductStatus.PUBLISHED,)),
    "draft": ("草稿", (ProductStatus.DRAFT,)),
    "retired": ("已下架", (ProductStatus.RETIRED,)),
}
_CRITERIA_CHANGED: Final = {"HX-Trigger-After-Settle": "criteria-changed"}


@get("/products")
async def show_products(visit: GivenVisit) -> Answer:
    """Show the bank's products."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(PRODUCT_READ)
    state = visit.request.query_params.get("state", "live")
    state = state if state in TABS else "live"
    async with visit.reading() as session:
        statement = queries.own_products(visit.actor).where(LoanProduct.status.in_(TABS[state][1]))
        page = await read_page(
            session, visit.request, statement, LoanProduct.id, kept={"state": state}
        )
        replaced = [row[0].draft_of for row in page.rows if row[0].draft_of is not None]
        return await visit.page(
            session,
            "bank/products.html",
            {
                "page": page,
                "tabs": TABS,
                "state": state,
                "product_state": product_state,
                "may_edit": visit.actor.may(PRODUCT_EDIT),
                "replaced": await queries.product_names(session, replaced),
            },
        )


@get("/products/new")
async def show_new_product(visit: GivenVisit) -> Answer:
    """Show the form of a new product."""
    return await _show_form(visit, None, empty_values(), {}, status=200)


@get("/products/{product_id:uuid}")
async def show_product(visit: GivenVisit, product_id: FromPath[UUID]) -> Answer:
    """Show one product with its conditions, and how the samples fare."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(PRODUCT_READ)
    async with visit.reading() as session:
        product = await queries.own_product(session, visit.actor, product_id)
        terms = terms_of(product)
        return await visit.page(
            session,
            "bank/product.html",
            {
                "product": product,
                "state": product_state(product),
                "conditions": [item.requirement().zh for item in terms.criteria],
                "methods": [method.zh for method in terms.repayment_methods],
                "guarantees": [mode.zh for mode in terms.guarantee_modes],
                "trials": try_product(terms),
                "problems": {},
                "replay": await latest_replay(session, visit.actor, product.id),
                "may_replay": visit.actor.may(PRODUCT_EDIT),
                "branch": await branch_of_product(session, product.tenant_id, product.id),
                "branches": (await reach_choices(session, product.tenant_id)).branches,
                "may_edit": visit.actor.may(PRODUCT_EDIT),
                "may_publish": visit.actor.may(PRODUCT_PUBLISH),
            },
        )


@get("/products/{product_id:uuid}/edit")
async def show_edit_product(visit: GivenVisit, product_id: FromPath[UUID]) -> Answer:
    """Show the form of a draft, or of the draft that will take a published product's place."""
    async with visit.reading() as session:
        product = await queries.own_product(session, visit.actor, product_id)
        draft_id = await queries.draft_of(session, product)
    if draft_id is not None:
        # One draft at a time takes a product's place; whoever comes second goes on with it.
        return visit.go(f"/desk/products/{draft_id}/edit")
    if product.status is ProductStatus.RETIRED:
        return visit.go(f"/desk/products/{product_id}", "已下架的产品不能修改", good=False)
    return await _show_form(visit, product, stored_values(product), {}, status=200)


@post("/products", status_code=200)
async def send_new_product(visit: GivenVisit) -> Answer:
    """Write a new draft."""
    return await _send(visit, None)


@post("/products/{product_id:uuid}/edit", status_code=200)
async def send_edit_product(visit: GivenVisit, product_id: FromPath[UUID]) -> Answer:
    """Change a draft; of a published product, make a draft that will take its place."""
    async with visit.reading() as session:
        product = await queries.own_product(session, visit.actor, product_id)
    return await _send(visit, product)


@post("/products/preview", status_code=200)
async def show_product_preview(visit: GivenVisit) -> Answer:
    """Show how the samples would fare with what is typed so far."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(PRODUCT_EDIT)
    form = await visit.form()
    async with visit.reading() as session:
        counties = dict(await county_options(session))
    trials, problems = _tried(visit, form, counties)
    return visit.part("bank/samples.html", {"trials": trials, "problems": problems})


@get("/products/criteria")
async def show_criterion_row(visit: GivenVisit) -> Answer:
    """Show an empty row of the wanted kind, for the editor to add; nothing for no kind."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(PRODUCT_EDIT)
    kind = KINDS.get(visit.request.query_params.get("addKind", ""))
    if kind is None:
        return visit.part("bank/nothing.html", {}, headers=_CRITERIA_CHANGED)
    async with visit.reading() as session:
        context = {
            "row": new_row(kind),
            "errors": {},
            "counties": await county_options(session),
            "counties_input": COUNTIES,
        }
    return visit.part("bank/criterion_row.html", context, headers=_CRITERIA_CHANGED)


@post("/products/{product_id:uuid}/publish", status_code=200)
async def send_publish(visit: GivenVisit, product_id: FromPath[UUID]) -> Answer:
    """Publish a draft."""
    visit.require_kind(TenantKind.BANK)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await publish_product(session, visit.actor, product_id=product_id, now=visit.world_now)
        return {}

    return await visit.press(
        "product.publish",
        work,
        back=f"/desk/products/{product_id}",
        done="产品已发布，即时参与匹配",
        product=product_id,
    )


@post("/products/{product_id:uuid}/retire", status_code=200)
async def send_retire(visit: GivenVisit, product_id: FromPath[UUID]) -> Answer:
    """Take a product off."""
    visit.require_kind(TenantKind.BANK)

    async with visit.reading() as session:
        product = await queries.own_product(session, visit.actor, product_id)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await retire_product(session, visit.actor, product_id=product_id, now=visit.world_now)
        return {}

    published = product.published_at is not None
    return await visit.press(
        "product.retire",
        work,
        back=f"/desk/products/{product_id}",
        done="产品已下架，进行中的申请不受影响" if published else "草稿已作废",
        product=product_id,
    )


async def _send(visit: Visit, product: LoanProduct | None) -> Answer:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(PRODUCT_EDIT)
    form = await visit.form()
    async with visit.reading() as session:
        counties = dict(await county_options(session))
    draft = draft_typed(form, counties)
    if draft is None:
        return await _show_form(visit, product, typed_values(form), form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        stored = await _store(session, visit, product, draft)
        return {"id": str(stored.id)}

    try:
        saved = await visit.once(form, "product.save", work, product=product and product.id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, FIELD_NAMES, FIELDS)
        return await _show_form(visit, product, typed_values(form), errors, status=422)
    return visit.go(f"/desk/products/{saved['id']}", "草稿已保存，发布后参与匹配")


async def _store(
    session: AsyncSession, visit: Visit, product: LoanProduct | None, draft: ProductDraft
) -> LoanProduct:
    # Only a published product is changed through a draft of it; a retired one is refused like any that is no draft.
    if product is not None and product.status is not ProductStatus.PUBLISHED:
        return await edit_product(
            session, visit.actor, product_id=product.id, draft=draft, now=visit.world_now
        )
    replaces = None if product is None else product.id
    return await draft_product(
        session,
        visit.actor,
        draft=draft,
        replaces=replaces,
        profiles=visit.runtime.profiles,
        now=visit.world_now,
    )


async def _show_form(
    visit: Visit,
    product: LoanProduct | None,
    values: ProductValues,
    errors: Mapping[str, str],
    *,
    status: int,
) -> Answer:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(PRODUCT_EDIT)
    async with visit.reading() as session:
        context = {
            "product": product,
            "replaces": product is not None and product.status is ProductStatus.PUBLISHED,
            "values": values,
            "errors": errors,
            "methods": options(RepaymentMethod),
            "guarantees": options(GuaranteeMode),
            "counties": await county_options(session),
            "counties_input": COUNTIES,
            "sections": [(section.code, section.zh) for section in SECTIONS],
            "addable": [(kind.code, kind.zh) for kind in ADDABLE],
        }
        return await visit.page(session, "bank/product_form.html", context, status=status)


def _tried(
    visit: Visit, form: Form, counties: Mapping[str, str]
) -> tuple[tuple[Trial, ...], dict[str, str]]:
    draft = draft_typed(form, counties)
    if draft is None:
        return (), form.errors
    try:
        check_draft(draft)
    except Refusal as refusal:
        return (), errors_of(refusal, FIELD_NAMES, FIELDS)
    terms = terms_of_draft(draft, product_id=new_id(), tenant_id=visit.actor.own_tenant)
    return try_product(terms), {}
