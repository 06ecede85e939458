"""The counter's paper codes: which benefit the person wants, the request that is put to him, and the paper that he takes along."""

from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.counter import queries
from suxin.counter.models import Matter
from suxin.counter.policies import require_running
from suxin.kernel.refusals import NotFound, Refusal
from suxin.perks.at_counter import CODE_LIFE, ask_at_counter, code_handed_out, hand_out_code
from suxin.perks.models import Programme
from suxin.perks.showing.queries import nearby_programmes
from suxin.tenancy.queries import staff_names, tenant_row
from suxin_tenants.operator.counter_pages import PLACE, head_of, require_counter
from suxin_tenants.paging import asked_text, read_page
from suxin_tenants.visits import Answer, GivenVisit, can_be_set_right
from suxin_tenants.words import said

CODE_HOURS: Final = int(CODE_LIFE.total_seconds()) // 3600


@get("/counter/{visit_id:uuid}/codes")
async def show_codes(visit: GivenVisit, visit_id: FromPath[UUID]) -> Answer:
    """Show which benefits there are, perhaps those of a name."""
    require_counter(visit)
    search = asked_text(visit.request, "q")
    async with visit.reading() as session:
        found = await queries.own_visit(session, visit.actor, visit_id)
        require_running(found, now=visit.now)
        statement = nearby_programmes(named=search, now=visit.now)
        kept = {"q": search} if search else {}
        page = await read_page(session, visit.request, statement, Programme.id, kept=kept)
        context = {
            **(await head_of(session, found, visit)),
            "page": page,
            "search": search,
            "hours": CODE_HOURS,
        }
        return await visit.page(session, "counter/codes.html", context)


@post("/counter/{visit_id:uuid}/codes/{programme_id:uuid}", status_code=200)
async def send_ask(
    visit: GivenVisit, visit_id: FromPath[UUID], programme_id: FromPath[UUID]
) -> Answer:
    """Put the benefit to the person as a request, and go on to what is read aloud."""
    require_counter(visit)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        asked = await ask_at_counter(
            session, visit.actor, visit_id=visit_id, programme_id=programme_id, now=visit.now
        )
        return {"id": str(asked.id)}

    try:
        done = await visit.once(form, "counter.code", work, visit=visit_id, programme=programme_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return visit.go(f"{PLACE}/{visit_id}/codes", said(refusal), good=False)
    return visit.go(f"{PLACE}/{visit_id}/matters/{done['id']}/{Matter.ANSWER.value}")


@post("/counter/{visit_id:uuid}/receipts/{evidence_id:uuid}/code", status_code=200)
async def send_code(
    visit: GivenVisit, visit_id: FromPath[UUID], evidence_id: FromPath[UUID]
) -> Answer:
    """Open the code that was signed for; what is kept of the request has nothing of it."""
    require_counter(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await hand_out_code(
            session,
            visit.actor,
            visit_id=visit_id,
            evidence_id=evidence_id,
            sealer=visit.runtime.sealer,
            now=visit.now,
        )
        return {}

    place = f"{PLACE}/{visit_id}/receipts/{evidence_id}"
    form = await visit.form()
    try:
        await visit.once(form, "counter.print", work, visit=visit_id, evidence=evidence_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return visit.go(place, said(refusal), good=False)
    return visit.go(f"{place}/code", "请打印后交给本人，商户扫码或输入数字即可核销")


@get("/counter/{visit_id:uuid}/receipts/{evidence_id:uuid}/code")
async def show_code(
    visit: GivenVisit, visit_id: FromPath[UUID], evidence_id: FromPath[UUID]
) -> Answer:
    """Show the code, to be printed; once somebody took it, it is shown no more."""
    require_counter(visit)
    async with visit.reading() as session:
        found = await queries.own_visit(session, visit.actor, visit_id)
        try:
            paper = await code_handed_out(
                session,
                visit.actor,
                visit_id=visit_id,
                evidence_id=evidence_id,
                sealer=visit.runtime.sealer,
                now=visit.now,
            )
        except Refusal as refusal:
            if not (can_be_set_right(refusal) or isinstance(refusal, NotFound)):
                raise
            return visit.go(f"{PLACE}/{visit_id}", "该权益码已使用或已失效", good=False)
        names = await staff_names(session, visit.actor.own_tenant, [found.helper_id])
        context = {
            **(await head_of(session, found, visit)),
            "paper": paper,
            "house": await tenant_row(session, visit.actor.own_tenant),
            "helper": names.get(found.helper_id, "—"),
        }
        return await visit.page(session, "counter/code.html", context)


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_codes,
    send_ask,
    send_code,
    show_code,
)
