"""A loan over GraphQL: each document of its life executed, each report with its outcome, and what another bank gets."""

import pytest
from small_loans import NUMBER, PRINCIPAL_FEN, accepted

from suxin.lending.repayment import MAX_PRINCIPAL_FEN
from suxin.lending.terms import MAX_AMOUNT_FEN, MAX_RATE_BPS, MAX_TERM_MONTHS
from suxin_graphql.ids import to_global

TODAY = "2026-11-20"


@pytest.fixture
async def offer_id(bank_a, small_city):
    return to_global("Offer", await accepted(small_city), bank_a.bank.officer)


@pytest.fixture
async def loan(bank_a, offer_id):
    """A loan that was signed and drawn."""
    signed = await bank_a.write("sign_contract", offerId=offer_id, contractNumber=NUMBER)
    loan_id = signed["loan"]["id"]
    drawn = await bank_a.write(
        "draw_down", loanId=loan_id, reference="FK-1", amountFen=PRINCIPAL_FEN, drawnOn=TODAY
    )
    return drawn["loan"]


def repayment(amount, **changes):
    return {
        "contractNumber": NUMBER,
        "reference": "HK-1",
        "paidOn": TODAY,
        "amountFen": amount,
        **changes,
    }


async def report(caller, *repayments):
    return (await caller.write("report_repayments", repayments=list(repayments)))["outcomes"]


async def test_a_contract_is_signed_and_cancelled(bank_a, offer_id):
    signed = await bank_a.write("sign_contract", offerId=offer_id, contractNumber=NUMBER)
    assert signed["loan"]["state"] == "SIGNED"
    assert signed["loan"]["offer"] == {"id": offer_id, "state": "CHOSEN"}
    done = await bank_a.write("cancel_contract", loanId=signed["loan"]["id"], note="犹豫期内撤销")
    assert done["loan"]["state"] == "CANCELLED"
    again = await bank_a.write("cancel_contract", loanId=signed["loan"]["id"], note="再次")
    assert again["code"] == "STEP_NOT_POSSIBLE"


async def test_a_loan_is_drawn_repaid_and_settled(bank_a, loan):
    assert (loan["state"], loan["outstandingFen"], loan["endsOn"]) == (
        "DISBURSED",
        PRINCIPAL_FEN,
        "2027-11-20",
    )
    taken, known, unknown = await report(
        bank_a,
        repayment(1_000, principalFen=0, interestFen=1_000),
        repayment(1_000, principalFen=0, interestFen=1_000),
        repayment(1, contractNumber="HT-none", reference="HK-2"),
    )
    assert (taken["outcome"], known["outcome"]) == ("TAKEN", "KNOWN")
    assert taken["repaymentId"] == known["repaymentId"]
    assert (unknown["outcome"], unknown["code"], unknown["field"]) == (
        "REJECTED",
        "LOAN_UNKNOWN",
        "contractNumber",
    )
    whole = repayment(PRINCIPAL_FEN, reference="HK-3", principalFen=PRINCIPAL_FEN, prepays=True)
    assert [one["outcome"] for one in await report(bank_a, whole)] == ["TAKEN"]
    read = await bank_a.run("loan", id=loan["id"])
    assert len(read["instalments"]["edges"]) == 12
    assert [edge["node"]["kind"] for edge in read["repayments"]["edges"]] == ["PREPAYMENT", "DUE"]
    assert read["drawdowns"]["edges"][0]["node"]["reference"] == "FK-1"
    settled = await bank_a.write("settle_loan", loanId=loan["id"])
    assert settled["loan"]["state"] == "SETTLED"


async def test_a_loan_is_renewed_and_only_an_overdue_one_written_off(bank_a, loan):
    renewed = await bank_a.write(
        "renew_loan",
        loanId=loan["id"],
        contractNumber="HT-2026-0002",
        rateBps=400,
        termMonths=6,
        repaymentMethod="BULLET",
    )
    assert renewed["loan"]["renews"] == {"id": loan["id"], "state": "SETTLED", "outstandingFen": 0}
    refused = await bank_a.write("write_off_loan", loanId=renewed["loan"]["id"], note="核销")
    assert refused["code"] == "STEP_NOT_POSSIBLE"
    listed = await bank_a.run("loans", first=10)
    states = [edge["node"]["state"] for edge in listed["edges"]]
    assert states == ["DISBURSED", "SETTLED"]


async def test_another_bank_finds_none_of_it(bank_a, bank_b, loan):
    refused = await bank_b.write("settle_loan", loanId=loan["id"])
    assert refused["code"] == "NOT_FOUND"
    assert (await bank_b.run("loans", first=10))["edges"] == []
    (outcome,) = await report(bank_b, repayment(1_000))
    assert outcome["code"] == "LOAN_UNKNOWN"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amountFen", MAX_PRINCIPAL_FEN + 1),
        ("amountFen", -1),
        ("principalFen", MAX_PRINCIPAL_FEN + 1),
        ("interestFen", -1),
        ("feeFen", MAX_PRINCIPAL_FEN + 1),
    ],
)
async def test_the_figures_of_a_repayment(bank_a, loan, field, value):
    (outcome,) = await report(bank_a, repayment(1_000, **{field: value}))
    assert outcome["code"] == "INVALID"


async def test_the_figures_of_a_draw_down_and_a_renewal(bank_a, loan):
    more = {"loanId": loan["id"], "reference": "FK-2", "drawnOn": TODAY}
    refused = await bank_a.write("draw_down", amountFen=MAX_AMOUNT_FEN + 1, **more)
    assert refused["code"] == "LOAN_DRAWN_BEYOND_CONTRACT"
    assert (await bank_a.write("draw_down", amountFen=0, **more))["code"] == "INVALID"
    for figures in ({"rateBps": MAX_RATE_BPS + 1}, {"termMonths": MAX_TERM_MONTHS + 1}):
        refused = await bank_a.write(
            "renew_loan",
            loanId=loan["id"],
            contractNumber="HT-2026-0002",
            **{"rateBps": 400, "termMonths": 6, "repaymentMethod": "BULLET", **figures},
        )
        assert refused["code"] == "LOAN_TERM_OUT_OF_RANGE"
