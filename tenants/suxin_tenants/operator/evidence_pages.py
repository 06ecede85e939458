"""What was signed at the counters: the list without its contents, and opening one of them for a dispute or an audit."""

from typing import Final
from uuid import UUID

from litestar import get
from litestar.params import FromPath

from suxin.counter.models import EVIDENCE_KINDS_ZH, CounterEvidence
from suxin.counter.policies import EVIDENCE_READ
from suxin.counter.queries import evidence_taken, opened_evidence
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import staff_names
from suxin_tenants.operator.counter_words import DECIDED, RECEIPTS
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit

PLACE: Final = "/desk/counter-evidence"


@get("/counter-evidence")
async def show_evidence_list(visit: GivenVisit) -> Answer:
    """List what was signed, newest first; nothing of it is opened."""
    _require(visit)
    async with visit.reading() as session:
        page = await read_page(session, visit.request, evidence_taken(), CounterEvidence.id)
        names = await staff_names(
            session, visit.actor.own_tenant, [row[0].helper_id for row in page.rows]
        )
        context = {"page": page, "names": names, "decided": DECIDED, "kinds": EVIDENCE_KINDS_ZH}
        return await visit.page(session, "counter/evidence_list.html", context)


@get("/counter-evidence/{evidence_id:uuid}")
async def show_evidence(visit: GivenVisit, evidence_id: FromPath[UUID]) -> Answer:
    """Open one; that it was opened is on record, and the person sees it."""
    _require(visit)
    async with visit.reading() as session:
        opened = await opened_evidence(session, visit.actor, visit.runtime.sealer, evidence_id)
        evidence = opened.evidence
        names = await staff_names(session, visit.actor.own_tenant, [evidence.helper_id])
        context = {
            "opened": opened,
            "evidence": evidence,
            "helper": names.get(evidence.helper_id, "—"),
            "decided": DECIDED[evidence.decision],
            "kind": EVIDENCE_KINDS_ZH[evidence.kind],
            "receipt": RECEIPTS[evidence.receipt],
        }
        return await visit.page(session, "counter/evidence.html", context)


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.OPERATOR)
    visit.actor.require(EVIDENCE_READ)
