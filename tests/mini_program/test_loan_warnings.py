"""Warnings on the phone: what one's own bank was told and on which evidence, and the way to contest it; nobody else's."""

from uuid import uuid4

from small_loans import drawn
from small_warnings import come_on_record, permit_watching, rules_in_force, warnings, watch

from suxin.lending.warnings.answering import acknowledge_warning, act_on_warning
from suxin.lending.warnings.states import WarningAction
from suxin.subjects.models import DataCategory


async def told_of(city) -> tuple[str, str]:
    """Let the applicant's bank be warned of tax arrears; return where he reads that, and the record's id."""
    loan = await drawn(city)
    await rules_in_force(city)
    await permit_watching(city, loan)
    record_id = await come_on_record(city, "TAX-ARREARS", DataCategory.TAX)
    await watch(city)
    return f"/loan-requests/{loan.request_id}/loans/{loan.id}/warnings", str(record_id)


async def test_he_sees_what_his_bank_was_told_and_contests_it(applicant, small_city) -> None:
    at, record_id = await told_of(small_city)
    (shown,) = (await applicant.read(at))["items"]
    assert (shown["state"]["zh"], shown["evidence"]["code"]) == ("已提示银行", "record")
    assert (shown["source"], shown["recordId"], shown["contestable"]) == (
        "市税务局",
        record_id,
        True,
    )
    assert (shown["item"] not in (None, "TAX-ARREARS"), "note" in shown) == (True, False)
    (warning,) = await warnings(small_city)
    officer = small_city.banks[0].officer
    await small_city.act(acknowledge_warning, officer, warning_id=warning.id)
    await small_city.act(
        act_on_warning,
        officer,
        warning_id=warning.id,
        action=WarningAction.CALLED,
        note="银行内部说明",
    )
    (shown,) = (await applicant.read(at))["items"]
    assert (shown["state"]["zh"], shown["action"]["zh"]) == ("银行已处置", "电话核实")
    assert "银行内部说明" not in str(shown)
    asked = await applicant.post(
        "/my-data/corrections",
        {
            "about": "record",
            "recordId": record_id,
            "wanted": "欠税已缴清，请更正",
            "reason": "完税证明可查",
        },
    )
    assert asked.status_code == 201
    (shown,) = (await applicant.read(at))["items"]
    assert (shown["recordId"], shown["contestable"]) == (record_id, False)


async def test_what_he_takes_back_is_erased_here_too_and_nothing_is_somebody_elses(
    applicant, small_city, admin
) -> None:
    at, _ = await told_of(small_city)
    await admin.execute(
        "update loan_warnings set state = 'WITHDRAWN', withdrawn_because = 'basis', item_code = null, source = null"
    )
    (shown,) = (await applicant.read(at))["items"]
    assert (shown["item"], shown["recordId"], shown["withdrawnBecause"]["zh"]) == (
        None,
        None,
        "借款人的授权已结束",
    )
    # What nobody was told of yet is told first.
    await admin.execute("update loan_warnings set told_state = ''")
    assert (await applicant.read(at))["items"] == []
    assert (await applicant.get(at.replace(at.split("/")[2], str(uuid4())))).status_code == 404
