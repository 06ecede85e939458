"""What the first bank has of risk pools, warnings and league tables, by its global ids."""

from small_guarantees import build_guarantor
from small_league import fill_league
from small_parts import part_and_transfer
from small_pools import build_pool
from small_warnings import come_on_record, permit_watching, rules_in_force, warnings, watch

from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.risk_pool.recoveries.models import PoolRecovery
from suxin.risk_pool.recoveries.states import RecoveryState
from suxin.subjects.models import DataCategory
from suxin_graphql.ids import from_global, to_global

OFFER = {
    "amountFen": 40_000_000,
    "termMonths": 12,
    "rateBps": 435,
    "repaymentMethod": "EQUAL_INSTALMENT",
    "guarantee": "CREDIT",
}
TERMS = {
    "code": "P-9",
    "name": "惠农贷",
    "minAmountFen": 1_000_000,
    "maxAmountFen": 30_000_000,
    "minTermMonths": 6,
    "maxTermMonths": 24,
    "minRateBps": 365,
    "maxRateBps": 480,
    "repaymentMethods": ["INTEREST_MONTHLY"],
    "guaranteeModes": ["CREDIT"],
}
ENDPOINT = {
    "name": "信贷管理系统",
    "url": "https://bank.example/events",
    "eventTypes": ["lending.offer.made"],
}
RENEWAL = {
    "contractNumber": "HT-1",
    "rateBps": 400,
    "termMonths": 6,
    "repaymentMethod": "BULLET",
}
COLLATERAL = {
    "registry": "x",
    "collateralNumber": "x",
    "collateralExpiresOn": "2027-11-20",
}


async def pools_of_a(bank_a, case, loan):
    """A pool with the first bank's agreement, in which its loan is filed."""
    small = await build_pool(case.city)
    (outcome,) = await small.file(loan.contract_number)
    told = await bank_a.run("pool_stop_losses", first=1)
    officer = bank_a.bank.officer
    return {
        "risk_pool": to_global("RiskPool", small.pool.id, officer),
        "agreement": to_global("PoolAgreement", small.agreement.id, officer),
        "filing": to_global("PoolFiling", outcome.filing.id, officer),
        "stop_loss": told["edges"][0]["node"]["id"],
        **await claims_of_a(bank_a, case, loan, small),
    }


async def claims_of_a(bank_a, case, loan, small):
    """A claim on that loan, and what came back of it."""
    officer = bank_a.bank.officer
    drafted = await bank_a.write("draft_claim", loanId=to_global("Loan", loan.id, officer))
    claim_id = from_global(drafted["claim"]["id"], officer).id
    recovery = PoolRecovery(
        id=new_id(),
        posting_id=new_id(),
        reference="ZS-1",
        number="ZC-1",
        received_fen=1,
        cost_fen=0,
        pool_fen=1,
        bank_fen=0,
        guarantor_fen=0,
        recovered_on=case.city.now.date(),
        state=RecoveryState.REPORTED,
        reported_at=case.city.now,
        tenant_id=loan.tenant_id,
        operator_id=small.pool.tenant_id,
        pool_id=small.pool.id,
        claim_id=claim_id,
        subject_id=loan.subject_id,
    )
    about = {"tenant_id": loan.tenant_id, "operator_id": small.pool.tenant_id, "claim_id": claim_id}
    part, transfer = part_and_transfer(case.city.now, **about)
    async with case.city.database.transaction(Actor.system("test"), now=case.city.now) as session:
        session.add_all([recovery, part, transfer])
    return {
        "claim": drafted["claim"]["id"],
        "part": to_global("GuarantorPart", part.id, officer),
        "transfer": to_global("GuarantorTransfer", transfer.id, officer),
        "recovery": to_global("PoolRecovery", recovery.id, officer),
    }


async def warned_of_a(city, loan, officer):
    await rules_in_force(city)
    await permit_watching(city, loan)
    await come_on_record(city, "TAX-ARREARS", DataCategory.TAX)
    await watch(city)
    (warning,) = await warnings(city)
    return to_global("LoanWarning", warning.id, officer)


async def counted_of_a(city, admin, officer):
    """A league table, which every bank reads, and a line of the first bank's in it."""
    table_id = await fill_league(city, admin)
    line_id = await admin.fetchval("select id from league_lines")
    return {
        "league_table": to_global("LeagueTable", table_id, officer),
        "league_line": to_global("LeagueLine", line_id, officer),
    }


async def guaranteed_of_a(city, officer):
    """What the first bank asks a guarantor, and that guarantor, which every bank may know."""
    guarantor = await build_guarantor(city)
    request = await guarantor.asked()
    return {
        "guarantee": to_global("GuaranteeRequest", request.id, officer),
        "guarantor": to_global("Guarantor", guarantor.tenant_id, officer),
    }
