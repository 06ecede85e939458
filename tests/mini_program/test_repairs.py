"""Credit repair over the mini program: what may be repaired, documents, an application, and the way back."""

import base64
from datetime import date

import pytest
from observing import changed, contents
from repairs import NUMBER, PDF, add_penalty

from suxin.kernel.sealed_documents import MAX_DOCUMENT_BYTES

STATEMENT = "罚款已缴清，已整改到位"


@pytest.fixture
async def penalty(small_city):
    return str(await add_penalty(small_city))


@pytest.fixture
def put_down(applicant):
    """Return a way to put a document down; it answers its id."""

    async def put_down(kind="proof", content=PDF, phone=applicant):
        body = {
            "kind": kind,
            "name": f"{kind}.pdf",
            "content": base64.b64encode(content).decode(),
        }
        return (await phone.write("/repairs/documents", body))["id"]

    return put_down


@pytest.fixture
def apply(applicant, penalty, put_down):
    """Return a way to apply for the penalty's repair."""

    async def apply():
        documents = [await put_down(kind) for kind in ("proof", "commitment")]
        body = {"recordId": penalty, "statement": STATEMENT, "documents": documents}
        return await applicant.write("/repairs", body)

    return apply


async def test_what_speaks_against_the_subject_says_from_when_it_may_be_repaired(
    applicant, small_city, penalty
):
    early = await add_penalty(small_city, number="2", occurred_on=date(2026, 10, 1))
    listed = {
        one["recordId"]: one for one in (await applicant.get("/repairs/records")).json()["items"]
    }
    assert set(listed) == {penalty, str(early)}
    assert listed[penalty] == {
        "recordId": penalty,
        "item": "行政处罚",
        "source": "市场监督管理局",
        "number": NUMBER,
        "occurredOn": "2026-06-01",
        "repairableFrom": "2026-09-01",
        "asked": False,
        "refusal": None,
    }
    assert listed[str(early)]["refusal"]["code"] == "REPAIR_TOO_EARLY"
    assert "2027-01-01" in listed[str(early)]["refusal"]["zh"]


async def test_an_application_shows_its_documents_its_state_and_the_day_it_must_be_relayed(
    applicant, apply, penalty
):
    asked = await apply()
    assert (asked["state"]["code"], asked["waitsFor"]["zh"]) == ("FILED", "平台转送")
    assert [one["kind"]["code"] for one in asked["documents"]] == ["proof", "commitment"]
    assert asked["dueAt"] is not None
    (listed,) = (await applicant.get("/repairs")).json()["items"]
    assert listed == asked
    (record,) = (await applicant.get("/repairs/records")).json()["items"]
    assert (record["recordId"], record["asked"]) == (penalty, True)

    back = await applicant.write(f"/repairs/{asked['id']}/withdrawal", None)
    assert (back["state"]["code"], back["waitsFor"]) == ("WITHDRAWN", None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html>", "DOCUMENT_TYPE"),
        (b"", "DOCUMENT_TOO_LARGE"),
        (b"%PDF-" + bytes(MAX_DOCUMENT_BYTES - 4), "DOCUMENT_TOO_LARGE"),
    ],
)
async def test_a_document_of_another_type_or_size_is_refused_by_name(
    applicant, admin, content, code
):
    before = await contents(admin)
    body = {"kind": "proof", "name": "x.pdf", "content": base64.b64encode(content).decode()}
    refused = await applicant.post("/repairs/documents", body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert refused.json()["field"] == "content"
    assert await changed(admin, before) == set()


async def test_the_largest_document_is_taken(put_down):
    assert await put_down(content=b"%PDF-" + bytes(MAX_DOCUMENT_BYTES - 5))


async def test_what_is_another_subjects_cannot_be_found(stranger, apply, penalty, put_down):
    asked = await apply()
    refused = await stranger.post(f"/repairs/{asked['id']}/withdrawal", None)
    assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")
    body = {"recordId": penalty, "statement": STATEMENT, "documents": []}
    refused = await stranger.post("/repairs", body)
    assert (refused.status_code, refused.json()["field"]) == (404, "recordId")
    assert (await stranger.get("/repairs")).json()["items"] == []


async def test_a_missing_document_is_told_beside_the_documents(applicant, penalty, put_down):
    body = {"recordId": penalty, "statement": STATEMENT, "documents": [await put_down()]}
    refused = (await applicant.post("/repairs", body)).json()
    assert (refused["code"], refused["field"]) == ("REPAIR_DOCUMENT_MISSING", "documents")
    assert "信用承诺书" in refused["detail"]
