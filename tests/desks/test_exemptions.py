"""An exemption in the credit office's queue: its deadline and evidence are shown, two people let the record count no more."""

from small_cases import colleague

from suxin.review.deciding import accept_case
from suxin.rights.exemptions import request_exemption
from suxin.rights.kinds import EXEMPTION

PLACE = "/desk/cases"


async def test_an_exemption_is_queued_by_its_deadline_and_decided_by_two(
    desks, small_city, places, admin, words
):
    one, other = [await desks.operator("credit_office") for _ in range(2)]
    record_id = await admin.fetchval(
        "update credit_records set polarity = 'negative' where item_code = 'TAX-GRADE' returning id"
    )
    case = await small_city.act(
        request_exemption,
        small_city.applicant,
        record_id=record_id,
        reason="受灾停产",
        evidence="应急管理局灾情证明 2026-7",
    )
    await small_city.act(accept_case, colleague(small_city), kind=EXEMPTION, case_id=case.id)
    at = f"{PLACE}/{case.id}"

    row = (await one.get(PLACE)).split(f'data-href="{at}"')[1].split("</tr>")[0]
    # Filed on a Friday: the seventh working day after it is the Tuesday of the week after next.
    for shown in ("信用豁免申请", "纳税信用级别", "剩 11 天"):
        assert shown in words(row), shown
    page = words(await one.get(at))
    for shown in ("受灾停产", "应急管理局灾情证明 2026-7", "A 级", "答复期限"):
        assert shown in page, shown

    await one.done(f"{at}/grant", reason="情况属实")
    assert await _status(admin, record_id) == "active"
    assert "予以豁免 情况属实" in words(await other.done(f"{at}/uphold"))
    assert await _status(admin, record_id) == "exempted"


async def _status(admin, record_id):
    return await admin.fetchval("select status from credit_records where id = $1", record_id)
