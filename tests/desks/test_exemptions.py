"""An exemption in the credit office's queue: its deadline and evidence are shown, two people let the record count no more."""

from small_cases import colleague

from suxin.review.deciding import accept_case
from suxin.review.documents import put_down_evidence
from suxin.rights.exemptions import request_exemption
from suxin.rights.kinds import EXEMPTION

PLACE = "/desk/cases"
PDF = b"%PDF-1.7 a certificate"


async def test_an_exemption_is_queued_by_its_deadline_and_decided_by_two(
    desks, small_city, places, admin, words
):
    one, other = [await desks.operator("credit_office") for _ in range(2)]
    record_id = await admin.fetchval(
        "update credit_records set polarity = 'negative' where item_code = 'TAX-GRADE' returning id"
    )
    document_id = await small_city.act(
        put_down_evidence,
        small_city.applicant,
        name="灾情 证明.pdf",
        content=PDF,
        sealer=small_city.sealer,
    )
    case = await small_city.act(
        request_exemption,
        small_city.applicant,
        record_id=record_id,
        reason="受灾停产",
        evidence="应急管理局灾情证明 2026-7",
        document_ids=[document_id],
    )
    await small_city.act(accept_case, colleague(small_city), kind=EXEMPTION, case_id=case.id)
    at = f"{PLACE}/{case.id}"

    row = (await one.get(PLACE)).split(f'data-href="{at}"')[1].split("</tr>")[0]
    # Filed on a Friday: the seventh working day after it is the Tuesday of the week after next.
    for shown in ("信用豁免申请", "纳税信用级别", "剩 11 天"):
        assert shown in words(row), shown
    page = words(await one.get(at))
    for shown in ("受灾停产", "应急管理局灾情证明 2026-7", "A 级", "答复期限", "灾情 证明.pdf"):
        assert shown in page, shown

    await _opened(one, f"{at}/documents/{document_id}", admin)
    bank = await desks.officer()
    await bank.get(f"{at}/documents/{document_id}", status=404)
    await one.get(f"{at}/documents/{case.id}", status=404)

    await one.done(f"{at}/grant", reason="情况属实")
    assert await _status(admin, record_id) == "active"
    assert "予以豁免 情况属实" in words(await other.done(f"{at}/uphold"))
    assert await _status(admin, record_id) == "exempted"


async def _opened(desk, at, admin):
    """Open a document as a file; the person finds that it was, and nobody else's desk opens it."""
    answer = await desk.client.get(at)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert (
        "filename*=UTF-8''%E7%81%BE%E6%83%85%20%E8%AF%81%E6%98%8E.pdf"
        in (answer.headers["content-disposition"])
    )
    found = await admin.fetchrow(
        "select staff_id, purpose, fields from audit_entries where object_type = 'case_document' and purpose is not null"
    )
    assert tuple(found) == (desk.staff_id, "rights.case", ["document"])


async def _status(admin, record_id):
    return await admin.fetchval("select status from credit_records where id = $1", record_id)
