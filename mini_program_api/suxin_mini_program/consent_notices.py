"""The notice before a permission: the whole text as the subject is shown it, about one bank and one request."""

from collections.abc import Collection, Iterable
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get

from suxin.consent.narrowing import Cut, Wanted, narrow
from suxin.consent.notice_texts import current_text, in_order, told
from suxin.consent.purposes import LOAN_MATCH, CategoriesOutsidePurpose, Purpose
from suxin.kernel.refusals import Invalid, NotFound
from suxin.lending.queries.requests import own_request, referrals_of
from suxin.subjects.models import DataCategory
from suxin.tenancy.models import Tenant
from suxin_mini_program.answering import answer
from suxin_mini_program.contract import Contract
from suxin_mini_program.labels import Label, category
from suxin_mini_program.reading import AnyRequest, read_query
from suxin_mini_program.recipients import purpose_label
from suxin_mini_program.reference import BankView, bank_view
from suxin_web.callers import GivenActor
from suxin_web.runtime import GivenRuntime

TAG: Final = "授权"
MAX_ASKED_LIFE_DAYS: Final = 3_650

LifeDays = Annotated[int, msgspec.Meta(ge=1, le=MAX_ASKED_LIFE_DAYS)]


class NoticeQuery(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """About whom and which request, and what the subject is about to permit.

    ``categories`` are their codes with commas between them. Without them only what the purpose cannot do without is chosen:
    the rest is the subject's own choice (PIPL art. 6, 14).
    """

    tenant_id: UUID
    request_id: UUID
    life_days: LifeDays = LOAN_MATCH.max_life_days
    categories: Annotated[str, msgspec.Meta(max_length=300)] | None = None


class CategoryChoice(msgspec.Struct, rename="camel", kw_only=True):
    """A category of data; the purpose cannot be served without the required ones."""

    category: Label
    required: bool
    chosen: bool


class CutView(msgspec.Struct, rename="camel", kw_only=True):
    """One thing that was narrowed, in words."""

    zh: str
    en: str


class ConsentNotice(msgspec.Struct, rename="camel", kw_only=True):
    """The text as the subject is shown it, and the facts in it."""

    version: str
    sha256: str
    body: str
    recipient: BankView
    contact: str
    purpose: Label
    categories: list[CategoryChoice]
    life_days: int
    max_life_days: int
    retention_days: int


NOTICE: Final = Contract(
    tag=TAG,
    zh="授权告知书全文（接收方、用途、类别、期限、保存期限）",
    en="The notice as it is shown: recipient, purpose, categories, period and retention",
    query=NoticeQuery,
    answer=ConsentNotice,
    refusals=(NotFound, CategoriesOutsidePurpose),
)


@get("/consent-notices", opt=NOTICE.opt)
async def show_notice(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor
) -> Response[bytes]:
    """Show the notice about one bank and one request."""
    query = read_query(request, NoticeQuery)
    asked = categories_named(query.categories) or sorted(LOAN_MATCH.required)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        await own_request(session, actor, query.request_id)
        referred = referrals_of(query.request_id).where(Tenant.id == query.tenant_id)
        row = (await session.execute(referred)).first()
        if row is None:
            raise NotFound(
                thing_zh="银行的对接", thing_en="referral to this bank", field="tenantId"
            )
        return answer(_notice(row[1], asked, query.life_days))


def categories_named(text: str | None) -> list[DataCategory] | None:
    """Return the categories whose codes a parameter names, or nothing where it is not given.

    :raises Invalid: if one is unknown
    """
    if text is None:
        return None
    try:
        return [DataCategory(code) for code in text.split(",") if code]
    except ValueError:
        raise Invalid(
            field="categories",
            reason_zh="包含未知的数据类别",
            reason_en="it names an unknown category",
        ) from None


def _notice(bank: Tenant, asked: list[DataCategory], life_days: int) -> ConsentNotice:
    narrowed = narrow(LOAN_MATCH, Wanted(categories=asked, life_days=life_days))
    kept = {code.value for code in narrowed.categories}
    shown = told(
        current_text(LOAN_MATCH.code),
        recipient=bank.name,
        contact=bank.contact,
        categories=tuple(kept),
        life_days=narrowed.life_days,
        retention_days=LOAN_MATCH.retention_days,
    )
    return ConsentNotice(
        version=shown.version,
        sha256=shown.sha256,
        body=shown.body,
        recipient=bank_view(bank),
        contact=bank.contact,
        purpose=purpose_label(LOAN_MATCH.code),
        categories=category_choices(LOAN_MATCH, LOAN_MATCH.categories, kept),
        life_days=narrowed.life_days,
        max_life_days=LOAN_MATCH.max_life_days,
        retention_days=LOAN_MATCH.retention_days,
    )


def category_choices(
    purpose: Purpose, offered: Iterable[str], kept: Collection[str]
) -> list[CategoryChoice]:
    """Return the categories one may choose of, in the order people are told them, with those that are chosen."""
    return [
        CategoryChoice(
            category=category(code), required=code in purpose.required, chosen=code in kept
        )
        for code in in_order(offered)
    ]


def cut_views(cuts: Iterable[Cut]) -> list[CutView]:
    """Return in words what was narrowed."""
    return [CutView(zh=cut.zh, en=cut.en) for cut in cuts]


HANDLERS: Final = (show_notice,)
