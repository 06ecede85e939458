"""Warnings and collateral over GraphQL: each document executed, and what is refused by name."""

import pytest
from small_loans import contracted, drawn
from small_warnings import come_on_record, permit_watching, rules_in_force, watch

from suxin.lending.terms import GuaranteeMode
from suxin.subjects.models import DataCategory
from suxin_graphql.ids import to_global


@pytest.fixture
async def warning(bank_a, small_city):
    """A warning that was raised of unpaid taxes, as a list tells of it."""
    loan = await drawn(small_city)
    await rules_in_force(small_city)
    await permit_watching(small_city, loan)
    await come_on_record(small_city, "TAX-ARREARS", DataCategory.TAX)
    await watch(small_city)
    listed = await bank_a.run("loan_warnings", first=5, filter={"severity": {"in": ["MEDIUM"]}})
    (edge,) = listed["edges"]
    return edge["node"]


async def test_a_warning_is_listed_read_and_acted_on(bank_a, warning):
    assert (warning["ruleCode"], warning["state"]) == ("TAX_ARREARS", "RAISED")
    wanted = {"warningId": warning["id"]}
    acted = {"action": "VISITED", "note": "已上门核查"}
    early = await bank_a.write("act_on_warning", **wanted, **acted)
    assert early["code"] == "STEP_NOT_POSSIBLE"
    taken = await bank_a.write("acknowledge_warning", **wanted)
    assert taken["warning"]["state"] == "ACKNOWLEDGED"
    empty = await bank_a.write("act_on_warning", **wanted, **(acted | {"note": ""}))
    assert (empty["code"], empty["field"]) == ("INVALID", "note")
    await bank_a.write("act_on_warning", **wanted, **acted)
    read = await bank_a.run("loan_warning", id=warning["id"])
    assert (read["state"], read["action"], read["itemCode"], read["source"]) == (
        "ACTED",
        "VISITED",
        "TAX-ARREARS",
        "市税务局",
    )
    assert read["loan"]["id"] == warning["loan"]["id"]


async def test_a_false_alarm_says_why(bank_a, warning):
    wanted = {"warningId": warning["id"]}
    await bank_a.write("acknowledge_warning", **wanted)
    done = await bank_a.write("dismiss_warning", **wanted, reason="RESOLVED", note="税款已缴清")
    assert (done["warning"]["state"], done["warning"]["falseAlarm"]) == ("FALSE_ALARM", "RESOLVED")


async def test_another_bank_lists_none(bank_b, warning):
    assert (await bank_b.run("loan_warnings", first=5))["edges"] == []


async def test_collateral_is_recorded_where_there_is_any(bank_a, small_city):
    loan = await contracted(small_city, guarantee=GuaranteeMode.MORTGAGE)
    wanted = {
        "loanId": to_global("Loan", loan.id, bank_a.bank.officer),
        "registry": "宿迁市不动产登记中心",
        "collateralNumber": "苏2026宿迁抵0001",
    }
    done = await bank_a.write("record_collateral", **wanted, collateralExpiresOn="2027-11-20")
    assert done["loan"]["collateralRegistry"] == "宿迁市不动产登记中心"
    refused = await bank_a.write("record_collateral", **wanted, collateralExpiresOn="2027-11-19")
    assert refused["code"] == "LOAN_COLLATERAL_SHORTENED"
