"""Claims over GraphQL: drafts with their gaps, collections, submissions and recoveries, and refusals told by name."""

import pytest
from small_claims import build_claims

from suxin.kernel.money import MAX_AMOUNT_FEN
from suxin_graphql.ids import to_global


@pytest.fixture
async def claims(case):
    return await build_claims(case.city)


async def test_a_draft_names_what_is_missing(bank_a, bank_b, case, claims):
    """The schema's clock stands where the loan is not overdue yet."""
    officer = case.city.banks[0].officer
    loan_id = to_global("Loan", claims.loan.id, officer)
    drafted = await bank_a.write("draft_claim", loanId=loan_id, depositFen=4_000_000)
    claim = drafted["claim"]
    assert {one["code"] for one in claim["gaps"]} == {"LOAN_NOT_OVERDUE", "COLLECTIONS_MISSING"}
    assert (claim["lossFen"], claim["poolFen"], claim["bankFen"]) == (
        76_000_000,
        53_200_000,
        22_800_000,
    )
    refused = await bank_a.write("submit_claim", claimId=claim["id"])
    assert refused["code"] == "CLAIM_NOT_READY"
    assert "还需登记 3 次逾期后的催收" in refused["messageZh"]
    done = await bank_a.write(
        "record_collection",
        loanId=loan_id,
        kind="VISIT",
        result="REFUSED",
        attemptedOn="2026-11-20",
    )
    assert done["loan"]["id"] == loan_id
    refused = await bank_a.write(
        "record_collection",
        loanId=loan_id,
        kind="VISIT",
        result="REFUSED",
        attemptedOn="2026-11-21",
    )
    assert (refused["code"], refused["field"]) == ("INVALID", "attemptedOn")
    read = (await bank_a.run("pool_claim", id=claim["id"]))["dossier"]
    assert read["contract"]["number"] == claims.loan.contract_number
    assert (await bank_b.run("pool_claims", first=5))["edges"] == []


async def test_what_came_back_is_reported_once_and_shared(bank_a, case, claims, admin):
    paid, _ = await claims.paid()
    await admin.execute("update pool_claims set paid_at = $1", case.city.now)
    claim_id = to_global("PoolClaim", paid.id, case.city.banks[0].officer)
    given = {
        "claimId": claim_id,
        "reference": "ZS-1",
        "receivedFen": 20_000_000,
        "costFen": 2_000_000,
        "recoveredOn": "2026-11-20",
    }
    done = await bank_a.write("report_recovery", **given)
    assert (done["recovery"]["poolFen"], done["recovery"]["bankFen"]) == (12_600_000, 5_400_000)
    refused = await bank_a.write(
        "report_recovery", **{**given, "reference": "ZS-2", "receivedFen": 80_000_000}
    )
    assert (refused["code"], refused["field"]) == ("RECOVERY_BEYOND_LOSS", "receivedFen")
    [edge] = (await bank_a.run("pool_claims", first=5))["edges"]
    assert (edge["node"]["state"], edge["node"]["poolFen"]) == ("RECOVERING", 53_200_000)
    shown = await bank_a.run("pool_claim", id=claim_id)
    assert [one["node"]["number"] for one in shown["recoveries"]["edges"]] == [
        done["recovery"]["number"]
    ]


async def test_an_amount_beyond_the_largest_is_refused_by_name(bank_a, case, claims):
    paid, _ = await claims.paid()
    officer = case.city.banks[0].officer
    loan_id = to_global("Loan", claims.loan.id, officer)
    recovery = {
        "claimId": to_global("PoolClaim", paid.id, officer),
        "reference": "ZS-1",
        "receivedFen": 1,
        "costFen": 0,
        "recoveredOn": "2026-11-20",
    }
    for fen in (MAX_AMOUNT_FEN + 1, 2**53 - 1, -1):
        told = [("depositFen", await bank_a.write("draft_claim", loanId=loan_id, depositFen=fen))]
        for name in ("receivedFen", "costFen"):
            given = {**recovery, name: fen}
            told.append((name, await bank_a.write("report_recovery", **given)))
        for name, refused in told:
            assert (refused["code"], refused["field"]) == ("AMOUNT_OUT_OF_RANGE", name)
