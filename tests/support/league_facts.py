"""A quarter's facts in numbers, written around the commands: referrals, offers, requests, loans and the last month's figures.

They vary by the hash of a row's number, so that they are the same each time; the foreign rows that nothing here asks for are left out.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

QUARTER: Final = date(2026, 10, 1)
COUNTED_AT: Final = "2027-01-21T03:00:00+00:00"

_REFERRALS: Final = """
    insert into referrals (tenant_id, id, lead_id, mode, state, county_code, dispatched_at, accept_by, contact_by, decide_by,
        decide_from, deadlines_provisional, accepted_at, contacted_at, decided_at, consented_at, decline_reason, reminders, escalations,
        extra_days)
    select ($1::uuid[])[1 + h % cardinality($1::uuid[])], ('01a' || lpad(to_hex(n), 29, '0'))::uuid, gen_random_uuid(),
        case when h % 11 = 0 then 'open_pool' else 'recommended' end,
        case h / 16 % 4 when 0 then 'PASSED' when 1 then 'DECLINED' when 2 then 'OFFERED' else 'ACCEPTED' end, '321302', at,
        at + interval '1 day', at + interval '3 days', at + interval '7 days', at, false,
        case when h % 5 <> 0 then at + h % 40 * interval '1 hour' end,
        case when h % 5 <> 0 and h % 3 <> 0 then at + h % 100 * interval '1 hour' end,
        case when h / 16 % 4 < 2 then at + h % 300 * interval '1 hour' end,
        case when h % 7 <> 0 then at + h % 90 * interval '1 hour' end,
        case when h / 16 % 4 = 1 then 'OVER_INDEBTED' end, 0, 0, 0
    from generate_series(1, $2::int) n
    cross join lateral (select abs(hashtext('r' || n))) as a (h)
    cross join lateral (select timestamptz '2026-09-28 02:00+00' + n % 100 * interval '1 day') as b (at)
"""
_OFFERS: Final = """
    insert into offers (tenant_id, id, referral_id, request_id, subject_id, state, amount_fen, term_months, rate_bps, upfront_fee_bps,
        upfront_fee_fen, repayment_method, guarantee, monthly_payment_fen, total_interest_fen, total_fees_fen, total_cost_fen,
        annualised_rate_bps, cooling_off_days, conditions, made_at, valid_until)
    select r.tenant_id, gen_random_uuid(), r.id, gen_random_uuid(), gen_random_uuid(), 'WITHDRAWN', 1, 12, 400, 0, 0, 'bullet', 'credit',
        1, 1, 0, 1, 400, 0, '', r.dispatched_at + (hashtext(r.id::text) & 255) * interval '1 hour' * k, timestamptz '2030-01-01'
    from referrals r cross join generate_series(1, 2) k where r.state = 'OFFERED'
"""
_REQUESTS: Final = """
    insert into loan_requests (subject_id, id, number, person_id, amount_fen, term_months, purpose, guarantee, repayment_method,
        first_loan, mode, note, state, created_at, expires_at, facts)
    select l.subject_id, l.request_id, 'R-' || l.contract_number, l.person_id, 1, 12, 'working_capital', 'credit', 'bullet',
        hashtext(l.contract_number) & 3 = 0, 'recommended', '', 'SUBMITTED', l.signed_at, l.signed_at, '{}'
    from loans l
"""
_LOANS: Final = """
    insert into loans (tenant_id, id, offer_id, renews_id, referral_id, request_id, subject_id, person_id, contract_number, state,
        principal_fen, term_months, rate_bps, repayment_method, guarantee, signed_at, cooling_off_ends_at, first_drawn_on, first_due_on,
        ends_on, drawn_fen, principal_paid_fen, interest_paid_fen, fee_paid_fen, overdue_since, overdue_days, risk_class, told_state,
        ended_at)
    select ($1::uuid[])[1 + h % cardinality($1::uuid[])], ('019' || lpad(to_hex(n), 29, '0'))::uuid,
        case when h % 10 <> 0 then gen_random_uuid() end, case when h % 10 = 0 then gen_random_uuid() end, gen_random_uuid(),
        gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'HT-' || n,
        case when h % 13 = 0 then 'CANCELLED' when h % 9 = 0 then 'OVERDUE' else 'PERFORMING' end,
        1000000 + h % 100 * 10000, 12, 300 + h % 300, 'bullet', case when h % 4 = 0 then 'credit' else 'mortgage' end, at, at,
        case when h % 13 <> 0 then date '2026-11-20' end, case when h % 13 <> 0 then date '2026-12-20' end,
        case when h % 13 <> 0 then date '2027-11-20' end, case when h % 13 <> 0 then 1000000 else 0 end, 0, 0, 0,
        case when h % 13 <> 0 and h % 9 = 0 then date '2026-12-01' end,
        case when h % 13 <> 0 and h % 9 = 0 then 20 else 0 end, 'normal', 'PERFORMING',
        case when h % 13 = 0 then at + h % 120 * interval '1 day' end
    from generate_series(1, $2::int) n
    cross join lateral (select abs(hashtext('l' || n))) as a (h)
    cross join lateral (select timestamptz '2026-09-28 02:00+00' + n % 100 * interval '1 day') as b (at)
"""


async def load_quarter(
    admin: asyncpg.Connection, banks: list[UUID], *, referrals: int, loans: int
) -> None:
    """Write so many referrals and loans of these banks around the last quarter of 2026."""
    # What is counted asks for no lead and no offer behind them.
    await admin.execute("set session_replication_role = replica")
    await admin.execute(_REFERRALS, banks, referrals, timeout=None)
    await admin.execute(_OFFERS, timeout=None)
    await admin.execute(_LOANS, banks, loans, timeout=None)
    await admin.execute(_REQUESTS, timeout=None)
    await admin.execute("set session_replication_role = origin")
    await admin.execute("analyze referrals, offers, loans, loan_requests")


def counted_at() -> datetime:
    """The moment at which the quarter is counted."""
    return datetime.fromisoformat(COUNTED_AT)
