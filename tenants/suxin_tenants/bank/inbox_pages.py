"""The bank's inbox of referrals and the open pool."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from sqlalchemy import ColumnElement, Select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.refusals import Refusal
from suxin.lending.commands.referrals import claim_lead
from suxin.lending.models import ENDED, IN_PROGRESS, WAITING, Lead, Referral, ReferralState
from suxin.lending.policies import REFERRAL_READ, REFERRAL_WORK
from suxin.lending.queries import referrals as queries
from suxin.tenancy.profiles import QuotaName, TenantKind
from suxin.tenancy.queries import quota_levels, staff_names
from suxin_tenants.bank.lead_words import MODES, lead_words
from suxin_tenants.paging import read_page
from suxin_tenants.visits import Answer, GivenVisit, Visit, can_be_set_right
from suxin_tenants.words import REFERRAL_STATES, said


@dataclass(frozen=True, slots=True)
class Tab:
    """A way to look at the inbox: some states, or how pressing the next deadline is."""

    zh: str
    states: frozenset[ReferralState] = frozenset()
    pressing: str | None = None

    def chosen(self, statement: Select[Referral, Lead], *, now: datetime) -> Select[Referral, Lead]:
        """Narrow the inbox to this tab."""
        if self.states:
            statement = statement.where(Referral.state.in_(self.states))
        for condition in _pressing(self.pressing, now=now):
            statement = statement.where(condition)
        return statement


def _pressing(which: str | None, *, now: datetime) -> tuple[ColumnElement[bool], ...]:
    due = queries.next_due()
    if which == "over":
        return (due <= now,)
    if which == "soon":
        return (due > now, due <= now + queries.SOON)
    return ()


TABS: Final[Mapping[str, Tab]] = {
    "all": Tab("全部"),
    "dispatched": Tab("待受理", frozenset({ReferralState.DISPATCHED})),
    "in_progress": Tab("办理中", IN_PROGRESS),
    "offered": Tab("已报价", frozenset({ReferralState.OFFERED})),
    "due_soon": Tab("即将超时", WAITING, "soon"),
    "overdue": Tab("已超时", WAITING, "over"),
    "ended": Tab("已结束", ENDED),
}


@get("/referrals")
async def show_inbox(visit: GivenVisit) -> Answer:
    """Show the bank's referrals, newest first, with what is due next."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(REFERRAL_READ)
    state = visit.request.query_params.get("state", "all")
    tab = TABS.get(state, TABS["all"])
    async with visit.reading() as session:
        counts = await queries.inbox_counts(session, visit.actor, now=visit.world_now)
        statement = tab.chosen(queries.inbox(visit.actor), now=visit.world_now)
        page = await read_page(
            session, visit.request, statement, Referral.id, kept={"state": state}
        )
        return await visit.page(
            session,
            "bank/inbox.html",
            {
                "counts": counts,
                "tabs": TABS,
                "state": state if state in TABS else "all",
                "page": page,
                "words": await lead_words(session, (row[1] for row in page.rows)),
                "staff": await taken_by(session, visit, (row[0] for row in page.rows)),
                "states": REFERRAL_STATES,
                "modes": MODES,
                "dues": await queries.next_dues(session, (row[0] for row in page.rows)),
            },
        )


@get("/referrals/counts")
async def show_counts(visit: GivenVisit) -> Answer:
    """Show the numbers at the top of the inbox again; the page asks every half minute."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(REFERRAL_READ)
    async with visit.reading() as session:
        counts = await queries.inbox_counts(session, visit.actor, now=visit.world_now)
        return visit.part("bank/inbox_counts.html", {"counts": counts})


@get("/pool")
async def show_pool(visit: GivenVisit) -> Answer:
    """Show the leads of the open pool that may be claimed."""
    visit.require_kind(TenantKind.BANK)
    visit.actor.require(REFERRAL_READ)
    async with visit.reading() as session:
        statement = queries.pool_leads(visit.actor, now=visit.world_now)
        page = await read_page(session, visit.request, statement, Lead.id)
        own_tenant, shown = visit.actor.own_tenant, [row[0].id for row in page.rows]
        levels = await quota_levels(
            session, tenant_id=own_tenant, kind=visit.kind, profiles=visit.runtime.profiles
        )
        return await visit.page(
            session,
            "bank/pool.html",
            {
                "page": page,
                "words": await lead_words(session, (row[0] for row in page.rows)),
                "had": await queries.leads_had(session, own_tenant, shown),
                "claims": levels[QuotaName.OPEN_CLAIMS],
                "may_claim": visit.actor.may(REFERRAL_WORK),
            },
        )


@post("/pool/{lead_id:uuid}/claim", status_code=200)
async def send_claim(visit: GivenVisit, lead_id: FromPath[UUID]) -> Answer:
    """Claim a lead and go to its referral; who comes second is told so in the pool."""
    visit.require_kind(TenantKind.BANK)
    form = await visit.form()

    async def work(session: AsyncSession) -> dict[str, Any]:
        referral = await claim_lead(
            session,
            visit.actor,
            lead_id=lead_id,
            profiles=visit.runtime.profiles,
            now=visit.world_now,
        )
        return {"id": str(referral.id)}

    try:
        claimed = await visit.once(form, "lead.claim", work, lead=lead_id)
    except Refusal as refusal:
        if not can_be_set_right(refusal):
            raise
        return visit.go("/desk/pool", said(refusal), good=False)
    return visit.go(f"/desk/referrals/{claimed['id']}", "抢单成功，请在时限内联系申请人并办理")


async def taken_by(
    session: AsyncSession, visit: Visit, referrals: Iterable[Referral]
) -> dict[UUID, str]:
    """Return the names of those who took the referrals up, by their ids."""
    wanted = {found.accepted_by for found in referrals if found.accepted_by is not None}
    return await staff_names(session, visit.actor.own_tenant, wanted)
