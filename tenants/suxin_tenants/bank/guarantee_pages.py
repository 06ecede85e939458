"""The bank's side of guarantees: asking a guarantor about an accepted offer, seeing what it answers, taking that back."""

from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.lending import policies
from suxin.lending.guarantees import queries
from suxin.lending.guarantees.asking import MAX_SHARE_BPS, ask_guarantor, withdraw_guarantee
from suxin.lending.guarantees.policies import GUARANTEE_ASK, GUARANTEE_READ
from suxin.lending.guarantees.states import LIVE
from suxin.lending.loans.queries import loan_on_offer
from suxin.lending.models import OfferState
from suxin.lending.queries.referrals import own_offer, own_referral
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.guarantee_words import guarantee_words
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of

FIELDS: Final = ("guarantorId", "shareBps", "note")


@get("/offers/{offer_id:uuid}/guarantee")
async def show_offer_guarantee(visit: GivenVisit, offer_id: FromPath[UUID]) -> Answer:
    """Show what guarantors were asked about an offer, and the form to ask one."""
    return await _show(visit, offer_id, None, status=200)


@post("/offers/{offer_id:uuid}/guarantee", status_code=200)
async def send_offer_guarantee(visit: GivenVisit, offer_id: FromPath[UUID]) -> Answer:
    """Ask a guarantor, or show the form again with what is wrong with it."""
    _require(visit)
    form = await visit.form()
    form.require("guarantorId", "shareBps")
    guarantor_id, share_bps = form.id("guarantorId"), form.percent("shareBps")
    if guarantor_id is None or form.errors:
        return await _show(visit, offer_id, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await ask_guarantor(
            session,
            visit.actor,
            offer_id=offer_id,
            guarantor_id=guarantor_id,
            share_bps=share_bps,
            now=visit.now,
        )
        return {}

    try:
        await visit.once(form, "guarantee.request", work, about=offer_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        for name, message in errors_of(refusal, {}, FIELDS).items():
            form.fail(name, message)
        return await _show(visit, offer_id, form, status=422)
    return visit.go(_at(offer_id), "已提出担保申请，申请人已收到通知")


@post("/offers/{offer_id:uuid}/guarantee/withdraw", status_code=200)
async def send_withdraw_guarantee(visit: GivenVisit, offer_id: FromPath[UUID]) -> Answer:
    """Take the request on an offer back, or show the form again with what is wrong with it."""
    _require(visit)
    form = await visit.form()
    form.require("note")
    if form.errors:
        return await _show(visit, offer_id, form, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        asked = await queries.requests_on_offer(session, visit.actor, offer_id)
        for one in asked:
            if one.state in LIVE:
                await withdraw_guarantee(
                    session,
                    visit.actor,
                    request_id=one.id,
                    note=form.text("note"),
                    now=visit.now,
                )
        return {}

    try:
        await visit.once(form, "guarantee.withdraw", work, about=offer_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        for name, message in errors_of(refusal, {}, FIELDS).items():
            form.fail(name, message)
        return await _show(visit, offer_id, form, status=422)
    return visit.go(_at(offer_id), "担保申请已撤回")


async def _show(visit: Visit, offer_id: UUID, form: Form | None, *, status: int) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        offer = await own_offer(session, visit.actor, offer_id)
        referral, _ = await own_referral(session, visit.actor, offer.referral_id)
        policies.require_in_reach(visit.actor, referral)
        asked = await queries.requests_on_offer(session, visit.actor, offer_id)
        signed = await loan_on_offer(session, visit.actor, offer_id) is not None
        live = any(one.state in LIVE for one in asked)
        may = visit.actor.may(GUARANTEE_ASK) and not signed
        context = {
            "offer": offer,
            "asked": await guarantee_words(session, asked),
            "at": _at(offer_id),
            "guarantors": [(str(one.id), one.name) for one in await queries.guarantors(session)],
            "may_ask": may and not live and offer.state is OfferState.CHOSEN,
            "may_withdraw": may and live,
            "most": f"{MAX_SHARE_BPS / 100:g}",
            "values": {} if form is None else {name: form.text(name) for name in FIELDS},
            "errors": {} if form is None else form.errors,
        }
        return await visit.page(session, "bank/guarantee.html", context, status=status)


def _at(offer_id: UUID) -> str:
    return f"/desk/offers/{offer_id}/guarantee"


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(GUARANTEE_READ)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_offer_guarantee,
    send_offer_guarantee,
    send_withdraw_guarantee,
)
