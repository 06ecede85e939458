"""What everyone may see before logging in: areas, products of the banks, and the words of this API."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from suxin.kernel.refusals import Invalid, NotFound
from suxin.kernel.working_days import local_day
from suxin.lending.applicant_criteria import AreaIn, IndustryIn, IndustryNotIn
from suxin.lending.criteria import parse_criteria
from suxin.lending.facts import ApplicantFacts
from suxin.lending.industries import parse_industry
from suxin.lending.models import LoanProduct
from suxin.lending.queries.requests import published_products
from suxin.lending.terms import (
    ApplicantKind,
    GuaranteeMode,
    LoanPurpose,
    RepaymentMethod,
    RequestTerms,
)
from suxin.places.models import Area
from suxin.places.queries import areas_of
from suxin.tenancy.models import Tenant
from suxin_mini_program.answering import answer
from suxin_mini_program.contract import Caller, Contract
from suxin_mini_program.labels import Label, Vocabulary, labelled, vocabulary
from suxin_mini_program.paging import Page, PageQuery, cursor_of, listed, place_of
from suxin_mini_program.reading import AnyRequest, path_id, read_query
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "产品与字典"
MAX_PRODUCTS_READ: Final = 3_000
"""Thirty banks with a hundred products each: more than a city has."""
_SHOWN_TERM_MONTHS: Final = 12

AreaCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}([0-9]{3}){0,3}$", max_length=15)]


class BankView(msgspec.Struct, rename="camel", kw_only=True):
    """A bank as applicants know it."""

    tenant_id: UUID
    name: str
    short_name: str


class CriterionView(msgspec.Struct, rename="camel", kw_only=True):
    """One thing a product asks for."""

    code: str
    zh: str
    en: str


class ProductView(msgspec.Struct, rename="camel", kw_only=True):
    """A product that banks publish."""

    id: UUID
    bank: BankView
    code: str
    version: int
    name: str
    summary: str
    min_amount_fen: int
    max_amount_fen: int
    min_term_months: int
    max_term_months: int
    min_rate_bps: int
    max_rate_bps: int
    upfront_fee_bps: int
    upfront_fee_fen: int
    repayment_methods: list[Label]
    guarantee_modes: list[Label]
    first_loan_friendly: bool
    cooling_off_days: int
    criteria: list[CriterionView]


class ProductQuery(PageQuery, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which products are asked for: those open to an area, to an industry, and for an amount."""

    area: AreaCode | None = None
    industry: Annotated[str, msgspec.Meta(min_length=1, max_length=5)] | None = None
    amount_fen: Annotated[int, msgspec.Meta(ge=1)] | None = None


class AreaView(msgspec.Struct, rename="camel", kw_only=True):
    """An area of the city."""

    code: str
    level: str
    name: str
    full_name: str
    parent_code: str | None


class AreaQuery(PageQuery, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Which areas are asked for: those directly under ``parent``, or the top."""

    parent: AreaCode | None = None


PRODUCTS: Final = Contract(
    tag=TAG,
    zh="已发布的贷款产品（可按区域、行业、金额筛选）",
    en="Published products, cheapest rate first; filtered by area, industry and amount",
    caller=Caller.ANYONE,
    query=ProductQuery,
    answer=Page[ProductView],
    refusals=(Invalid,),
)
PRODUCT: Final = Contract(
    tag=TAG,
    zh="一个产品",
    en="One published product",
    caller=Caller.ANYONE,
    answer=ProductView,
    refusals=(NotFound, Invalid),
)
AREAS: Final = Contract(
    tag=TAG,
    zh="下级行政区划",
    en="The areas directly under one",
    caller=Caller.ANYONE,
    query=AreaQuery,
    answer=Page[AreaView],
)
VOCABULARY: Final = Contract(
    tag=TAG,
    zh="本接口用到的代码及中英文名称",
    en="Every code of this API with its Chinese and English names",
    caller=Caller.ANYONE,
    answer=Vocabulary,
)


@get("/products", opt=PRODUCTS.opt)
async def list_products(
    request: AnyRequest, runtime: GivenRuntime, caller: GivenActor
) -> Response[bytes]:
    """List published products."""
    query = read_query(request, ProductQuery)
    if query.industry is not None and parse_industry(query.industry) is None:
        raise Invalid(
            field="industry",
            reason_zh="不是国民经济行业分类代码",
            reason_en="not an industry of GB/T 4754",
        )
    async with runtime.database.snapshot(caller, now=runtime.clock.now()) as session:
        rows = await session.execute(published_products().limit(MAX_PRODUCTS_READ))
        open_to = [(row[0], row[1]) for row in rows if _is_open_to(row[0], query)]
        return answer(_product_page(open_to, query))


@get("/products/{product_id:str}", opt=PRODUCT.opt)
async def show_product(
    runtime: GivenRuntime, caller: GivenActor, product_id: FromPath[str]
) -> Response[bytes]:
    """Show one published product."""
    wanted = path_id(product_id)
    async with runtime.database.snapshot(caller, now=runtime.clock.now()) as session:
        row = (await session.execute(published_products().where(LoanProduct.id == wanted))).first()
        if row is None:
            raise NotFound(thing_zh="产品", thing_en="product")
        return answer(product_view(row[0], row[1]))


@get("/areas", opt=AREAS.opt)
async def list_areas(
    request: AnyRequest, runtime: GivenRuntime, caller: GivenActor
) -> Response[bytes]:
    """List the areas under one."""
    query, now = read_query(request, AreaQuery), runtime.clock.now()
    async with runtime.database.snapshot(caller, now=now) as session:
        found = list(await session.scalars(areas_of(query.parent, on=local_day(now))))
        return answer(listed(found, query, name=f"areas:{query.parent}", view=_area_view))


@get("/vocabulary", opt=VOCABULARY.opt)
async def show_vocabulary(caller: GivenActor) -> Response[bytes]:
    """Show every code with its names."""
    del caller  # Counted against what one address may ask for.
    return answer(vocabulary())


def bank_view(tenant: Tenant) -> BankView:
    """Return a bank as applicants know it."""
    return BankView(tenant_id=tenant.id, name=tenant.name, short_name=tenant.short_name)


def product_view(product: LoanProduct, bank: Tenant) -> ProductView:
    """Return a product as applicants read it."""
    return ProductView(
        id=product.id,
        bank=bank_view(bank),
        code=product.code,
        version=product.version,
        name=product.name,
        summary=product.summary,
        min_amount_fen=product.min_amount_fen,
        max_amount_fen=product.max_amount_fen,
        min_term_months=product.min_term_months,
        max_term_months=product.max_term_months,
        min_rate_bps=product.min_rate_bps,
        max_rate_bps=product.max_rate_bps,
        upfront_fee_bps=product.upfront_fee_bps,
        upfront_fee_fen=product.upfront_fee_fen,
        repayment_methods=[
            labelled(RepaymentMethod.coded(code)) for code in product.repayment_methods
        ],
        guarantee_modes=[labelled(GuaranteeMode.coded(code)) for code in product.guarantee_modes],
        first_loan_friendly=product.first_loan_friendly,
        cooling_off_days=product.cooling_off_days,
        criteria=[
            CriterionView(code=item.code, zh=item.requirement().zh, en=item.requirement().en)
            for item in parse_criteria(product.criteria)
        ],
    )


def _is_open_to(product: LoanProduct, query: ProductQuery) -> bool:
    """Tell whether amount, area and industry leave the product possible; an open question does."""
    amount_fen = query.amount_fen
    if amount_fen is not None and not (
        product.min_amount_fen <= amount_fen <= product.max_amount_fen
    ):
        return False
    facts = ApplicantFacts(kind=ApplicantKind.FIRM, county_code=query.area, industry=query.industry)
    asked = RequestTerms(
        amount_fen=amount_fen or product.min_amount_fen,
        term_months=_SHOWN_TERM_MONTHS,
        purpose=LoanPurpose.OTHER,
        guarantee_mode=GuaranteeMode.CREDIT,
    )
    return all(
        item.outcome(asked, facts).value != "failed"
        for item in parse_criteria(product.criteria)
        if isinstance(item, AreaIn | IndustryIn | IndustryNotIn)
    )


def _product_page(rows: list[tuple[LoanProduct, Tenant]], query: ProductQuery) -> Page[ProductView]:
    """Return a page in the order of (lowest rate, id), after the cursor's place."""
    after: tuple[int, UUID] | None = None
    if query.after is not None:
        after = place_of(query.after, "products", tuple[int, UUID])
    left = [row for row in rows if after is None or _place(row[0]) > after]
    shown = left[: query.first]
    more = len(left) > query.first
    return Page(
        items=[product_view(product, bank) for product, bank in shown],
        next_cursor=cursor_of("products", _place(shown[-1][0])) if more else None,
    )


def _place(product: LoanProduct) -> tuple[int, UUID]:
    return product.min_rate_bps, product.id


def _area_view(area: Area) -> AreaView:
    return AreaView(
        code=area.code,
        level=area.level.value,
        name=area.name,
        full_name=area.full_name,
        parent_code=area.parent_code,
    )


HANDLERS: Final = (list_products, show_product, list_areas, show_vocabulary)
