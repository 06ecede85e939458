"""Who may open which page; and that every page that opens is sound HTML."""

import httpx
import pytest
from arrangements import arrangement_2027
from observing import nothing_written

from suxin.kernel.calendars import load_arrangement
from suxin.tenancy.commands import suspend_tenant
from suxin.tenancy.profiles import TenantKind

BANK_PAGES = (
    "/desk/referrals",
    "/desk/pool",
    "/desk/products",
    "/desk/products/new",
    "/desk/staff",
    "/desk/notices",
)
OPERATOR_PAGES = (
    "/desk/tenants",
    "/desk/tenants/new",
    "/desk/service-levels",
    "/desk/audit",
    "/desk/areas",
    "/desk/calendar",
    "/desk/cases",
    "/desk/breaches",
    "/desk/ingestion",
    "/desk/catalogue",
)


async def statuses(desk, pages):
    return [(await desk.client.get(page)).status_code for page in pages]


@pytest.mark.parametrize(
    ("role", "expected", "first"),
    [
        ("loan_officer", [200, 200, 200, 403, 403, 200], "/desk/referrals"),
        ("product_manager", [403, 403, 200, 200, 403, 200], "/desk/products"),
        ("bank_admin", [403, 403, 200, 200, 200, 200], "/desk/products"),
        ("viewer", [200, 200, 200, 403, 403, 200], "/desk/referrals"),
    ],
)
async def test_bank_staff_open_the_pages_of_their_role(desks, role, expected, first):
    desk = await desks.of(role)
    assert await statuses(desk, BANK_PAGES) == expected
    assert await statuses(desk, OPERATOR_PAGES) == [404] * len(OPERATOR_PAGES)
    assert (await desk.client.get("/desk")).headers["location"] == first


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("operator_admin", [200, 200, 200, 200, 200, 200, 200, 200, 200, 200]),
        ("credit_office", [200, 403, 200, 200, 200, 200, 200, 403, 200, 200]),
        ("auditor", [200, 403, 200, 200, 200, 200, 200, 403, 200, 200]),
    ],
)
async def test_operator_staff_open_the_pages_of_their_role(desks, role, expected):
    desk = await desks.operator(role)
    assert await statuses(desk, OPERATOR_PAGES) == expected
    assert await statuses(desk, BANK_PAGES[:4]) == [404] * 4
    assert (await desk.client.get("/desk")).headers["location"] == "/desk/tenants"


@pytest.mark.parametrize(
    ("kind", "role", "named"),
    [
        (TenantKind.MERCHANT, "merchant_admin", "商户工作台"),
        (TenantKind.ATTRACTION, "attraction_admin", "景区工作台"),
        (TenantKind.VILLAGE_GRID, "village_admin", "村居工作台"),
    ],
)
async def test_other_houses_have_a_home_a_staff_page_and_notices(desks, kind, role, named):
    desk = await desks.of(role, await desks.tenant(kind))
    home = await desk.get("/desk")
    for shown in (named, f"宿迁测试{kind.value}", "0527-1", "员工1"):
        assert shown in home
    assert await statuses(desk, ("/desk/staff", "/desk/notices")) == [200, 200]
    assert await statuses(desk, BANK_PAGES[:4] + OPERATOR_PAGES) == [404] * 14


async def test_pages_are_sound(desks, places, page_of):
    referral_id = await desks.referred(consented=True)
    product_id = desks.city.banks[0].product_id
    officer, product_manager = await desks.officer(), await desks.of("product_manager")
    await officer.post(f"/desk/referrals/{referral_id}/accept")
    admin, operator = await desks.of("bank_admin"), await desks.operator()
    newcomer = await desks.of("viewer", temporary=True)
    shown = (
        (
            officer,
            "/desk/referrals",
            "/desk/pool",
            f"/desk/referrals/{referral_id}",
            f"/desk/referrals/{referral_id}/offer",
            "/desk/notices",
        ),
        (
            product_manager,
            "/desk/products",
            "/desk/products/new",
            f"/desk/products/{product_id}",
            f"/desk/products/{product_id}/edit",
        ),
        (
            admin,
            "/desk/staff",
            f"/desk/staff/{admin.staff_id}",
            f"/desk/staff/{officer.staff_id}",
            "/desk/branches",
            "/desk/account",
            "/desk/explorer",
            f"/desk/products/{product_id}",
        ),
        (newcomer, "/desk/account"),
        (
            operator,
            *OPERATOR_PAGES,
            f"/desk/tenants/{admin.tenant_id}",
            "/desk/areas?within=321302",
            "/desk/areas?q=%E6%B2%AD",
            "/desk/calendar/2027",
            "/desk/service-levels/escalations",
            "/desk/audit?q=%E4%B8%80",
        ),
    )
    await desks.city.act(load_arrangement, desks.city.operator, arrangement=arrangement_2027())
    seen = 0
    for desk, *paths in shown:
        for path in paths:
            page = page_of(await desk.get(path))
            assert (path, len(page.headings), page.lang) == (path, 1, "zh-CN")
            assert page.headings[0], path
            assert (path, page.unlabelled, page.inline) == (path, [], [])
            assert (path, page.posts_without_token) == (path, 0)
            assert (path, sorted(page.ids)) == (path, sorted(set(page.ids)))
            seen += 1
    assert seen == 33


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/desk/referrals/not-an-id", 404),
        ("/desk/referrals/00000000-0000-7000-8000-000000000000", 404),
        ("/desk/nothing-here", 404),
        ("/desk/referrals?state=%00&after=%27&before=1", 200),
        ("/desk/products?state=%F0%9F%8C%BE", 200),
        ("/desk/products/criteria?addKind=%00", 200),
    ],
)
async def test_odd_addresses_are_answered_calmly(desks, path, status):
    desk = await desks.of("product_manager")
    if path.startswith("/desk/referrals"):
        desk = await desks.officer()
    await desk.get(path, status=status)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/desk/staff", 403),
        ("/desk/nothing-here", 404),
        ("/desk/referrals/not-an-id", 404),
        ("/desk/referrals/00000000-0000-7000-8000-000000000000", 404),
    ],
)
async def test_an_error_stands_in_the_desks_frame(desks, page_of, path, status):
    officer = await desks.officer()
    text = await officer.get(path, status=status)
    page = page_of(text)
    assert (len(page.headings), page.unlabelled, page.inline) == (1, [], [])
    assert 'href="/desk/referrals"' in text
    assert "员工1" in text
    assert '<a class="button" href="/desk">返回工作台</a>' in text
    assert "返回首页" not in text
    part = await officer.client.get(path, headers={"HX-Request": "true"})
    assert "<nav" not in part.text


async def test_whoever_has_no_desk_gets_a_plain_error_page(desks):
    transport = httpx.ASGITransport(desks.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://suxin.test") as stranger:
        answer = await stranger.get("/desk/nothing-here")
        wrong = await stranger.put("/desk/log-in")
        elsewhere = await stranger.get("/nothing-here", headers={"Accept": "text/html"})
    assert (answer.status_code, "<nav" in answer.text) == (404, False)
    assert "返回工作台" in answer.text
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, OPTIONS")
    assert '<a class="button" href="/">返回首页</a>' in elsewhere.text


async def test_without_a_session_one_is_sent_to_the_log_in(desks):
    transport = httpx.ASGITransport(desks.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://suxin.test") as stranger:
        answer = await stranger.get("/desk/referrals?state=overdue")
        part = await stranger.get("/desk/referrals/counts", headers={"HX-Request": "true"})
    assert answer.status_code == 303
    assert answer.headers["location"] == ("/desk/log-in?next=%2Fdesk%2Freferrals%3Fstate%3Doverdue")
    assert part.status_code == 401
    assert part.headers["hx-redirect"].startswith("/desk/log-in")


async def test_a_suspended_tenant_is_refused_from_its_next_request_on(desks, admin):
    desk, referral_id = await desks.officer(), await desks.referred()
    await desks.city.act(
        suspend_tenant, desks.city.operator, tenant_id=desk.tenant_id, reason="整改"
    )
    async with nothing_written(admin):
        assert (await desk.client.get("/desk/referrals")).status_code == 403
        answer = await desk.post(f"/desk/referrals/{referral_id}/accept")
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/desk/referrals/{referral}/accept", {}),
        ("/desk/referrals/{referral}/decline", {"reason": "OVER_INDEBTED"}),
        ("/desk/referrals/{referral}/identity", {}),
        ("/desk/referrals/{referral}/offer", {"amount": "10"}),
        ("/desk/offers/preview", {}),
        ("/desk/notices/read", {}),
    ],
)
async def test_a_form_without_its_token_is_refused(desks, admin, path, fields):
    desk, referral_id = await desks.officer(), await desks.referred(consented=True)
    address = path.format(referral=referral_id)
    async with nothing_written(admin):
        for token in (None, "", "x" * 43):
            answer = await desk.post(address, _csrf=token, **fields)
            assert (answer.status_code, "CSRF_REFUSED" in answer.text) == (403, True)
