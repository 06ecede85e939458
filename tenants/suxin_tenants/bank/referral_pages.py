"""One referral: the lead, the steps the bank may take, and, on consent, who is behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.notice_texts import CATEGORY_ZH, in_order
from suxin.kernel.refusals import Refusal
from suxin.lending import policies
from suxin.lending.commands.offers import withdraw_offer
from suxin.lending.commands.referrals import (
    ConsentRequired,
    accept_referral,
    decline_referral,
    record_contact,
    start_due_diligence,
)
from suxin.lending.guarantees.policies import GUARANTEE_READ
from suxin.lending.models import (
    IN_PROGRESS,
    WAITING,
    LoanRequest,
    Offer,
    Referral,
    ReferralState,
)
from suxin.lending.queries import referrals as queries
from suxin.lending.queries.dossier import (
    Dossier,
    contracted_request,
    dossier,
    dossier_grades,
    dossier_records,
)
from suxin.lending.queries.products import referred_product
from suxin.lending.terms import DeclineReason
from suxin.scoring.models import ORIGINS
from suxin.scoring.policies import TIER_READ
from suxin.scoring.queries import GradeTold
from suxin.subjects.identities import identity_of
from suxin.subjects.models import DataCategory
from suxin.subjects.policies import IDENTITY_READ, RECORD_READ
from suxin.subjects.queries import catalogue
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.area_names import area_names
from suxin_tenants.bank.exchange_view import exchange_shown, placed
from suxin_tenants.bank.inbox_pages import taken_by
from suxin_tenants.bank.lead_words import MODES, lead_words
from suxin_tenants.bank.record_words import (
    RecordsBeside,
    RecordWords,
    record_words,
    records_beside,
    shown_until,
)
from suxin_tenants.bank.steps import steps_of
from suxin_tenants.forms import Form, options
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import CONSENT_STATES, OFFER_STATES, REFERRAL_STATES

_DECLINE_FIELDS: Final = ("reason", "note")
RECORDS_SHOWN: Final = 100
"""How many records a referral's page shows at once; older ones follow on pages of their own."""

MAX_OFFERS_SHOWN: Final = 20
"""How many of a bank's own offers on one referral its page lists, the latest of them."""


@dataclass(frozen=True, slots=True)
class Rights:
    """Which steps the officer may take on a referral in its present state."""

    accept: bool
    contact: bool
    examine: bool
    offer: bool
    decline: bool
    read_records: bool
    read_identity: bool
    withdraw_offer: bool
    read_loans: bool
    read_guarantees: bool


@get("/referrals/{referral_id:uuid}")
async def show_referral(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Show a referral."""
    return await _show(visit, referral_id)


@post("/referrals/{referral_id:uuid}/accept", status_code=200)
async def send_accept(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Take the referral up."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await accept_referral(session, visit.actor, referral_id=referral_id, now=visit.world_now)
        return {}

    return await _press(visit, "accept", work, referral_id, "已受理，已提醒申请人授权")


@post("/referrals/{referral_id:uuid}/contact", status_code=200)
async def send_contact(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Record that the applicant was contacted."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await record_contact(session, visit.actor, referral_id=referral_id, now=visit.world_now)
        return {}

    return await _press(visit, "contact", work, referral_id, "已登记联系")


@post("/referrals/{referral_id:uuid}/examine", status_code=200)
async def send_examine(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Record that due diligence began."""

    async def work(session: AsyncSession) -> dict[str, Any]:
        await start_due_diligence(
            session, visit.actor, referral_id=referral_id, now=visit.world_now
        )
        return {}

    return await _press(visit, "examine", work, referral_id, "已开始尽调")


@post("/referrals/{referral_id:uuid}/decline", status_code=200)
async def send_decline(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Decline with a reason, or show the form again with what is wrong with it."""
    visit.require_kind(TenantKind.BANK)
    form = await visit.form()
    reason = form.choice("reason", DeclineReason)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await decline_referral(
            session,
            visit.actor,
            referral_id=referral_id,
            reason=reason or DeclineReason.OTHER_WITH_NOTE,
            note=form.text("note"),
            now=visit.world_now,
        )
        return {}

    typed = {name: form.text(name) for name in _DECLINE_FIELDS}
    if form.errors:
        return await _show(visit, referral_id, declining=typed, errors=form.errors, status=422)
    try:
        await visit.once(form, "referral.decline", work, referral=referral_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, _DECLINE_FIELDS)
        return await _show(visit, referral_id, declining=typed, errors=errors, status=422)
    return visit.go(_at(referral_id), "已婉拒，原因已告知申请人")


@post("/referrals/{referral_id:uuid}/identity", status_code=200)
async def show_identity(visit: GivenVisit, referral_id: FromPath[UUID]) -> Answer:
    """Show who the applicant is and how to reach him; each time leaves a receipt that he sees."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(IDENTITY_READ)
    async with visit.reading() as session:
        referral, _ = await queries.own_referral(session, visit.actor, referral_id)
        policies.require_in_reach(visit.actor, referral)
        request = await queries.request_behind(session, referral.lead_id)
        if request is None:
            raise ConsentRequired
        identity = await identity_of(
            session, visit.runtime.sealer, request.person_id, context_id=request.id
        )
        return visit.part("bank/identity.html", {"identity": identity})


@post("/offers/{offer_id:uuid}/withdraw", status_code=200)
async def send_withdraw_offer(visit: GivenVisit, offer_id: FromPath[UUID]) -> Answer:
    """Take an offer back and return to its referral."""
    visit.require_kind(TenantKind.BANK)
    async with visit.reading() as session:
        offer = await queries.own_offer(session, visit.actor, offer_id)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await withdraw_offer(session, visit.actor, offer_id=offer_id, now=visit.world_now)
        return {}

    return await visit.press(
        "offer.withdraw", work, back=_at(offer.referral_id), done="报价已撤回", offer=offer_id
    )


async def _press(visit: Visit, step: str, work: Any, referral_id: UUID, done: str) -> Answer:  # noqa: ANN401 - the visit's Work
    visit.require_kind(TenantKind.BANK)
    return await visit.press(
        f"referral.{step}", work, back=_at(referral_id), done=done, referral=referral_id
    )


async def show_again(
    visit: Visit, referral_id: UUID, form: Form, errors: Mapping[str, str]
) -> Answer:
    """Show a referral with a form of its exchange as it was typed, and what is wrong with it."""
    return await _show(visit, referral_id, typed=form, errors=errors, status=422)


async def _show(
    visit: Visit,
    referral_id: UUID,
    *,
    declining: Mapping[str, str] | None = None,
    typed: Form | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Answer:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(policies.REFERRAL_READ)
    async with visit.reading() as session:
        referral, lead = await queries.own_referral(session, visit.actor, referral_id)
        policies.require_in_reach(visit.actor, referral)
        known = await _known(session, visit, referral)
        contracted = None if known else await _contracted(session, visit, referral)
        made = queries.offers_on(referral.tenant_id, referral.id).limit(MAX_OFFERS_SHOWN)
        offers = (await session.scalars(made)).all()
        staff = await taken_by(session, visit, [referral])
        taker = None if referral.accepted_by is None else staff.get(referral.accepted_by)
        context = {
            "referral": referral,
            "lead": (await lead_words(session, [lead]))[lead.id],
            "product": await referred_product(session, referral),
            "due": (await queries.next_dues(session, [referral])).get(referral.id),
            "state": REFERRAL_STATES[referral.state],
            "mode": MODES[referral.mode],
            "taken_by": taker,
            "rights": _rights(visit, referral, offers, consented=known is not None),
            "known": known,
            "contracted": contracted,
            "offers": offers,
            "exchange": await exchange_shown(
                session,
                visit,
                referral,
                typed,
                known=known is not None or contracted is not None,
            ),
            "placed": await placed(session, visit, referral),
            "offer_states": OFFER_STATES,
            "steps": steps_of(referral, offers, taken_by=taker),
            "origins": ORIGINS,
            "reasons": options(DeclineReason),
            "declining": declining or {"reason": "", "note": ""},
            "errors": errors or {},
        }
        return await visit.page(session, "bank/referral.html", context, status=status)


@dataclass(frozen=True, slots=True)
class Known:
    """What the applicant lets the bank know, in words."""

    dossier: Dossier
    consent_state: tuple[str, str]
    categories: tuple[str, ...]
    place: str
    grades: Sequence[GradeTold] | None
    records: Mapping[str, Sequence[RecordWords]]
    beside: RecordsBeside


async def _known(session: AsyncSession, visit: Visit, referral: Referral) -> Known | None:
    """Return who is behind the referral, if the applicant consents and the officer may read records."""
    if not visit.actor.may(RECORD_READ):
        return None
    found = await dossier(session, visit.actor, referral)
    if found is None:
        return None
    after = shown_until(visit.request)
    page = await dossier_records(session, visit.actor, found, first=RECORDS_SHOWN, after=after)
    items = {item.code: item.name for item in await session.scalars(catalogue())}
    place = found.subject.town_code or found.subject.county_code
    names = await area_names(session, {found.subject.county_code, place})
    return Known(
        found,
        CONSENT_STATES[found.consent.state],
        tuple(
            CATEGORY_ZH.get(name, name).partition("（")[0]
            for name in in_order(found.consent.categories)
        ),
        " ".join(dict.fromkeys((names[found.subject.county_code], names[place]))),
        await _grades(session, visit, found),
        record_words(page.rows, items, now=visit.world_now),
        records_beside(referral.id, page, after=after),
    )


async def _grades(
    session: AsyncSession, visit: Visit, found: Dossier
) -> Sequence[GradeTold] | None:
    """Return the applicant's grades; nothing where his consent, or the officer's role, covers none."""
    if DataCategory.SCORE_TIER not in found.consent.categories or not visit.actor.may(TIER_READ):
        return None
    return await dossier_grades(session, visit.actor, found)


async def _contracted(
    session: AsyncSession, visit: Visit, referral: Referral
) -> LoanRequest | None:
    """Return the request a contract stands on, if the officer may learn who the borrower is; the look is on record."""
    if not visit.actor.may(IDENTITY_READ):
        return None
    return await contracted_request(session, visit.actor, referral)


def _rights(
    visit: Visit, referral: Referral, offers: Sequence[Offer], *, consented: bool
) -> Rights:
    state = referral.state
    works = visit.actor.may(policies.REFERRAL_WORK)
    offers_open = visit.actor.may(policies.OFFER_MAKE)
    return Rights(
        accept=works and state is ReferralState.DISPATCHED,
        contact=works and consented and state is ReferralState.ACCEPTED,
        examine=works and state is ReferralState.CONTACTED,
        offer=offers_open and consented and state in IN_PROGRESS,
        decline=works and state in WAITING,
        read_records=visit.actor.may(RECORD_READ),
        read_identity=visit.actor.may(IDENTITY_READ),
        withdraw_offer=offers_open and any(offer.open for offer in offers),
        read_loans=visit.actor.may(policies.LOAN_READ),
        read_guarantees=visit.actor.may(GUARANTEE_READ) and visit.actor.sandbox_id is None,
    )


def _at(referral_id: UUID) -> str:
    return f"/desk/referrals/{referral_id}"
