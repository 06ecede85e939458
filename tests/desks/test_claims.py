"""Claims at both desks: dossier and gaps, two people with fresh codes, the letter, the statement, and the reconciliation."""

from datetime import timedelta
from uuid import uuid4

import pytest
from observing import nothing_written
from small_claims import build_claims, code_at, enrol

from suxin.kernel.actor import Actor, ActorKind
from suxin_server.pool_keeping import reconcile_pools
from suxin_web.csrf import token_for

POOL_FEN = 53_200_000


@pytest.fixture
async def claims(desks):
    claims = await build_claims(desks.city)
    desks.clock.moment = claims.now
    return claims


class People:
    """The operator's people who approve, each with his secret."""

    def __init__(self, desks, claims):
        self.desks, self.claims = desks, claims

    async def of(self, role):
        desk = await self.desks.operator(role)
        staff = Actor(
            kind=ActorKind.OPERATOR,
            request_id="test",
            tenant_id=desk.tenant_id,
            tenant_kind="operator",
            staff_id=desk.staff_id,
        )
        return desk, await enrol(self.claims.city, staff, now=self.claims.now)


async def test_a_claim_goes_from_its_dossier_to_its_reconciliation(desks, claims, words):
    desk = await desks.officer()
    shown = words(await desk.get("/desk/claims"))
    assert f"{claims.loan.contract_number}" in shown
    assert "汇总代偿材料" in shown
    page = words(await desk.done(f"/desk/claims/of/{claims.loan.id}"))
    assert "还需登记 3 次逾期后的催收 COLLECTIONS_MISSING" in page
    claim_id = (await claims.claim()).id
    at = f"/desk/claims/{claim_id}"
    page = words(await desk.done(f"{at}/rework", depositFen="40000"))
    assert "损失 760,000.00元 资金池承担 532,000.00元 银行承担 228,000.00元" in page
    day = f"{(claims.now + timedelta(hours=8)):%Y-%m-%d}"
    for _ in range(3):
        page = await desk.done(f"{at}/collect", kind="call", result="promised", attemptedOn=day)
    assert "材料齐全" in words(page)
    assert "已提交" in words(await desk.done(f"{at}/submit"))

    checker = await approved_at_desks(desks, claims, words, claim_id)
    (payment,) = await claims.payments(await claims.claim())
    letter = words(await checker.get(f"/desk/pool-payments/{payment.id}/letter"))
    assert "附言 代偿〔2027〕1号" in letter

    content = claims.statement(("LS-1", "DBIT", POOL_FEN, "代偿〔2027〕1号"))
    answer = await send(checker, content, claims.pool.pool.id)
    assert answer.status_code == 303, answer.text[-900:]
    await claims.match()
    page = words(await checker.get(answer.headers["location"]))
    assert "待匹配 0 已匹配 1 已搁置 0" in page
    assert "已代偿" in words(await desk.get(at))
    await shows_what_the_night_found(desks, claims, words, checker)
    page = words(
        await desk.done(
            f"{at}/recover",
            reference="ZS-1",
            receivedFen="200000",
            costFen="20000",
            recoveredOn=day,
        )
    )
    assert "200,000.00元 20,000.00元 126,000.00元 54,000.00元 待划入资金池" in page


async def shows_what_the_night_found(desks, claims, words, checker):
    """Look at the reconciliation before and after a night."""
    page = words(await checker.get("/desk/reconciliation"))
    assert "468,000.00元 468,000.00元 0.00元" in page
    assert "还没有核对过的日子" in page
    await reconcile_pools(desks.city.database, now=claims.now)
    page = words(await checker.get("/desk/reconciliation"))
    assert "一致 468,000.00元 468,000.00元 0.00元 0 项 0.00元" in page


async def approved_at_desks(desks, claims, words, claim_id):
    """Check a claim and approve it twice, each at his own desk; return the desk of whoever checked."""
    people = People(desks, claims)
    checker = await desks.operator()
    fund, fund_secret = await people.of("fund_manager")
    bureau, bureau_secret = await people.of("finance_bureau")
    pool_at = f"/desk/pool-claims/{claim_id}"
    assert "待核对 1" in words(await checker.get("/desk/pool-claims"))
    await checker.done(f"{pool_at}/take-up")
    await checker.done(f"{pool_at}/pass-on")
    page = words(
        await fund.done(
            f"{pool_at}/approve", place="fund_manager", code=code_at(fund_secret, claims.now)
        )
    )
    assert "第一道审批 岗位 基金管理机构" in page
    page = words(
        await bureau.done(
            f"{pool_at}/approve", place="finance_bureau", code=code_at(bureau_secret, claims.now)
        )
    )
    assert "已批准，待付款" in page
    return checker


async def test_what_is_wrong_stands_beside_its_field_and_changes_nothing(desks, claims, admin):
    claim = await claims.reviewed()
    fund, secret = await People(desks, claims).of("fund_manager")
    without = await desks.operator("fund_manager")
    at = f"/desk/pool-claims/{claim.id}/approve"
    async with nothing_written(admin):
        answer = await fund.post(at, place="fund_manager", code="")
        assert (answer.status_code, 'id="e-code"' in answer.text) == (422, True)
        answer = await without.post(at, place="fund_manager", code="123456")
        assert "启用" in answer.text
        answer = await fund.post(f"/desk/pool-claims/{claim.id}/return", note="")
        assert 'id="e-note"' in answer.text
        answer = await fund.post(at, place="finance_bureau", code=code_at(secret, claims.now))
        assert answer.status_code == 403
    answer = await fund.post(at, place="fund_manager", code="123456")
    assert (answer.status_code, 'id="e-code"' in answer.text) == (422, True)
    officer = await desks.officer()
    async with nothing_written(admin):
        answer = await officer.post(
            f"/desk/claims/{claim.id}/collect", kind="", result="", attemptedOn="明天"
        )
        for name in ("kind", "result", "attemptedOn"):
            assert f'id="e-{name}"' in answer.text, name
    checker = await desks.operator()
    async with nothing_written(admin):
        answer = await send(checker, b"x", claims.pool.pool.id)
        assert (answer.status_code, 'id="e-file"' in answer.text) == (422, True)
        answer = await send(checker, None, None)
        assert 'id="e-file"' in answer.text
        assert 'id="e-poolId"' in answer.text


async def test_every_page_is_whole_and_for_its_own_people(desks, claims, page_of):
    claim, payment = await claims.approved()
    statement = await claims.imported(("LS-1", "CRDT", 5, "结息"))
    checker, officer = await desks.operator(), await desks.officer()
    rival = await desks.officer(desks.city.banks[1])
    viewer = await desks.of("viewer")
    for desk, path in (
        (officer, "/desk/claims"),
        (officer, f"/desk/claims/{claim.id}"),
        (checker, "/desk/pool-claims"),
        (checker, f"/desk/pool-claims/{claim.id}"),
        (checker, f"/desk/pool-payments/{payment.id}/letter"),
        (checker, "/desk/custody"),
        (checker, f"/desk/custody/{statement.id}"),
        (checker, "/desk/reconciliation"),
    ):
        page = page_of(await desk.get(path))
        assert (page.unlabelled, page.inline, page.posts_without_token) == ([], [], 0), path
        assert len(page.ids) == len(set(page.ids)), path
        await rival.get(path, status=200 if path == "/desk/claims" else 404)
    await viewer.get(f"/desk/claims/{claim.id}")
    assert (await viewer.post(f"/desk/claims/{claim.id}/submit")).status_code == 403


async def send(desk, content, pool_id):
    fields = {"_csrf": token_for(desk.token), "idempotencyKey": str(uuid4())}
    if pool_id is not None:
        fields["poolId"] = str(pool_id)
    files = {"file": ("对账单.csv", content, "text/csv")} if content else {}
    return await desk.client.post("/desk/custody", data=fields, files=files)
