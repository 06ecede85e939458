"""Making an offer: the form, what it would cost while the officer types, and the offer itself."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.lending import policies
from suxin.lending.commands.offers import OfferTerms, make_offer, price
from suxin.lending.commands.referrals import ConsentRequired
from suxin.lending.models import IN_PROGRESS
from suxin.lending.queries import referrals as queries
from suxin.lending.queries.dossier import dossier
from suxin.lending.queries.products import referred_product
from suxin.lending.repayment import schedule
from suxin.lending.terms import GuaranteeMode, RepaymentMethod
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.bank.lead_words import lead_words
from suxin_tenants.bank.offer_form import (
    FIELD_NAMES,
    FIELDS,
    first_values,
    terms_typed,
    typed_values,
)
from suxin_tenants.forms import Form, options
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import said

SHOWN_INSTALMENTS: Final = 12


@get("/referrals/{referral_id:uuid}/offer")
async def show_offer_form(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Show the offer form, filled with the product's terms."""
    return await _show(visit, referral_id, None, {}, status=200)


@post("/offers/preview", status_code=200)
async def show_offer_preview(visit: GivenVisit) -> Answer:
    """Show what the terms typed so far would cost, whomever they are for."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(policies.OFFER_MAKE)
    shown = {**preview_of(await visit.form()), "typing": True}
    return visit.part("bank/offer_preview.html", shown)


@post("/referrals/{referral_id:uuid}/offer", status_code=200)
async def send_offer(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Make the offer, or show the form again with what is wrong with it."""
    visit.require_kind(TenantKind.BANK)
    form = await visit.form()
    terms = terms_typed(form)
    if terms is None:
        return await _show(visit, referral_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        offer = await make_offer(
            session, visit.actor, referral_id=referral_id, terms=terms, now=visit.world_now
        )
        return {"id": str(offer.id)}

    try:
        await visit.once(form, "offer.make", work, referral=referral_id)
    except ConsentRequired as refusal:
        return visit.go(f"/desk/referrals/{referral_id}", said(refusal), good=False)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, FIELD_NAMES, FIELDS)
        return await _show(visit, referral_id, form, errors, status=422)
    return visit.go(f"/desk/referrals/{referral_id}", "报价已发送给申请人")


def preview_of(form: Form) -> dict[str, object]:
    """Return what the preview shows: the cost and the first instalments, or what is still wrong."""
    empty: dict[str, object] = {"cost": None, "instalments": (), "terms": None}
    terms = terms_typed(form)
    if terms is None:
        return {**empty, "problems": form.errors}
    try:
        cost = price(terms)
    except Refusal as refusal:
        return {**empty, "problems": errors_of(refusal, FIELD_NAMES, FIELDS)}
    return {"cost": cost, "instalments": _first(terms), "terms": terms, "problems": {}}


def _first(terms: OfferTerms) -> list[Any]:
    plan = schedule(
        terms.amount_fen, terms.rate_bps, terms.term_months, terms.repayment_method, terms.fees
    )
    return list(plan.instalments[:SHOWN_INSTALMENTS])


async def _show(
    visit: Visit, referral_id: UUID, form: Form | None, errors: Mapping[str, str], *, status: int
) -> Answer:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(policies.OFFER_MAKE)
    async with visit.reading() as session:
        referral, lead = await queries.own_referral(session, visit.actor, referral_id)
        policies.require_in_reach(visit.actor, referral)
        found = await dossier(session, visit.actor, referral)
        if found is None:
            return visit.go(f"/desk/referrals/{referral_id}", said(ConsentRequired()), good=False)
        if referral.state not in IN_PROGRESS:
            return visit.go(
                f"/desk/referrals/{referral_id}", "当前状态不能报价，请先受理", good=False
            )
        product = await referred_product(session, referral)
        values = first_values(found.request, product) if form is None else typed_values(form)
        shown = form or Form({name: (value,) for name, value in values.items()})
        context = {
            "referral": referral,
            "lead": (await lead_words(session, [lead]))[lead.id],
            "known": found,
            "product": product,
            "due": (await queries.next_dues(session, [referral])).get(referral.id),
            "values": values,
            "errors": errors,
            "methods": options(RepaymentMethod),
            "guarantees": options(GuaranteeMode),
            **preview_of(shown),
            "typing": False,
        }
        return await visit.page(session, "bank/offer_form.html", context, status=status)
