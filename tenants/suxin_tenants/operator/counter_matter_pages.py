"""One matter at the counter: the text to be read aloud, the person's decision, and his receipt.

The text is shown in large type. No and yes are buttons of one size, and take the same signature.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.models import ConsentState
from suxin.consent.purposes import PERK_REDEEM, purpose_named
from suxin.counter import queries
from suxin.counter.commands import Reading, SignedForm, read_aloud, take_evidence
from suxin.counter.deciding import carry_out
from suxin.counter.models import (
    DECISIONS,
    EVIDENCE_KINDS_ZH,
    MATTERS_ZH,
    CounterVisit,
    Decision,
    EvidenceKind,
    Matter,
    ReceiptBy,
    VisitState,
)
from suxin.counter.policies import require_running
from suxin.counter.queries import EvidenceMissing, MatterAtHand
from suxin.counter.words import ReadOut, read_out
from suxin.kernel.refusals import NotFound, Refusal
from suxin.tenancy.queries import staff_names, tenant_row
from suxin_tenants.forms import Form
from suxin_tenants.operator.counter_pages import PLACE, head_of, require_counter
from suxin_tenants.operator.counter_words import (
    BUTTONS,
    DECIDED,
    RECEIPTS,
    category_words,
)
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import said

_READ_FIELDS: Final = ("read", "understood")
_DECIDE_FIELDS: Final = ("kind", "signature", "paperNumber", "receipt", "decision")


@get("/counter/{visit_id:uuid}/matters/{consent_id:uuid}/{matter:str}")
async def show_matter(
    visit: GivenVisit, visit_id: FromPath[UUID], consent_id: FromPath[UUID], matter: FromPath[str]
) -> Answer:
    """Show the text of one matter, to be read aloud."""
    return await _show_matter(visit, visit_id, consent_id, _named(matter), {}, status=200)


@post("/counter/{visit_id:uuid}/matters/{consent_id:uuid}/{matter:str}/read", status_code=200)
async def send_read(
    visit: GivenVisit, visit_id: FromPath[UUID], consent_id: FromPath[UUID], matter: FromPath[str]
) -> Answer:
    """Note that it was read aloud and understood."""
    require_counter(visit)
    form, wanted = await visit.form(), _named(matter)
    reading = Reading(
        consent_id=consent_id,
        matter=wanted,
        notice_version=form.text("noticeVersion"),
        words_sha256=form.text("wordsSha256"),
        read=form.checked("read"),
        understood=form.checked("understood"),
    )

    async def work(session: AsyncSession) -> dict[str, Any]:
        await read_aloud(session, visit.actor, visit_id=visit_id, reading=reading, now=visit.now)
        return {}

    try:
        await visit.once(form, "counter.read", work, visit=visit_id, consent=consent_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, _READ_FIELDS)
        return await _show_matter(visit, visit_id, consent_id, wanted, errors, status=422)
    return visit.go(f"{PLACE}/{visit_id}/decision")


@get("/counter/{visit_id:uuid}/decision")
async def show_decision(visit: GivenVisit, visit_id: FromPath[UUID]) -> Answer:
    """Show what was read aloud, with the pad and the buttons for the person."""
    return await _show_decision(visit, visit_id, Form({}), {}, status=200)


@post("/counter/{visit_id:uuid}/decision", status_code=200)
async def send_decision(visit: GivenVisit, visit_id: FromPath[UUID]) -> Answer:
    """Keep what the person signed, and carry it out as his own act."""
    require_counter(visit)
    form = await visit.form()
    signed = _signed(form)
    if signed is None:
        return await _show_decision(visit, visit_id, form, form.errors, status=422)

    async def work(session: AsyncSession) -> dict[str, Any]:
        evidence = await take_evidence(
            session,
            visit.actor,
            visit_id=visit_id,
            form=signed,
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {"id": str(evidence.id)}

    try:
        taken = await visit.once(form, "counter.decide", work, visit=visit_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        errors = errors_of(refusal, {}, _DECIDE_FIELDS)
        return await _show_decision(visit, visit_id, form, errors, status=422)
    return await _carry_out(visit, visit_id, UUID(taken["id"]))


@get("/counter/{visit_id:uuid}/receipts/{evidence_id:uuid}")
async def show_receipt(
    visit: GivenVisit, visit_id: FromPath[UUID], evidence_id: FromPath[UUID]
) -> Answer:
    """Show the receipt of a decision, to be printed."""
    require_counter(visit)
    async with visit.reading() as session:
        signed = await queries.signed_decision(
            session, visit.actor, visit_id, evidence_id, now=visit.now
        )
        if not signed.done:
            raise EvidenceMissing
        consent, recipient = await queries.consent_decided(session, signed.evidence)
        house = await tenant_row(session, visit.actor.own_tenant)
        names = await staff_names(session, house.id, [signed.evidence.helper_id])
        context = {
            **(await head_of(session, signed.visit, visit)),
            "evidence": signed.evidence,
            "consent": consent,
            "recipient": recipient,
            "house": house,
            "helper": names.get(signed.evidence.helper_id, "—"),
            "decided": DECIDED[signed.evidence.decision],
            "kind": EVIDENCE_KINDS_ZH[signed.evidence.kind],
            "purpose": purpose_named(consent.purpose).zh,
            "categories": category_words(consent.categories),
            "gives": signed.evidence.decision in (Decision.ALLOW, Decision.RESUME),
            "for_code": consent.purpose == PERK_REDEEM.code
            and consent.state is ConsentState.ACTIVE
            and signed.visit.is_running(visit.now),
        }
        return await visit.page(session, "counter/receipt.html", context)


def _named(matter: str) -> Matter:
    try:
        return Matter(matter)
    except ValueError:
        raise NotFound(thing_zh="办理事项", thing_en="matter") from None


def _signed(form: Form) -> SignedForm | None:
    """Return what was sent, or note in the form what is missing of it."""
    decision = form.choice("decision", Decision)
    kind = form.choice("kind", EvidenceKind)
    receipt = form.choice("receipt", ReceiptBy)
    if kind is EvidenceKind.PAPER:
        form.require("paperNumber")
    if form.errors or decision is None or kind is None or receipt is None:
        return None
    return SignedForm(
        decision=decision,
        kind=kind,
        signature=form.text("signature"),
        paper_number=form.text("paperNumber"),
        receipt=receipt,
    )


async def _carry_out(visit: Visit, visit_id: UUID, evidence_id: UUID) -> Answer:
    """Carry out what is signed; where that is no longer possible, go back to the matters and say why."""
    try:
        await carry_out(
            visit.runtime.database,
            visit.actor,
            visit_id=visit_id,
            evidence_id=evidence_id,
            now=visit.now,
        )
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return visit.go(f"{PLACE}/{visit_id}", said(refusal), good=False)
    return visit.go(
        f"{PLACE}/{visit_id}/receipts/{evidence_id}", "已按本人决定办理，请将回执交给本人"
    )


async def _show_matter(
    visit: Visit,
    visit_id: UUID,
    consent_id: UUID,
    matter: Matter,
    errors: Mapping[str, str],
    *,
    status: int,
) -> Answer:
    require_counter(visit)
    async with visit.reading() as session:
        found = await queries.own_visit(session, visit.actor, visit_id)
        at_hand, text = await _text(session, visit, found, consent_id, matter)
        context = {
            **(await head_of(session, found, visit)),
            **_about(at_hand, text, matter),
            "errors": errors,
        }
        return await visit.page(session, "counter/matter.html", context, status=status)


async def _show_decision(
    visit: Visit, visit_id: UUID, form: Form, errors: Mapping[str, str], *, status: int
) -> Answer:
    require_counter(visit)
    async with visit.reading() as session:
        found = await queries.own_visit(session, visit.actor, visit_id)
        consent_id, matter = found.consent_id, found.matter
        if found.state is not VisitState.READ_ALOUD or consent_id is None or matter is None:
            return visit.go(f"{PLACE}/{visit_id}", "请先向本人宣读告知书", good=False)
        at_hand, text = await _text(session, visit, found, consent_id, matter)
        confirmed = found.phone_confirmed_at is not None
        context = {
            **(await head_of(session, found, visit)),
            **_about(at_hand, text, matter),
            "decisions": [(one.value, BUTTONS[one]) for one in DECISIONS[matter]],
            "kinds": [(one.value, zh) for one, zh in EVIDENCE_KINDS_ZH.items()],
            "receipts": [
                (one.value, zh)
                for one, zh in RECEIPTS.items()
                if confirmed or one is ReceiptBy.PAPER
            ],
            "typed": {name: form.text(name) for name in ("kind", "paperNumber", "receipt")},
            "errors": errors,
        }
        return await visit.page(session, "counter/decision.html", context, status=status)


async def _text(
    session: AsyncSession, visit: Visit, found: CounterVisit, consent_id: UUID, matter: Matter
) -> tuple[MatterAtHand, ReadOut]:
    require_running(found, now=visit.now)
    at_hand = await queries.matter_at_hand(session, visit.actor, found, consent_id, now=visit.now)
    return at_hand, await read_out(session, at_hand.consent, at_hand.recipient, matter)


def _about(at_hand: MatterAtHand, text: ReadOut, matter: Matter) -> dict[str, object]:
    return {
        "at_hand": at_hand,
        "text": text,
        "matter": matter.value,
        "matter_zh": MATTERS_ZH[matter],
        "for_firm": at_hand.subject.uscc is not None,
    }
