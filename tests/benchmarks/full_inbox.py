"""A bank with a full inbox, read in two ways: the inbox itself, and offers nested in referrals with a way back.

The documents are those of our own schema; a peer adds to each list the argument that puts the newest first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bank_app import add_officer
from small_city import Bank, SmallCity, build_small_city
from staff_log_ins import open_desk

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import BUILT_IN
from suxin.lending.dispatch import new_referral
from suxin.lending.models import DispatchMode, Lead, Offer, OfferState, Referral
from suxin.lending.terms import GuaranteeMode, RepaymentMethod

REFERRALS = 2_000
ANSWERED = 200
BATCH = 500
ROWS = 50
OUTER, INNER = 5, 20
TIME = re.compile(r"\d{4}-\d\d-\d\dT")

INBOX = """query Inbox($first: Int!) {{
  referrals(first: $first{order}) {{
    edges {{ node {{
      id state mode dispatchedAt acceptBy contactBy decideBy nextDueAt deadlinesProvisional consentedAt
      lead {{ number applicantKind countyCode industryZh amountBand termBand purpose }}
    }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}"""
NESTED = """query Nested($outer: Int!, $inner: Int!) {{
  referrals(first: $outer{order}) {{
    edges {{ node {{
      id state
      offers(first: $inner{order}) {{
        edges {{ node {{ id state amountFen rateBps referral {{ id state }} }} }}
      }}
    }} }}
  }}
}}"""


@dataclass(frozen=True)
class Work:
    """One document with its variables, and where the plain handler serves the same rows."""

    document: str
    variables: dict[str, int]
    path: str
    size: int


WORKS = {
    f"inbox {ROWS} × 10 + lead": Work(INBOX, {"first": ROWS}, "/inbox", ROWS),
    f"nested {OUTER} × {INNER} + back": Work(
        NESTED, {"outer": OUTER, "inner": INNER}, "/nested", OUTER
    ),
}


async def fill(app_url: str, batch_url: str, *, now: datetime) -> tuple[SmallCity, str]:
    """Make a small city with a full inbox; return it and the token of a desk session at its first bank."""
    city, (token,) = await fill_banks(app_url, batch_url, banks=1, now=now)
    return city, token


async def fill_banks(
    app_url: str, batch_url: str, *, banks: int, now: datetime
) -> tuple[SmallCity, list[str]]:
    """Make a small city whose first banks have full inboxes; return it and the token of a desk session at each."""
    database, batch = Database.connect(app_url), Database.connect(batch_url)
    try:
        city = await build_small_city(database, batch, now=now)
        for bank in city.banks[:banks]:
            await _refer(city, bank, now)
        return city, [await _open_desk(city, bank, now) for bank in city.banks[:banks]]
    finally:
        await database.close()
        await batch.close()


def plain(found: Any) -> Any:
    """What an answer holds, in no server's own shape: lists without edges, no ids or cursors, times as moments."""
    if isinstance(found, dict):
        if "edges" in found:
            return [plain(edge["node"]) for edge in found["edges"]]
        return {name: plain(value) for name, value in found.items() if name != "id"}
    if isinstance(found, list):
        return [plain(one) for one in found]
    if isinstance(found, str):
        # A word of a closed list is as the database has it at a peer, in small letters.
        return datetime.fromisoformat(found) if TIME.match(found) else found.upper()
    # A whole number of 64 bits is text at the peer: the scalars differ, the values do not.
    return str(found) if type(found) is int else found


async def _refer(city: SmallCity, bank: Bank, now: datetime) -> None:
    system = Actor.system("bench", tenant_id=bank.tenant_id)
    for start in range(0, REFERRALS, BATCH):
        async with city.database.transaction(system, now=now) as session:
            leads = [_lead(number, now) for number in range(start, start + BATCH)]
            session.add_all(leads)
            await session.flush()
            referrals = [_referral(bank, lead, now) for lead in leads]
            session.add_all(referrals)
            await session.flush()
            session.add_all(
                offer
                for number, referral in enumerate(referrals, start)
                # The newest come first in every list.
                if number >= REFERRALS - ANSWERED
                for offer in _offers(referral, now)
            )


def _lead(number: int, now: datetime) -> Lead:
    return Lead(
        id=new_id(),
        number=f"L{number:07}",
        subject_kind="firm",
        county_code="321302",
        industry_section="C",
        amount_band="from_50_wan",
        term_band="up_to_12",
        grade="unrated",
        purpose="working_capital",
        guarantee="credit",
        created_at=now,
        closes_at=now + timedelta(days=30),
        pool_open=False,
    )


def _referral(bank: Bank, lead: Lead, now: datetime) -> Referral:
    return new_referral(
        lead,
        tenant_id=bank.tenant_id,
        product_id=bank.product_id,
        mode=DispatchMode.RECOMMENDED,
        calendar=BUILT_IN,
        now=now,
    )


def _offers(referral: Referral, now: datetime) -> Iterator[Offer]:
    """As many offers as a nested page shows, all but the last one taken back: only one may stand."""
    for number in range(1, INNER + 1):
        yield Offer(
            tenant_id=referral.tenant_id,
            id=new_id(),
            referral_id=referral.id,
            request_id=new_id(),
            subject_id=new_id(),
            state=OfferState.OPEN if number == INNER else OfferState.WITHDRAWN,
            amount_fen=10_000_000 * number,
            term_months=12,
            rate_bps=400 + number,
            upfront_fee_bps=0,
            upfront_fee_fen=0,
            repayment_method=RepaymentMethod.BULLET,
            guarantee=GuaranteeMode.CREDIT,
            monthly_payment_fen=1,
            total_interest_fen=1,
            total_fees_fen=0,
            total_cost_fen=1,
            annualised_rate_bps=400,
            cooling_off_days=3,
            conditions="",
            made_at=now,
            valid_until=now + timedelta(days=7),
        )


async def _open_desk(city: SmallCity, bank: Bank, now: datetime) -> str:
    staff_id = await add_officer(city, bank)
    async with city.database.transaction(bank.officer, now=now) as session:
        return (await open_desk(session, bank.tenant_id, staff_id, now=now)).token
