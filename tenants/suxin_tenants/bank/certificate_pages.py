"""Tier certificates at a bank's desk: what an applicant shows is checked by its signature, and that it was is kept nowhere."""

from collections.abc import Mapping
from typing import Final

from litestar import get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.scoring.certificates import Proof, read_certificate
from suxin.scoring.documents import stored_document
from suxin.scoring.policies import TIER_READ
from suxin.scoring.queries import active_model
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.visits import Answer, GivenVisit, Visit, errors_of

FIELD: Final = "certificate"


@get("/certificates")
async def show_certificates(visit: GivenVisit) -> Answer:
    """Show the form."""
    return await _show(visit, "", {}, None, status=200)


@post("/certificates", status_code=200)
async def send_certificate(visit: GivenVisit) -> Answer:
    """Check a certificate, and show what it proves."""
    _require(visit)
    form = await visit.form()
    form.require(FIELD)
    text = form.text(FIELD)
    if form.errors:
        return await _show(visit, text, form.errors, None, status=422)
    runtime = visit.runtime
    keys = await runtime.keys.at(visit.now)
    try:
        proof = read_certificate(text, issuer=runtime.public_url, keys=keys, now=visit.now)
    except Refusal as refusal:
        return await _show(visit, text, errors_of(refusal, {}, (FIELD,)), None, status=422)
    return await _show(visit, text, {}, proof, status=200)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(TIER_READ)


async def _show(
    visit: Visit, text: str, errors: Mapping[str, str], proof: Proof | None, *, status: int
) -> Answer:
    _require(visit)
    async with visit.reading() as session:
        context = {
            "text": text,
            "errors": errors,
            "proof": proof,
            "tiers": [] if proof is None else await _in_words(session, proof),
        }
        return await visit.page(session, "bank/certificates.html", context, status=status)


async def _in_words(session: AsyncSession, proof: Proof) -> list[tuple[str, str, str, str]]:
    """Return each tier with the names that its model gives it; one of a model that is gone goes by its codes."""
    told = []
    for one in proof.tiers:
        model = await active_model(session, one.model_code)
        document = None if model is None else stored_document(model.document)
        names = {} if document is None else {tier.code: tier.name for tier in document.tiers}
        model_name = one.model_code if document is None else document.name
        told.append((model_name, one.tier, names.get(one.tier, ""), one.as_of.isoformat()))
    return told


HANDLERS: Final[list[ControllerRouterHandler]] = [show_certificates, send_certificate]
