"""A claim's guarantor at three desks: it answers with a fresh code, pays, and bank and operator see what it said."""

from datetime import timedelta

import pytest
from small_claims import code_at, enrol
from small_guarantees import guarantors
from small_parts import PRINCIPAL_FEN, build_parts

from suxin.kernel.working_days import local_day

PART = "160,000.00"


@pytest.fixture
async def small(desks):
    return await build_parts(desks.city)


async def approver_of(desks, small):
    """Return the desk of an approver with a second factor, and his secret."""
    desk = await desks.of("guarantee_approver", small.guarantor.tenant_id)
    staff = guarantors(small.guarantor.tenant_id, 9)
    object.__setattr__(staff, "staff_id", desk.staff_id)
    return desk, await enrol(desks.city, staff, now=desks.city.now)


async def test_the_guarantor_agrees_pays_and_the_bank_confirms(desks, small, words):
    claim, part = await small.submitted()
    desks.clock.moment = small.claims.now
    approver, secret = await approver_of(desks, small)
    queue = words(await approver.get("/desk/guarantor-parts"))
    assert ("宿迁第一商业银行" in queue, PART in queue) == (True, True)
    here = f"/desk/guarantor-parts/{part.id}"
    page = words(await approver.get(here))
    for shown in ("担保函-1", "电话催收", "承诺还款", "待答复"):
        assert shown in page
    empty = await approver.post(f"{here}/refuse", refusal="", note="")
    assert empty.status_code == 422
    wrong = await approver.post(f"{here}/agree", code="000000")
    assert wrong.status_code == 422
    page = words(await approver.done(f"{here}/agree", code=code_at(secret, desks.clock.moment)))
    assert "已同意分担" in page
    await small.claims.passed_on(claim)
    await small.claims.approve_twice(claim)
    desks.clock.moment = small.claims.now
    await paid_at_desks(desks, small, words, claim, here)


async def paid_at_desks(desks, small, words, claim, here):
    """Let the guarantor note its payment, and the bank confirm it; the operator sees both."""
    payer = await desks.of("underwriter", small.guarantor.tenant_id)
    paid = {"reference": "DK-1", "amountFen": "160000.01"}
    day = local_day(desks.clock.moment).isoformat()
    much = await payer.post(f"{here}/pay", **paid, paidOn=day)
    assert (much.status_code, "当前应付 160,000.00 元" in much.text) == (422, True)
    page = words(await payer.done(f"{here}/pay", **(paid | {"amountFen": "160000"}), paidOn=day))
    assert "待收款方确认" in page
    bank = await desks.officer()
    at = f"/desk/claims/{claim.id}"
    page = words(await bank.get(at))
    assert ("担保机构分担" in page, "DK-1" in page) == (True, True)
    (transfer,) = await small.transfers()
    other = await bank.post(f"{at}/confirm-transfer", transferId=str(transfer.id), gotFen="1")
    assert (other.status_code, "与到账金额不符" in other.text) == (422, True)
    page = words(
        await bank.done(f"{at}/confirm-transfer", transferId=str(transfer.id), gotFen="160000")
    )
    assert "已到账" in page
    operator = await desks.operator("auditor")
    page = words(await operator.get(f"/desk/pool-claims/{claim.id}"))
    assert ("同意分担" in page, "DK-1" in page) == (True, True)


async def test_a_refusal_is_read_at_all_desks_and_a_viewer_answers_nothing(desks, small, words):
    claim, part = await small.submitted()
    desks.clock.moment = small.claims.now
    viewer = await desks.of("viewer", small.guarantor.tenant_id)
    here = f"/desk/guarantor-parts/{part.id}"
    assert "不同意分担" not in words(await viewer.get(here)).partition("担保机构分担")[2]
    answer = {"refusal": "terms_not_kept", "note": "未按约定通知本机构"}
    assert (await viewer.post(f"{here}/refuse", **answer)).status_code in {403, 422}
    approver, _ = await approver_of(desks, small)
    page = words(await approver.done(f"{here}/refuse", **answer))
    assert "银行未按约定办理：未按约定通知本机构" in page
    officer, operator = await desks.officer(), await desks.operator("auditor")
    for desk, at in ((officer, "claims"), (operator, "pool-claims")):
        assert "未按约定通知本机构" in words(await desk.get(f"/desk/{at}/{claim.id}"))


async def test_who_receives_a_part_of_a_recovery_confirms_it(desks, small, words):
    claim, part = await small.paid_by_pool()
    await small.confirmed(await small.noted(part, part.amount_fen))
    await small.claims.recover(await small.claims.stored(claim), PRINCIPAL_FEN // 4)
    desks.clock.moment = small.claims.now + timedelta(minutes=1)
    desk = await desks.of("underwriter", small.guarantor.tenant_id)
    here = f"/desk/guarantor-parts/{part.id}"
    assert "追偿分配到账" in words(await desk.get(here))
    transfer = (await small.transfers())[0]
    page = words(await desk.done(f"{here}/confirm", transferId=str(transfer.id), gotFen="40000"))
    assert "追偿分配已确认到账" in page
