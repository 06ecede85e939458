"""A bank's sandbox: marked and counted for nothing at the operator's desk, and a page of its own at the bank's."""

import pytest
from oauth_client import new_key, public_jwks
from small_sandbox import build_sandbox

from suxin.consent.oauth.clients import ClientDraft, register_client
from suxin.kernel.actor import Actor
from suxin.lending.commands.referrals import accept_referral
from suxin.sandboxes.conduct import Seen, add_conduct
from suxin.sandboxes.models import Conduct, SandboxOutcome
from suxin_tenants import PROFILES


@pytest.fixture
async def sandbox(desks):
    return await build_sandbox(desks.city)


async def test_a_sandbox_is_marked_and_counts_for_nothing(desks, sandbox, words):
    tried = await sandbox.submit()
    [referral] = tried.referrals
    await sandbox.act(accept_referral, referral_id=referral.id)
    desk = await desks.operator()
    listed = await desk.get("/desk/tenants?q=%E6%B2%99%E7%AE%B1")
    assert listed.count('data-testid="tenant-row"') == 1
    assert "银行 沙箱" in words(listed)
    assert "银行 沙箱" in words(await desk.get(f"/desk/tenants/{sandbox.bank.tenant_id}"))
    real = desks.city.banks[0].tenant_id
    assert "沙箱" not in words(await desk.get(f"/desk/tenants/{real}"))
    levels = words(await desk.get("/desk/service-levels?days=7"))
    assert "受理 0 联系 0" in levels
    assert "一行沙箱" not in levels


async def test_its_administrator_plays_moves_the_clock_and_reads_the_report(
    desks, sandbox, words, admin
):
    desk = await desks.of("bank_admin", sandbox.bank.tenant_id)
    page = await desk.get("/desk/sandbox")
    assert page.count('data-testid="sandbox-applicant"') == len(SandboxOutcome)
    assert "0 天 0 小时 0 分" in words(page)
    assert "还没有接口客户端" in page
    never = sandbox.cast[SandboxOutcome.NEVER_ANSWERS]
    page = await desk.done("/desk/sandbox/events", applicant=str(never.id))
    assert "申请人已办理" in page
    referral_id = await admin.fetchval(
        "select referral_id from sandbox_applicants where id = $1", never.id
    )
    number = await admin.fetchval(
        "select lead_number from sandbox_applicants where id = $1", never.id
    )
    assert number in words(page)
    # An administrator may not open it, so that nothing leads him there.
    assert f"/desk/referrals/{referral_id}" not in page
    page = await desk.done("/desk/sandbox/clock", by="week")
    assert "7 天 0 小时 0 分" in words(page)
    await sandbox.work()
    assert (
        await admin.fetchval("select state from referrals where id = $1", referral_id) == "LAPSED"
    )
    # What he cannot do is said on the page.
    told = await desk.done("/desk/sandbox/events", applicant=str(never.id), event="ACCEPT_OFFER")
    assert "没有可供办理的待接受的报价" in told
    client = await sandbox.act(
        register_client,
        draft=ClientDraft(
            name="核心系统",
            grant_types=("client_credentials",),
            scopes=[],
            jwks=public_jwks(new_key()),
        ),
        profiles=PROFILES,
    )
    seen = {
        Seen(sandbox.bank.tenant_id, client.id, Conduct.SENT_TRUSTED): 4,
        Seen(sandbox.bank.tenant_id, client.id, Conduct.EXHAUSTED_BUDGET): 1,
    }
    system = Actor.system("test")
    async with sandbox.city.database.transaction(system, now=sandbox.now) as session:
        await add_conduct(session, seen)
    report = words(await desk.get("/desk/sandbox"))
    assert "只发送可信文档 发送过自拟文档即不通过 通过 4 0" in report
    assert "未通过 4 1" in report
    assert "平台无从得知" in report


async def test_nobody_else_has_the_page(desks, sandbox, words):
    real = await desks.of("bank_admin")
    assert "仅沙箱可用" in words(await real.get("/desk/sandbox", status=403))
    assert "/desk/sandbox" not in await real.get("/desk/clients")
    officer = await desks.officer(sandbox.bank)
    await officer.get("/desk/sandbox", status=403)
    assert "/desk/sandbox" not in await officer.get("/desk/account")
    answer = await real.post("/desk/sandbox/clock", by="day")
    assert answer.status_code == 403
