"""Files, what a bank asks for besides, and the conversation over the mini program."""

import base64

import pytest
from observing import nothing_written
from small_exchange import PDF, exchange

CONTENT = base64.b64encode(PDF).decode()


@pytest.fixture
async def given(small_city):
    return await exchange(small_city)


async def test_a_file_is_handed_in_and_listed(applicant, given, small_city):
    at = f"/loan-requests/{given.submitted.request.id}/attachments"
    body = {"kind": "tax_certificate", "name": "纳税证明.pdf", "content": CONTENT}
    kept = await applicant.write(at, body)
    assert (kept["kind"]["zh"], kept["mediaType"], kept["sizeBytes"]) == (
        "纳税证明",
        "application/pdf",
        len(PDF),
    )
    listed = (await applicant.get(at)).json()["items"]
    assert [one["name"] for one in listed] == ["纳税证明.pdf", "营业执照.pdf"]
    assert [one["bankId"] for one in listed] == [None, str(small_city.banks[0].tenant_id)]


async def test_what_is_asked_for_is_supplied_or_declined(applicant, given, admin):
    request_id = given.submitted.request.id
    asked = (await applicant.get(f"/loan-requests/{request_id}/material-requests")).json()
    [one] = asked["items"]
    assert (one["id"], one["open"], one["bank"]) == (str(given.material_id), True, "一行")
    assert [(item["number"], item["kind"]["zh"]) for item in one["items"]] == [(1, "纳税证明")]
    at = f"/material-requests/{given.material_id}"
    async with nothing_written(admin):
        refused = await applicant.post(f"{at}/decline", {"number": 2}, key="decline-key-1")
        assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")
    body = {"number": 1, "name": "证明.pdf", "content": CONTENT}
    done = await applicant.write(f"{at}/supply", body)
    assert (done["state"]["code"], done["items"][0]["state"]["zh"]) == ("ANSWERED", "已提供")
    again = await applicant.post(f"{at}/decline", {"number": 1}, key="decline-key-2")
    assert again.json()["code"] == "STEP_NOT_POSSIBLE"


async def test_the_conversation_is_read_marked_and_gone_on_with(applicant, given):
    at = f"/referrals/{given.referral_id}/messages"
    sent = await applicant.write(at, {"text": "还有什么需要补充？"})
    assert sent["author"]["zh"] == "我"
    listed = (await applicant.get(at)).json()["items"]
    assert [one["text"] for one in listed] == [
        "还有什么需要补充？",
        "是自有。",
        "请问厂房是自有吗？",
    ]
    first = (await applicant.get(at, first="2")).json()
    rest = (await applicant.get(at, after=first["nextCursor"])).json()
    assert [one["text"] for one in rest["items"]] == ["请问厂房是自有吗？"]
    assert (await applicant.get(at, after="x")).json()["field"] == "after"
    assert (await applicant.write(f"{at}/read"))["count"] == 1
    assert (await applicant.write(f"{at}/read"))["count"] == 0


async def test_nobody_elses_is_reached(applicant, stranger, given, admin):
    request_id = given.submitted.request.id
    async with nothing_written(admin):
        for path in (
            f"/loan-requests/{request_id}/attachments",
            f"/loan-requests/{request_id}/material-requests",
            f"/referrals/{given.referral_id}/messages",
        ):
            assert (await stranger.get(path)).json()["code"] == "NOT_FOUND", path
        text = {"text": "x"}
        at = f"/referrals/{given.referral_id}/messages"
        refused = await stranger.post(at, text, key="message-key-1")
        assert refused.json()["code"] == "NOT_FOUND"
