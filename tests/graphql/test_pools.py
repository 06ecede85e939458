"""Risk pools over GraphQL: agreements answered, loans filed one by one and many at once, refusals told by name."""

import pytest
from small_loans import NUMBER, drawn
from small_pools import build_pool, signed

from suxin_graphql.ids import to_global


@pytest.fixture
async def small(case):
    return await build_pool(case.city)


async def test_a_bank_accepts_and_declines_what_was_offered(bank_a, bank_b, case, small):
    bank = case.city.banks[0]
    offered = await signed(case.city, small.pool.id, bank, quota_fen=600_000_000)
    told = [edge["node"] for edge in (await bank_a.run("pool_agreements", first=5))["edges"]]
    assert [(one["version"], one["state"], one["filingDays"], one["poolBps"]) for one in told] == [
        (2, "SIGNED", 10, 8_000),
        (1, "IN_FORCE", 10, 8_000),
    ]
    done = await bank_a.write(
        "accept_pool_agreement", agreementId=to_global("PoolAgreement", offered.id, bank.officer)
    )
    assert done["agreement"]["state"] == "IN_FORCE"
    third = await signed(case.city, small.pool.id, bank)
    done = await bank_a.write(
        "decline_pool_agreement",
        agreementId=to_global("PoolAgreement", third.id, bank.officer),
        note="额度过低",
    )
    assert (done["agreement"]["state"], done["agreement"]["endNote"]) == ("DECLINED", "额度过低")
    [edge] = (await bank_a.run("risk_pools", first=5))["edges"]
    assert edge["node"]["name"] == "宿易贷风险补偿资金池"
    for name in ("risk_pools", "pool_agreements", "pool_filings", "pool_stop_losses"):
        assert (await bank_b.run(name, first=5))["edges"] == []


async def test_loans_are_filed_and_what_is_not_says_why(bank_a, case, small):
    officer = case.city.banks[0].officer
    loan = await drawn(case.city)
    pool_id = to_global("RiskPool", small.pool.id, officer)
    loan_id = to_global("Loan", loan.id, officer)
    done = await bank_a.write("file_loan", poolId=pool_id, loanId=loan_id)
    assert (done["filing"]["committedFen"], done["filing"]["state"]) == (40_000_000, "FILED")
    done = await bank_a.write("file_loans", poolId=pool_id, contractNumbers=[NUMBER, "HT-none"])
    assert [(one["outcome"], one["code"]) for one in done["outcomes"]] == [
        ("KNOWN", None),
        ("REJECTED", "LOAN_UNKNOWN"),
    ]
    [edge] = (await bank_a.run("pool_filings", first=5))["edges"]
    assert edge["node"]["loan"]["id"] == loan_id
    assert edge["node"]["agreement"]["version"] == 1
    other = await build_pool(case.city, name="科技贷资金池")
    elsewhere = to_global("RiskPool", other.pool.id, officer)
    refused = await bank_a.write("file_loan", poolId=elsewhere, loanId=loan_id)
    assert refused["code"] == "POOL_ALREADY_FILED"
    told = (await bank_a.run("pool_stop_losses", first=5))["edges"]
    assert {one["node"]["state"] for one in told} == {"NORMAL"}
