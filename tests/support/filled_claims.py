"""A row in each table of pools and claims, for the proofs as two tenants."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from custodian_files import csv_file
from sample_rows import insert, sample
from small_city import SmallCity
from small_pools import ACCOUNT, FilledPool, SmallPool, fill_pools

from suxin.kernel.ids import new_id
from suxin.kernel.tables import Table
from suxin.kernel.working_days import local_day
from suxin.risk_pool.bank_ledgers.measures import Measure
from suxin.risk_pool.bank_ledgers.models import BankLedger, BankLedgerDay, BankLedgerDifference
from suxin.risk_pool.claims.commands import CollectionDraft, draft_claim, record_collection
from suxin.risk_pool.claims.models import PoolClaim
from suxin.risk_pool.claims.states import CollectionKind, CollectionResult
from suxin.risk_pool.collection_files.attaching import attach_file
from suxin.risk_pool.guarantor_parts.models import GuarantorPart, GuarantorTransfer
from suxin.risk_pool.payments.models import PoolPayment
from suxin.risk_pool.reconciliation.models import ReckonedDay
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.risk_pool.statements.models import CustodianLine, CustodianStatement


@dataclass(frozen=True, kw_only=True)
class FilledClaims:
    """A row in each table of claims, all of them the first bank's or about it."""

    claim_id: UUID
    payment_id: UUID
    recovery_id: UUID
    part_id: UUID
    attempt_id: UUID
    file_id: UUID
    transfer_id: UUID
    statement_id: UUID
    line_id: UUID
    ledger_id: UUID
    statement: bytes


async def fill_claims(
    city: SmallCity, admin: asyncpg.Connection, small: SmallPool, *, loan_id: UUID
) -> FilledClaims:
    """Submit a claim of the first bank, whatever keeps it back, with one of all that may follow."""
    officer, book = city.banks[0].officer, city.operator.own_tenant
    attempt_id, file_id = await fill_collections(city, loan_id=loan_id)
    claim: PoolClaim = await city.act(draft_claim, officer, loan_id=loan_id)
    await admin.execute("update pool_claims set state = 'SUBMITTED', submitted_at = $1", city.now)
    own = {"tenant_id": book, "pool_id": small.pool.id}
    claims = {"claim_id": claim.id, "pool_id": small.pool.id}
    counts = {"rows_read": 1, "rows_taken": 1, "rows_known": 0, "rows_rejected": 0}
    issued = {
        "state": "ISSUED",
        "second_place": "finance_bureau",
        "second_approved_by": new_id(),
        "second_shown_at": city.now,
        "issued_at": city.now,
        "letter_year": 2026,
        "letter_sequence": 1,
    }
    guaranteed = {
        "tenant_id": claim.tenant_id,
        "operator_id": book,
        "claim_id": claim.id,
        "guarantor_id": new_id(),
    }
    rows: dict[type[Table], dict[str, Any]] = {
        CustodianStatement: own | counts | {"rejects": "[]", "number": "DZD-x"},
        PoolPayment: own | claims | issued | {"bank_id": claim.tenant_id},
        PoolRecovery: claims
        | {
            "tenant_id": claim.tenant_id,
            "operator_id": book,
            "subject_id": claim.subject_id,
            "reference": "ZS-x",
        },
        GuarantorPart: guaranteed | {"loss_fen": 2, "amount_fen": 1, "share_bps": 1},
        GuarantorTransfer: guaranteed | {"kind": "compensation", "reference": "DK-x"},
    }
    ids = {}
    for model, given in rows.items():
        row = sample(model, city.now, **given)
        await insert(admin, model, row)
        ids[model] = row["id"]
    line = sample(
        CustodianLine, city.now, **own, statement_id=ids[CustodianStatement], reference="LS-x"
    )
    await insert(admin, CustodianLine, line)
    await insert(admin, ReckonedDay, sample(ReckonedDay, city.now, **own, told=[]))
    ledger_id = await fill_ledgers(city, admin, operator_id=book)
    return FilledClaims(
        claim_id=claim.id,
        payment_id=ids[PoolPayment],
        recovery_id=ids[PoolRecovery],
        part_id=ids[GuarantorPart],
        attempt_id=attempt_id,
        file_id=file_id,
        transfer_id=ids[GuarantorTransfer],
        statement_id=ids[CustodianStatement],
        line_id=line["id"],
        ledger_id=ledger_id,
        statement=csv_file([], closing="1000.00", account=ACCOUNT),
    )


async def fill_collections(city: SmallCity, *, loan_id: UUID) -> tuple[UUID, UUID]:
    """Let the first bank have called its borrower, and kept a paper of that; return the ids of both."""
    officer = city.banks[0].officer
    draft = CollectionDraft(
        kind=CollectionKind.CALL,
        result=CollectionResult.PROMISED,
        attempted_on=local_day(city.now),
    )
    attempt = await city.act(record_collection, officer, loan_id=loan_id, draft=draft)
    paper = {"name": "x.pdf", "content": b"%PDF-x", "sealer": city.sealer}
    file = await city.act(attach_file, officer, attempt_id=attempt.id, **paper)
    return attempt.id, file.id


async def fill_ledgers(city: SmallCity, admin: asyncpg.Connection, *, operator_id: UUID) -> UUID:
    """Put down a ledger of the first bank with a difference that is about the operator's pools; return its id."""
    given = {
        "tenant_id": city.banks[0].tenant_id,
        "operator_id": operator_id,
        "measure": Measure.FILED.value,
        "theirs": 1,
        "ours": 2,
    }
    rows = {"rows_taken": 0, "rows_rejected": 0, "lines": "[]", "rejects": "[]"}
    ledger = sample(BankLedger, city.now, **given, **rows)
    for model, row in (
        (BankLedger, ledger),
        (BankLedgerDay, sample(BankLedgerDay, city.now, **given)),
        (BankLedgerDifference, sample(BankLedgerDifference, city.now, **given)),
    ):
        await insert(admin, model, row)
    ledger_id: UUID = ledger["id"]
    return ledger_id


async def fill_pooled(city: SmallCity, admin: asyncpg.Connection) -> dict[str, Any]:
    """Fill pools, and claims on their one filing."""
    pools: FilledPool = await fill_pools(city, admin)
    loan_id = await admin.fetchval("select loan_id from pool_filings")
    return {"pools": pools, "claims": await fill_claims(city, admin, pools.small, loan_id=loan_id)}
