"""A bank's sandbox at the operator's desk: marked where organisations are listed, and no part of what is counted of banks."""

from dataclasses import replace

from small_city import BANK_USCCS, Bank, product_draft

from suxin.kernel.ids import new_id
from suxin.lending.commands.products import draft_product, publish_product
from suxin.lending.commands.referrals import accept_referral
from suxin.tenancy.commands import create_tenant
from suxin.tenancy.profiles import TenantKind
from suxin_tenants import PROFILES


async def test_a_sandbox_is_marked_and_counts_for_nothing(desks, admin, words):
    city = desks.city
    tenant_id = await city.act(
        create_tenant,
        city.operator,
        kind=TenantKind.BANK,
        name="宿迁第一商业银行（试用）",
        short_name="一行试用",
        uscc=BANK_USCCS[0],
        contact="95000",
        area_code="321302",
        profiles=PROFILES,
        sandbox=True,
    )
    bank = Bank(tenant_id=tenant_id, staff_id=new_id(), product_id=new_id())
    officer = replace(bank.officer, sandbox_id=tenant_id)
    product = await city.act(draft_product, officer, draft=product_draft(), profiles=PROFILES)
    await city.act(publish_product, officer, product_id=product.id)
    tried = await city.submit(actor=replace(city.applicant, sandbox_id=tenant_id))
    [referral] = tried.referrals
    await city.act(accept_referral, officer, referral_id=referral.id)
    desk = await desks.operator()
    listed = await desk.get("/desk/tenants?q=%E8%AF%95%E7%94%A8")
    assert listed.count('data-testid="tenant-row"') == 1
    assert "银行 沙箱" in words(listed)
    assert "银行 沙箱" in words(await desk.get(f"/desk/tenants/{tenant_id}"))
    assert "沙箱" not in words(await desk.get(f"/desk/tenants/{city.banks[0].tenant_id}"))
    levels = words(await desk.get("/desk/service-levels?days=7"))
    assert "受理 0 联系 0" in levels
    assert "一行试用" not in levels
