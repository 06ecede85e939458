"""A sandbox's own page: its clock, its applicants and what they are to do, and how each client has behaved."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.queries import clients_of
from suxin.kernel.refusals import NotFound
from suxin.kernel.sandbox_clocks import MAX_AHEAD, SandboxClock
from suxin.lending.policies import REFERRAL_READ
from suxin.sandboxes.cast import CAST
from suxin.sandboxes.clocks import advance, own_clock
from suxin.sandboxes.conformance import Finding, Verdict, judge
from suxin.sandboxes.models import SandboxApplicant, SandboxEvent
from suxin.sandboxes.playing import trigger_event
from suxin.sandboxes.policies import require_sandbox
from suxin.sandboxes.queries import client_record, own_applicants
from suxin.sandboxes.words import EVENTS, OUTCOMES, VERDICTS
from suxin_tenants.visits import Answer, GivenVisit, Visit
from suxin_web.desk_paths import SANDBOX_PATH

STEPS: Final[Mapping[str, tuple[str, timedelta]]] = {
    "hour": ("1 小时", timedelta(hours=1)),
    "day": ("1 天", timedelta(days=1)),
    "week": ("7 天", timedelta(days=7)),
    "month": ("30 天", timedelta(days=30)),
    "year": ("365 天", timedelta(days=365)),
}
TONES: Final[Mapping[Verdict, str]] = {
    Verdict.PASSED: "good",
    Verdict.FAILED: "bad",
    Verdict.NOT_SEEN: "plain",
}
MAX_CLIENTS: Final = 50
"""How many clients the page offers to look at, the newest of them."""


@get("/sandbox")
async def show_sandbox(visit: GivenVisit) -> Answer:
    """Show the sandbox."""
    require_sandbox(visit.actor)
    async with visit.reading() as session:
        clock = (await session.scalars(own_clock(visit.actor))).one()
        applicants = (
            await session.scalars(own_applicants(visit.actor).order_by(SandboxApplicant.id))
        ).all()
        clients = (
            await session.scalars(clients_of(visit.actor.own_tenant).limit(MAX_CLIENTS))
        ).all()
        chosen = _chosen(visit, [client.id for client in clients])
        return await visit.page(
            session,
            "bank/sandbox.html",
            {
                "world_now": visit.world_now,
                "clock": clock,
                "ahead": _ahead_zh(clock),
                "max_days": MAX_AHEAD.days,
                "steps": [(code, zh) for code, (zh, _) in STEPS.items()],
                "applicants": [(one, _next_zh(one)) for one in applicants],
                "may_open": visit.actor.may(REFERRAL_READ),
                "outcomes": {code: zh for code, (zh, _) in OUTCOMES.items()},
                "events": [(code, zh) for code, (zh, _) in EVENTS.items()],
                "event_words": {code: zh for code, (zh, _) in EVENTS.items()},
                "clients": [(str(client.id), client.name) for client in clients],
                "chosen": None if chosen is None else str(chosen),
                "findings": await _findings(session, visit, chosen),
                "verdicts": {one: (VERDICTS[one][0], tone) for one, tone in TONES.items()},
            },
        )


@post("/sandbox/clock", status_code=200)
async def send_clock(visit: GivenVisit) -> Answer:
    """Move the clock forwards."""
    form = await visit.form()
    zh, by = STEPS.get(form.text("by"), STEPS["hour"])

    async def work(session: AsyncSession) -> dict[str, Any]:
        await advance(session, visit.actor, by=by, now=visit.world_now)
        return {}

    return await visit.press(
        "sandbox.clock", work, back=SANDBOX_PATH, done=f"沙箱时钟已向前拨动 {zh}"
    )


@post("/sandbox/events", status_code=200)
async def send_event(visit: GivenVisit) -> Answer:
    """Have an applicant do something: what was chosen, or the next thing of his story."""
    form = await visit.form()
    applicant_id, event = _asked(form.text("applicant"), form.text("event"))

    async def work(session: AsyncSession) -> dict[str, Any]:
        done = await trigger_event(
            session, visit.actor, applicant_id=applicant_id, event=event, now=visit.world_now
        )
        return {"id": str(done.id)}

    return await visit.press("sandbox.event", work, back=SANDBOX_PATH, done="申请人已办理")


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (show_sandbox, send_clock, send_event)
"""What the desk mounts."""


def _asked(applicant: str, event: str) -> tuple[UUID, SandboxEvent | None]:
    """Read who is to do what.

    :raises NotFound: if that is nobody, or nothing that can be done
    """
    try:
        return UUID(applicant), SandboxEvent(event) if event else None
    except ValueError:
        raise NotFound(thing_zh="沙箱申请人或事件", thing_en="applicant or event") from None


def _chosen(visit: Visit, known: list[UUID]) -> UUID | None:
    asked = visit.request.query_params.get("client", "")
    return next((one for one in known if str(one) == asked), known[0] if known else None)


async def _findings(session: AsyncSession, visit: Visit, client_id: UUID | None) -> list[Finding]:
    if client_id is None:
        return []
    return list(judge(await client_record(session, visit.actor, client_id, besides={})))


def _next_zh(applicant: SandboxApplicant) -> str:
    story = CAST[applicant.outcome].story
    return EVENTS[story[applicant.steps_done % len(story)]][0]


def _ahead_zh(clock: SandboxClock) -> str:
    ahead = timedelta(seconds=clock.ahead_s)
    hours, rest = divmod(ahead.seconds, 3600)
    return f"{ahead.days} 天 {hours} 小时 {rest // 60} 分"
