"""The counter's desk: a visit from its opening to its end, for a person who comes without a smartphone.

Each page shows what the helper does next; what the person decides is sent from one form, with his signature or the number of
the paper he signed, and carried out as his own act.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.counter import queries
from suxin.counter.commands import end_visit, open_visit
from suxin.counter.models import EVIDENCE_KINDS_ZH, MATTERS_ZH, VISIT_LIFE, CounterVisit, VisitState
from suxin.counter.policies import require_helper
from suxin.counter.proving import MAX_PROOF_TRIES, confirm_phone, prove_visitor, send_code
from suxin.counter.words import SUSPENDED, matters_of
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.subjects.identity import OnSiteCheck
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.forms import Form
from suxin_tenants.operator.counter_words import (
    CHECKS,
    DECIDED,
    MATTER_BUTTONS,
    VISIT_STATES,
)
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right, errors_of
from suxin_tenants.words import CONSENT_STATES, said

PLACE: Final = "/desk/counter"
LIFE_MINUTES: Final = int(VISIT_LIFE.total_seconds()) // 60
_PROOF_FIELDS: Final = ("name", "residentId", "check", "terminalRef")
_PHONE_FIELDS: Final = ("phone", "code")
# What the identity service refuses is told beside the form, where the helper looks at the card again.
_TOLD_CODES: Final = frozenset({"MINOR_NOT_SUPPORTED"})


@get("/counter")
async def show_counter(visit: GivenVisit) -> Answer:
    """Show whom the helper serves at the moment, or the button to begin, and his last visits."""
    require_counter(visit)
    async with visit.reading() as session:
        recent = (
            await session.scalars(queries.own_visits(visit.actor).limit(queries.VISITS_SHOWN))
        ).all()
        context = {
            "running": next((one for one in recent if one.is_running(visit.now)), None),
            "recent": recent,
            "states": VISIT_STATES,
            "minutes": LIFE_MINUTES,
        }
        return await visit.page(session, "counter/counter.html", context)


@post("/counter/open", status_code=200)
async def send_open(visit: GivenVisit) -> Answer:
    """Begin to serve somebody."""
    require_counter(visit)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        opened = await open_visit(session, visit.actor, now=visit.now)
        return {"id": str(opened.id)}

    try:
        done = await visit.once(form, "counter.open", work)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return visit.go(PLACE, said(refusal), good=False)
    return visit.go(f"{PLACE}/{done['id']}")


@get("/counter/{visit_id:uuid}")
async def show_visit(visit: GivenVisit, visit_id: FromPath[UUID]) -> Answer:
    """Show one visit: the form to prove the person, or what he may decide about."""
    return await _show(visit, visit_id, Form({}), {}, status=200)


@post("/counter/{visit_id:uuid}/prove", status_code=200)
async def send_prove(visit: GivenVisit, visit_id: FromPath[UUID]) -> Answer:
    """Prove who stands at the counter."""
    require_counter(visit)
    form = await visit.form()
    form.require("name", "residentId", "terminalRef")
    check = form.choice("check", OnSiteCheck)

    async def work() -> None:
        if check is not None:
            await prove_visitor(
                visit.runtime.database,
                visit.actor,
                visit_id=visit_id,
                name=form.text("name"),
                resident_id=form.text("residentId"),
                check=check,
                terminal_ref=form.text("terminalRef"),
                verifier=visit.runtime.identity,
                sealer=visit.runtime.sealer,
                now=visit.now,
            )

    return await _press(visit, visit_id, form, work, fields=_PROOF_FIELDS, done="已核验为本人")


@post("/counter/{visit_id:uuid}/phone-code", status_code=200)
async def send_phone_code(visit: GivenVisit, visit_id: FromPath[UUID]) -> Answer:
    """Send a code to the person's phone, where he has one."""
    require_counter(visit)
    form = await visit.form()
    form.require("phone")

    async def work() -> None:
        async with visit.runtime.database.transaction(visit.actor, now=visit.now) as session:
            await send_code(
                session,
                visit.actor,
                visit_id=visit_id,
                phone=form.text("phone"),
                sealer=visit.runtime.sealer,
                now=visit.now,
            )

    return await _press(
        visit,
        visit_id,
        form,
        work,
        fields=_PHONE_FIELDS,
        done="验证码已发送，请本人报出",
        stay=True,
    )


@post("/counter/{visit_id:uuid}/phone", status_code=200)
async def send_phone(visit: GivenVisit, visit_id: FromPath[UUID]) -> Answer:
    """Write down the phone whose code the person told."""
    require_counter(visit)
    form = await visit.form()
    form.require(*_PHONE_FIELDS)

    async def work() -> None:
        await confirm_phone(
            visit.runtime.database,
            visit.actor,
            visit_id=visit_id,
            phone=form.text("phone"),
            code=form.text("code"),
            sealer=visit.runtime.sealer,
            now=visit.now,
        )

    return await _press(visit, visit_id, form, work, fields=_PHONE_FIELDS, done="手机号已核验")


@post("/counter/{visit_id:uuid}/end", status_code=200)
async def send_end(visit: GivenVisit, visit_id: FromPath[UUID]) -> Answer:
    """Stop serving the person."""
    require_counter(visit)

    async def work(session: AsyncSession) -> dict[str, Any]:
        await end_visit(session, visit.actor, visit_id=visit_id, now=visit.now)
        return {}

    return await visit.press("counter.end", work, back=PLACE, done="接待已结束", visit=visit_id)


def require_counter(visit: Visit) -> None:
    """Refuse unless this is the operator's desk and its holder helps at a counter.

    :raises RouteUnknown: if it is another desk
    :raises Forbidden: if he does not help
    """
    visit.require_kind(TenantKind.OPERATOR)
    require_helper(visit.actor)


async def _press(
    visit: Visit,
    visit_id: UUID,
    form: Form,
    work: Callable[[], Awaitable[None]],
    *,
    fields: tuple[str, ...],
    done: str,
    stay: bool = False,
) -> Answer:
    """Carry out one step of a visit and go on, or show beside the field why not; ``stay`` keeps what was typed."""
    if form.errors:
        return await _show(visit, visit_id, form, form.errors, status=422)
    try:
        await work()
    except Refusal as refusal:
        told = can_be_set_right(refusal) or refusal.code in _TOLD_CODES
        if not (told or refusal.kind is RefusalKind.UNAVAILABLE):
            raise
        errors = errors_of(refusal, {}, fields)
        return await _show(visit, visit_id, form, errors, status=422)
    if stay:
        return await _show(visit, visit_id, form, {}, status=200, sent=done)
    return visit.go(f"{PLACE}/{visit_id}", done)


async def _show(
    visit: Visit,
    visit_id: UUID,
    form: Form,
    errors: Mapping[str, str],
    *,
    status: int,
    sent: str = "",
) -> Answer:
    require_counter(visit)
    async with visit.reading() as session:
        found = await queries.own_visit(session, visit.actor, visit_id)
        context = {
            **(await head_of(session, found, visit)),
            **(await _at_hand(session, found, visit)),
            "typed": {name: form.text(name) for name in (*_PROOF_FIELDS, *_PHONE_FIELDS)},
            "errors": errors,
            "sent": sent,
        }
        return await visit.page(session, "counter/visit.html", context, status=status)


async def head_of(session: AsyncSession, found: CounterVisit, visit: Visit) -> dict[str, object]:
    """Return what stands above every page of a visit: who it is, until when, and what comes next."""
    return {
        "visit": found,
        "place": f"{PLACE}/{found.id}",
        "running": found.is_running(visit.now),
        "person": await queries.person_at(session, found, now=visit.now),
        "state": VISIT_STATES[found.state],
        "suspended": SUSPENDED,
    }


async def _at_hand(session: AsyncSession, found: CounterVisit, visit: Visit) -> dict[str, object]:
    at_hand = await queries.matters(session, visit.actor, found, now=visit.now)
    signed = (await session.scalars(queries.evidence_at(found.id))).all()
    return {
        "matters": [(one, matters_of(one.consent)) for one in at_hand],
        "cut": len(at_hand) >= queries.MATTERS_SHOWN,
        "signed": [one for one in signed if one.carried_out_at is not None],
        "waiting_decision": found.state is VisitState.READ_ALOUD,
        "tries_left": MAX_PROOF_TRIES - found.proof_tries,
        "buttons": MATTER_BUTTONS,
        "matter_names": MATTERS_ZH,
        "decided": DECIDED,
        "kinds": EVIDENCE_KINDS_ZH,
        "checks": [(one.value, zh) for one, zh in CHECKS.items()],
        "consent_states": CONSENT_STATES,
    }
