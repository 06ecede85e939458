"""What a bank is counted to hold of the open pool is what it holds, however each claim ends and in whatever order."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from observing import as_platform, carry_out
from small_city import SmallCity, offer_terms

from suxin.kernel.refusals import Refusal
from suxin.lending.commands import returns
from suxin.lending.commands.offers import accept_offer, make_offer, withdraw_offer
from suxin.lending.commands.referrals import (
    LeadNotClaimable,
    claim_lead,
    decline_referral,
    record_contact,
    start_due_diligence,
)
from suxin.lending.commands.requests import withdraw_request
from suxin.lending.models import DispatchMode
from suxin.lending.terms import DeclineReason
from suxin_tenants import PROFILES

COUNTS = """
    select t.id, (select count(*) from leads where claimed_by = t.id) as held,
           coalesce((select used from quotas q where q.tenant_id = t.id and q.name = 'open_claims'), 0) as used
    from tenants t where t.kind = 'bank' order by t.created_at, t.id
"""


class Pool:
    """A city with a request in the open pool that the first bank holds, and the ways in which that can end."""

    def __init__(self, city: SmallCity, admin: asyncpg.Connection) -> None:
        self.city, self.admin, self.now = city, admin, city.now
        self.bank, self.rival = city.banks
        self.request_id = self.lead_id = self.referral_id = self.bank.tenant_id
        self.offer_id: UUID | None = None

    async def act(self, command: Any, **arguments: Any) -> Any:
        actor = arguments.pop("actor", self.bank.officer)
        return await self.city.act(command, actor, now=self.now, **arguments)

    async def claimed(self) -> None:
        submitted = await self.city.submit(mode=DispatchMode.OPEN_POOL, now=self.now)
        self.request_id, self.lead_id = submitted.request.id, submitted.lead.id
        referral = await self.act(claim_lead, lead_id=self.lead_id, profiles=PROFILES)
        self.referral_id, self.offer_id = referral.id, None

    async def consent(self) -> None:
        await self.city.consent(self.request_id, self.bank, now=self.now)

    async def contact(self) -> None:
        await self.act(record_contact, referral_id=self.referral_id)

    async def examine(self) -> None:
        await self.act(start_due_diligence, referral_id=self.referral_id)

    async def decline(self) -> None:
        reason = {"reason": DeclineReason.OVER_INDEBTED, "note": None}
        await self.act(decline_referral, referral_id=self.referral_id, **reason)
        await carry_out(self.city, self.admin, "lending.referral.answered", now=self.now)

    async def offer(self) -> None:
        offer = await self.act(make_offer, referral_id=self.referral_id, terms=offer_terms())
        self.offer_id = offer.id

    async def take_back(self) -> None:
        await self.act(withdraw_offer, offer_id=self.offer_id or self.referral_id)

    async def choose(self) -> None:
        offer_id = self.offer_id or self.referral_id
        await self.act(accept_offer, actor=self.city.applicant, offer_id=offer_id)

    async def withdraw(self) -> None:
        applicant = self.city.applicant
        await self.act(withdraw_request, actor=applicant, request_id=self.request_id)

    async def rival_claims(self) -> None:
        officer = self.rival.officer
        await self.act(claim_lead, actor=officer, lead_id=self.lead_id, profiles=PROFILES)

    async def days_pass(self, days: int = 7) -> None:
        self.now += timedelta(days=days)
        for topic in ("accept_due", "contact_due", "decide_due"):
            await carry_out(self.city, self.admin, f"lending.referral.{topic}", now=self.now)
        await carry_out(self.city, self.admin, "lending.offer.expire", now=self.now)
        await carry_out(self.city, self.admin, "lending.request.expire", now=self.now)

    async def expire(self) -> None:
        await self.days_pass(31)

    async def twice_late(self) -> None:
        for _ in range(2):
            due = await self.admin.fetchval(
                "select decide_by from referrals where id = $1", self.referral_id
            )
            await self.late(due)

    async def late(self, due: datetime) -> None:
        which = {"tenant_id": self.bank.tenant_id, "referral_id": self.referral_id}
        await as_platform(self.city, returns.decide_due, now=due, **which)

    async def counts(self) -> list[tuple[int, int]]:
        return [(row["held"], row["used"]) for row in await self.admin.fetch(COUNTS)]


@pytest.fixture
def pool(small_city: SmallCity, admin: asyncpg.Connection) -> Pool:
    return Pool(small_city, admin)


ENDS = {
    "declined": ("decline",),
    "declined after contact": ("consent", "contact", "decline"),
    "declined under examination": ("consent", "contact", "examine", "decline"),
    "not contacted": ("days_pass",),
    "not contacted although it could be": ("consent", "days_pass"),
    "not decided twice": ("consent", "contact", "twice_late"),
    "offered": ("consent", "offer"),
    "offer chosen": ("consent", "offer", "choose"),
    "offer taken back": ("consent", "offer", "take_back"),
    "offer taken back, then declined": ("consent", "offer", "take_back", "decline"),
    "offer expired": ("consent", "offer", "expire"),
    "request withdrawn": ("withdraw",),
    "request withdrawn after contact": ("consent", "contact", "withdraw"),
    "request withdrawn after an offer": ("consent", "offer", "withdraw"),
    "request expired": ("consent", "contact", "expire"),
}


@pytest.mark.parametrize("steps", ENDS.values(), ids=ENDS)
async def test_every_end_of_a_claim_gives_its_place_back(
    pool: Pool, steps: tuple[str, ...]
) -> None:
    await pool.claimed()
    assert await pool.counts() == [(1, 1), (0, 0)]
    for step in steps:
        await getattr(pool, step)()
        counts = await pool.counts()
        assert all(held == used for held, used in counts), step
    assert await pool.counts() == [(0, 0), (0, 0)]


async def test_a_claim_that_another_bank_holds_by_now_is_not_given_back_for_it(pool: Pool) -> None:
    """The applicant chooses the first bank's offer while a second one holds the lead."""
    await pool.claimed()
    await pool.consent()
    await pool.offer()
    await pool.rival_claims()
    assert await pool.counts() == [(0, 0), (1, 1)]
    await pool.take_back()
    await pool.decline()
    assert await pool.counts() == [(0, 0), (1, 1)]
    await pool.withdraw()
    assert await pool.counts() == [(0, 0), (0, 0)]


async def test_whoever_ends_a_banks_claim_does_so_on_record(pool: Pool) -> None:
    await pool.claimed()
    await pool.withdraw()
    rows = await pool.admin.fetch(
        "select tenant_id, actor_kind, detail ->> 'reason' as reason from audit_entries"
        " where action = 'kernel.act_for' and detail ->> 'reason' = 'claim ended'"
    )
    assert [tuple(row) for row in rows] == [(pool.bank.tenant_id, "subject", "claim ended")]


async def test_a_refused_claim_takes_no_place(pool: Pool) -> None:
    await pool.claimed()
    with pytest.raises(LeadNotClaimable):
        await pool.rival_claims()
    assert await pool.counts() == [(1, 1), (0, 0)]


STEPS = (
    *("consent", "contact", "examine", "decline", "offer", "take_back", "choose"),
    *("withdraw", "rival_claims", "days_pass", "expire", "twice_late", "claimed"),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=9))
async def test_in_any_order_what_is_counted_is_what_is_held(pool: Pool, steps: list[str]) -> None:
    for step in ("claimed", *steps):
        try:
            await getattr(pool, step)()
        except Refusal:
            continue
        finally:
            counts = await pool.counts()
        assert all(held == used for held, used in counts), step
