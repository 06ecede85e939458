"""Guarantees at three desks: the bank asks, the guarantor answers by two people with a fresh code, the operator sets the limits."""

from datetime import timedelta

import pytest
from small_claims import code_at, enrol
from small_guarantees import build_guarantor, guaranteed, guarantors
from small_pools import build_pool, signed

from suxin.risk_pool.agreements import AgreementTerms, Shares
from suxin.tenancy.profiles import TenantKind
from suxin_web.csrf import token_for


@pytest.fixture
async def guarantor(desks):
    return await build_guarantor(desks.city)


async def approver_of(desks, guarantor):
    """Return the desk of an approver with a second factor, and his secret."""
    desk = await desks.of("guarantee_approver", guarantor.tenant_id)
    staff = guarantors(guarantor.tenant_id, 9)
    object.__setattr__(staff, "staff_id", desk.staff_id)
    return desk, await enrol(desks.city, staff, now=desks.city.now)


async def answered_at_desk(desks, guarantor, words):
    """Let the guarantor come to know the applicant, and bind itself by two people; return the approver's desk."""
    underwriter = await desks.of("underwriter", guarantor.tenant_id)
    queue = words(await underwriter.get("/desk/guarantees"))
    assert "宿迁第一商业银行" in queue
    (request,) = await guarantor.requests()
    here = f"/desk/guarantees/{request.id}"
    blind = words(await underwriter.get(here))
    assert "未授权" in blind
    assert "沭河木业" not in blind
    assert "已向申请人征求授权" in words(await underwriter.done(f"{here}/ask-applicant"))
    await guarantor.permit_waiting()
    assert "宿迁市沭河木业有限公司" in words(await underwriter.get(here))
    day = desks.city.now.date()
    letter = {
        "letterNumber": "担保函-1",
        "feeBps": "1",
        "startsOn": day.isoformat(),
        "opinion": "同意",
    }
    late = await underwriter.post(f"{here}/underwrite", **letter, endsOn=day.isoformat())
    assert (late.status_code, "届满日应晚于起始日" in late.text) == (422, True)
    until = (day + timedelta(days=400)).isoformat()
    done = words(await underwriter.done(f"{here}/underwrite", **letter, endsOn=until))
    assert "待批准" in done
    approver, secret = await approver_of(desks, guarantor)
    page = words(await approver.done(f"{here}/approve", code=code_at(secret, desks.clock.moment)))
    assert "担保承诺已生效" in page
    return approver


async def test_a_guarantee_goes_from_the_banks_desk_to_the_contract(desks, guarantor, words):
    offer_id = await guaranteed(desks.city)
    officer = await desks.officer()
    at = f"/desk/offers/{offer_id}/guarantee"
    wrong = await officer.post(at, guarantorId=str(guarantor.tenant_id), shareBps="90")
    assert (wrong.status_code, "担保比例应在 0.01% 至 80% 之间" in wrong.text) == (422, True)
    page = words(await officer.done(at, guarantorId=str(guarantor.tenant_id), shareBps="80"))
    assert "第一融资担保有限公司（测试） 待审查" in page
    contract = await officer.post(f"/desk/offers/{offer_id}/contract", contractNumber="HT-D-1")
    assert "须先取得有效的担保承诺" in contract.text
    approver = await answered_at_desk(desks, guarantor, words)
    held = words(await approver.get("/desk/commitments-held"))
    assert "320,000.00" in held
    assert "4,000,000.00" in held
    signed_page = await officer.done(f"/desk/offers/{offer_id}/contract", contractNumber="HT-D-1")
    assert "HT-D-1" in signed_page


async def test_who_underwrote_is_told_that_another_approves_and_a_no_gives_its_reason(
    desks, guarantor, words
):
    request = await guarantor.asked()
    underwriter = await desks.of("underwriter", guarantor.tenant_id)
    here = f"/desk/guarantees/{request.id}"
    empty = await underwriter.post(f"{here}/decline", reason="", note="")
    assert empty.status_code == 422
    page = words(await underwriter.done(f"{here}/decline", reason="risk_too_high", note="负债偏高"))
    assert "不予担保：负债偏高" in page
    officer = await desks.officer()
    told = words(await officer.get(f"/desk/offers/{request.offer_id}/guarantee"))
    assert "风险过高" in told
    again = await guarantor.committed(request.offer_id)
    page = words(
        await officer.done(f"/desk/offers/{again.offer_id}/guarantee/withdraw", note="改用抵押")
    )
    assert "银行撤回" in page


async def test_the_operator_sets_limits_and_sees_every_request(desks, words):
    tenant_id = await desks.tenant(TenantKind.GUARANTOR)
    operator = await desks.operator()
    assert "未设定" in words(await operator.get("/desk/guarantors"))
    at = f"/desk/guarantors/{tenant_id}"
    figures = {"form": "insurer", "netAssetsFen": "400", "multiple": "16", "clientBps": "10"}
    wrong = await operator.post(f"{at}/limits", **figures)
    assert (wrong.status_code, "应为 1 至 15 的整数" in wrong.text) == (422, True)
    page = words(await operator.done(f"{at}/limits", **(figures | {"multiple": "15"})))
    for shown in ("保证保险公司", "60,000,000.00", "400,000.00"):
        assert shown in page
    auditor = await desks.operator("auditor")
    assert (await auditor.post(f"{at}/limits", **figures)).status_code == 403
    assert "设定限额" not in words(await auditor.get(at))


async def test_a_guarantor_answers_an_agreement_at_its_desk(desks, guarantor, words):
    small = await build_pool(desks.city)
    agreement = await signed(
        desks.city,
        small.pool.id,
        desks.city.banks[0],
        terms=AgreementTerms(shares=Shares(4_000, 2_000, 4_000)),
        guarantor_id=guarantor.tenant_id,
    )
    admin = await desks.of("guarantor_admin", guarantor.tenant_id)
    page = words(await admin.get("/desk/guaranteed-agreements"))
    assert "本机构 40" in page
    done = words(await admin.done(f"/desk/guaranteed-agreements/{agreement.id}/accept"))
    assert "已接受" in done
    operator = await desks.operator()
    shown = words(await operator.get(f"/desk/pool-agreements/{agreement.id}"))
    assert "宿迁市第一融资担保有限公司（测试）" in shown
    viewer = await desks.of("viewer", guarantor.tenant_id)
    assert (await viewer.client.get("/desk/guaranteed-agreements")).status_code == 403


async def test_a_guarantors_desk_has_its_own_pages_and_no_others(desks, guarantor, page_of):
    request = await guarantor.committed()
    admin = await desks.of("guarantor_admin", guarantor.tenant_id)
    underwriter = await desks.of("underwriter", guarantor.tenant_id)
    assert (await admin.client.get("/desk")).headers["location"] == "/desk/guarantees"
    shown = [
        (admin, "/desk/guarantees"),
        (admin, "/desk/guaranteed-agreements"),
        (underwriter, f"/desk/guarantees/{request.id}"),
        (underwriter, "/desk/commitments-held"),
        (await desks.officer(), f"/desk/offers/{request.offer_id}/guarantee"),
        (await desks.operator(), f"/desk/guarantors/{guarantor.tenant_id}"),
    ]
    for desk, path in shown:
        page = page_of(await desk.get(path))
        assert len(page.headings) == 1
        assert not page.unlabelled, path
        assert not page.inline, path
        assert len(page.ids) == len(set(page.ids)), path
        assert not page.posts_without_token, path
    for path in ("/desk/loans", "/desk/referrals", "/desk/guarantors", "/desk/risk-pools"):
        assert (await admin.client.get(path)).status_code == 404
    assert token_for(admin.token)
