"""How long each day's judgement of all the city's loans takes: overdue days, classes and states, in one statement.

Run ``python tests/benchmarks/bench_loans.py``: 100,000 loans of twelve instalments, a tenth of them overdue; ``--loans`` says another
number. Prints the seconds of the first judgement, of the same day's second one (which changes nothing) and of the next day's, where
each overdue loan is a day later, and how many rows each has changed; exits 1 above the limit.
"""

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta

import asyncpg
from measured import DATABASE, dsn, own_servers

from suxin.kernel.actor import Actor
from suxin.kernel.database import Database
from suxin.lending.loans.daily import judge_loans
from suxin_server.postgres import Postgres

LIMIT_S = 10.0
NOW = datetime(2027, 6, 1, 2, 0, tzinfo=UTC)
LATE = 10
"""One loan in so many is overdue."""
JUDGEMENTS = (
    ("first", timedelta(0)),
    ("again", timedelta(0)),
    ("next day", timedelta(days=1)),
)

_LOANS = """
    insert into loans (tenant_id, id, offer_id, referral_id, request_id, subject_id, person_id, contract_number, state,
        principal_fen, term_months, rate_bps, repayment_method, guarantee, signed_at, cooling_off_ends_at, first_drawn_on,
        first_due_on, ends_on, drawn_fen, principal_paid_fen, interest_paid_fen, fee_paid_fen, overdue_days, risk_class, told_state)
    select ('018' || lpad(to_hex(n % 50), 29, '0'))::uuid, ('019' || lpad(to_hex(n), 29, '0'))::uuid, gen_random_uuid(),
        gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'HT-' || n, 'PERFORMING', 12000000, 12, 435,
        'equal_principal', 'credit', $1, $1, date '2026-11-20', date '2026-12-20', date '2027-11-20', 12000000, 0, 0, 0, 0,
        'normal', 'PERFORMING'
    from generate_series(1, $2::int) n
"""
# Six are due by the day of the judgement; the overdue have paid fewer of them.
_PLANS = """
    insert into loan_instalments (tenant_id, id, loan_id, subject_id, number, due_on, principal_fen, interest_fen, fee_fen,
        principal_paid_fen, interest_paid_fen, fee_paid_fen)
    select l.tenant_id, gen_random_uuid(), l.id, l.subject_id, k, (date '2026-11-20' + k * interval '1 month')::date, 1000000,
        40000, 0, case when paid then 1000000 else 0 end, case when paid then 40000 else 0 end, 0
    from loans l cross join generate_series(1, 12) k
    cross join lateral (
        select k <= case when hashtext(l.id::text) % $1::int = 0 then (hashtext(l.contract_number) & 3) + 1 else 6 end as paid
    ) p
"""


async def measure(postgres: Postgres, loans: int) -> float:
    """Load, judge three times; print and return the longest."""
    admin = await asyncpg.connect(f"{postgres.admin_dsn.rsplit('/', 1)[0]}/{DATABASE}")
    began = time.perf_counter()
    # What is measured asks for no offers behind the loans.
    await admin.execute("set session_replication_role = replica")
    await admin.execute(_LOANS, NOW, loans, timeout=None)
    await admin.execute(_PLANS, LATE, timeout=None)
    await admin.execute("vacuum analyze loans, loan_instalments", timeout=None)
    await admin.close()
    print(f"loaded {loans:,} loans × 12 instalments in {time.perf_counter() - began:.0f} s")
    database, longest = Database.connect(dsn(postgres, "suxin_batch"), pool_size=1), 0.0
    for name, later in JUDGEMENTS:
        now = NOW + later
        began = time.perf_counter()
        async with database.transaction(Actor.system("bench"), now=now) as session:
            changed = await judge_loans(session, now=now)
        took = time.perf_counter() - began
        longest = max(longest, took)
        print(f"{name:8}  {took:6.2f} s  {changed:,} loans changed")
    await database.close()
    print(f"longest {longest:.2f} s  limit {LIMIT_S:.0f} s")
    return longest


def main() -> int:
    """Measure on servers of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=100_000)
    given = parser.parse_args()
    with own_servers() as (postgres, _):
        return int(asyncio.run(measure(postgres, given.loans)) > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
