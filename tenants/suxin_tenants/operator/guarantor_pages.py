"""The city's guarantors at the operator's desk: what each answers for, the limits it is held to, and every request to it."""

from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.lending.guarantees import queries
from suxin.lending.guarantees.limits import (
    MAX_CLIENT_BPS,
    LimitDraft,
    set_limits,
)
from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.lending.guarantees.policies import GUARANTOR_LIMIT, GUARANTOR_OVERSEE
from suxin.lending.guarantees.states import GuarantorForm
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form, options, wan_text
from suxin_tenants.guarantee_words import guarantee_words
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

PLACE: Final = "/desk/guarantors"
FIELDS: Final = ("form", "netAssetsFen", "multiple", "clientBps")


@get("/guarantors")
async def show_guarantors(visit: GivenVisit) -> Answer:
    """Show the guarantors with what of their limits is used."""
    _require(visit)
    async with visit.reading() as session:
        context = {
            "guarantors": await queries.guarantors(session),
            "uses": await queries.uses_of_city(session, visit.actor),
        }
        return await visit.page(session, "operator/guarantors.html", context)


@get("/guarantors/{guarantor_id:uuid}")
async def show_guarantor(visit: GivenVisit, guarantor_id: FromPath[UUID]) -> Answer:
    """Show one guarantor's limits and the requests to it."""
    return await _show(visit, guarantor_id, None, status=200)


@post("/guarantors/{guarantor_id:uuid}/limits", status_code=200)
async def send_guarantor_limits(visit: GivenVisit, guarantor_id: FromPath[UUID]) -> Answer:
    """Set a guarantor's limits, or show the form again with what is wrong with it."""
    _require(visit)
    form = await visit.form()
    form.require(*FIELDS)
    kind = form.choice("form", GuarantorForm)
    figures = (form.wan("netAssetsFen"), form.whole("multiple"), form.percent("clientBps"))
    if kind is None or form.errors:
        return await _show(visit, guarantor_id, form, status=422)
    draft = LimitDraft(
        form=kind, net_assets_fen=figures[0], multiple=figures[1], client_bps=figures[2]
    )

    async def work(session: AsyncSession) -> dict[str, Any]:
        await set_limits(
            session, visit.actor, guarantor_id=guarantor_id, draft=draft, now=visit.now
        )
        return {}

    try:
        await visit.once(form, "guarantor.limits", work, about=guarantor_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        for name, message in errors_of(refusal, {}, FIELDS).items():
            form.fail(name, message)
        return await _show(visit, guarantor_id, form, status=422)
    return visit.go(f"{PLACE}/{guarantor_id}", "担保限额已设定")


async def _show(visit: Visit, guarantor_id: UUID, form: Form | None, *, status: int) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        guarantor = await queries.guarantor_row(session, guarantor_id)
        use = (await queries.uses_of_city(session, visit.actor)).get(guarantor_id)
        statement = queries.requests_of_city(visit.actor, guarantor_id=guarantor_id)
        page = await read_page(
            session, visit.request, statement.order_by(None), GuaranteeRequest.id, kept={}
        )
        context = {
            "guarantor": guarantor,
            "use": use,
            "page": page,
            "rows": await guarantee_words(session, [row[0] for row in page.rows]),
            "may_limit": visit.actor.may(GUARANTOR_LIMIT),
            "forms": options(GuarantorForm),
            "values": _first(use) if form is None else {name: form.text(name) for name in FIELDS},
            "errors": {} if form is None else form.errors,
        }
        return await visit.page(session, "operator/guarantor.html", context, status=status)


def _first(use: queries.LimitUse | None) -> dict[str, str]:
    """Return what the form begins with: the limits in force, or the regulation's own."""
    if use is None:
        first = {"multiple": "10", "clientBps": f"{MAX_CLIENT_BPS / 100:g}"}
        return first | {"form": GuarantorForm.GUARANTEE_COMPANY.value, "netAssetsFen": ""}
    limit = use.limit
    return {
        "form": limit.form.value,
        "netAssetsFen": wan_text(limit.net_assets_fen),
        "multiple": str(limit.multiple),
        "clientBps": f"{limit.client_bps / 100:g}",
    }


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(GUARANTOR_OVERSEE)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_guarantors,
    show_guarantor,
    send_guarantor_limits,
)
