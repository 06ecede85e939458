"""Rows by the thousand for tests of lists, copied from one of each."""

from sample_rows import insert, sample

from suxin.lending.guarantees.models import GuaranteeRequest
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.filings.models import PoolFiling
from suxin.risk_pool.guarantor_parts.models import GuarantorPart, GuarantorTransfer

COPY = """
insert into {table}
select row.*
from (select * from {table} limit 1) like_this, generate_series(1, $1::int) n,
  -- Among the sources it is called once a row; in the list of columns it would be once a column.
  jsonb_populate_record(null::{table}, to_jsonb(like_this)
    || jsonb_build_object('id', md5('{table}' || $2::uuid || n)::uuid, {unlike})) as row
"""
COPIES = {
    "leads": "'number', 'N' || $2 || n, 'pool_open', true, 'claimed_by', null, 'claim_expires_at', null,"
    " 'county_code', case when n % 10 = 0 then '321322' else '321302' end,"
    " 'industry_section', case when n % 10 = 1 then 'A' else 'C' end,"
    " 'closes_at', '2026-11-21 02:00+00'::timestamptz + n * interval '2 hours'",
    "referrals": "'tenant_id', $2, 'lead_id', md5('leads' || $2 || n)::uuid,"
    " 'state', case when n % 10 = 0 then 'ACCEPTED' else 'DISPATCHED' end,"
    " 'dispatched_at', '2026-11-20 02:00+00'::timestamptz + n * interval '1 hour',"
    " 'decide_by', '2026-11-21 02:00+00'::timestamptz + n * interval '1 hour'",
    "offers": "'tenant_id', $2, 'referral_id', md5('referrals' || $2 || n)::uuid,"
    " 'state', case when n % 10 = 0 then 'EXPIRED' else 'WITHDRAWN' end,"
    " 'amount_fen', 10000000 + n * 1000,"
    " 'made_at', '2026-11-20 02:00+00'::timestamptz + n * interval '1 hour',"
    " 'valid_until', '2026-11-21 02:00+00'::timestamptz + n * interval '1 hour'",
    "loans": "'tenant_id', $2, 'referral_id', md5('referrals' || $2 || n)::uuid,"
    " 'offer_id', md5('offers' || $2 || n)::uuid, 'contract_number', 'HT-' || n,"
    " 'state', case when n % 10 = 0 then 'OVERDUE' else 'PERFORMING' end,"
    " 'overdue_days', n, 'overdue_since', '2026-11-20'",
    "guarantee_requests": "'tenant_id', $2, 'offer_id', md5('offers' || $2 || n)::uuid,"
    " 'referral_id', md5('referrals' || $2 || n)::uuid, 'lead_id', md5('leads' || $2 || n)::uuid,"
    " 'state', case when n % 10 = 0 then 'DECLINED' else 'REQUESTED' end,"
    " 'decline_reason', case when n % 10 = 0 then 'other' end,"
    " 'ended_at', case when n % 10 = 0 then '2026-11-20 02:00+00'::timestamptz end",
    "pool_filings": "'tenant_id', $2, 'loan_id', md5('loans' || $2 || n)::uuid,"
    " 'state', case when n % 10 = 0 then 'RELEASED' else 'FILED' end,"
    " 'committed_fen', case when n % 10 = 0 then 0 else 1 end,"
    " 'released_at', case when n % 10 = 0 then '2026-11-20 02:00+00'::timestamptz end,"
    " 'release', case when n % 10 = 0 then 'settled' end",
    "pool_claims": "'tenant_id', $2, 'loan_id', md5('loans' || $2 || n)::uuid,"
    " 'filing_id', md5('filings' || $2 || n)::uuid,"
    " 'state', case when n % 10 = 0 then 'RETURNED' else 'SUBMITTED' end",
    "guarantor_parts": "'tenant_id', $2, 'claim_id', md5('pool_claims' || $2::uuid || n)::uuid,"
    " 'state', case when n % 10 = 0 then 'REFUSED' else 'ASKED' end,"
    " 'answered_at', case when n % 10 = 0 then '2026-11-20 02:00+00'::timestamptz end,"
    " 'refusal', case when n % 10 = 0 then 'other' end",
    "guarantor_transfers": "'tenant_id', $2, 'claim_id', md5('pool_claims' || $2::uuid || n)::uuid,"
    " 'reference', 'R-' || $2 || n, 'state', case when n % 10 = 0 then 'CONFIRMED' else 'NOTED' end,"
    " 'settled_at', case when n % 10 = 0 then '2026-11-20 02:00+00'::timestamptz end",
    "loan_warnings": "'tenant_id', $2, 'loan_id', md5('loans' || $2 || n)::uuid,"
    " 'evidence_id', md5('evidence' || $2 || n)::uuid,"
    " 'state', case when n % 10 = 0 then 'LAPSED' else 'RAISED' end,"
    " 'severity', case when n % 10 = 0 then 'high' else 'low' end",
    "loan_products": "'tenant_id', $2, 'code', 'P-' || n, 'draft_of', null, 'status',"
    " case when n % 10 = 0 then 'DRAFT' when n % 10 = 1 then 'RETIRED' else 'PUBLISHED' end",
    "oauth_clients": "'tenant_id', $2, 'status', case when n % 10 = 0 then 'SUSPENDED' else 'ACTIVE' end",
    "deprecated_uses": "'tenant_id', $2, 'coordinate', 'Query.field' || n, 'day', '2026-11-20'::date + n / 5",
}


async def fill(admin, city, many: int, *, planned: bool) -> None:
    """Give the first two banks so many of everything that is listed; every tenth is unlike the others.

    Where a test is about plans, the planner is told how many there are: that takes longer than to make a few.
    """
    await admin.execute("set session_replication_role = replica")
    one, other = (bank.tenant_id for bank in city.banks[:2])
    for table, unlike in COPIES.items():
        for tenant in (one, other):
            await admin.execute(COPY.format(table=table, unlike=unlike), many, tenant)
    await admin.execute("set session_replication_role = origin")
    if planned:
        await admin.execute("analyze")


async def insert_pooled(admin, tenant_id, loan_id, now):
    """A request for a loan's guarantee, its filing, a claim on it, and what that asks of its guarantor."""
    asked = sample(GuaranteeRequest, now, tenant_id=tenant_id)
    await insert(admin, GuaranteeRequest, asked | {"committed_fen": 0})
    filing = sample(PoolFiling, now, tenant_id=tenant_id, loan_id=loan_id)
    await insert(admin, PoolFiling, filing | {"state": "FILED"})
    claim = sample(PoolClaim, now, tenant_id=tenant_id, loan_id=loan_id)
    told = {"state": "SUBMITTED", "submitted_at": now, "loss_fen": 4, "guarantor_id": tenant_id}
    await insert(admin, PoolClaim, claim | told)
    about = {"tenant_id": tenant_id, "claim_id": claim["id"]}
    await insert(admin, GuarantorPart, sample(GuarantorPart, now, **about))
    await insert(admin, GuarantorTransfer, sample(GuarantorTransfer, now, **about))
