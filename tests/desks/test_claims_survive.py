"""A web process is killed in the middle of an approval: nothing of it is there, and whoever asks again does it once."""

import asyncio
import signal
from uuid import uuid4

import httpx
import pytest
from dying_web import started_dying_web
from observing import nothing_written
from small_claims import MONEY_FEN, SmallClaims, build_claims, code_at, enrol
from web_process import settings_for

from suxin.kernel import audit_chain
from suxin.kernel.actor import Actor, ActorKind
from suxin.lending.loans.states import LoanState
from suxin.risk_pool.claims.states import ClaimState
from suxin.risk_pool.payments.states import PaymentState
from suxin_web.csrf import token_for

pytestmark = pytest.mark.processes

POOL_FEN = 53_200_000


@pytest.fixture
async def claims(desks):
    claims = await build_claims(desks.city)
    desks.clock.moment = claims.now
    return claims


@pytest.fixture
def settings(small_city, city, valkey):
    return settings_for(small_city, database_url=city.app, redis_url=valkey.url)


async def approver(desks, claims: SmallClaims, role: str):
    """Somebody of the operator who approves, with the form that he sends."""
    desk = await desks.operator(role)
    staff = Actor(
        kind=ActorKind.OPERATOR,
        request_id="test",
        tenant_id=desk.tenant_id,
        tenant_kind="operator",
        staff_id=desk.staff_id,
    )
    return desk, await enrol(claims.city, staff, now=claims.now)


async def sent_once(desks, settings, admin, after, desk, path, *, fields):
    """Send a form to a process that dies of it, and then twice to one that does not."""
    given = {"_csrf": token_for(desk.token), "idempotencyKey": str(uuid4()), **fields}
    async with nothing_written(admin):
        with started_dying_web(settings, after=after, now=desks.clock.moment) as process:
            async with httpx.AsyncClient(base_url=settings.url, trust_env=False) as client:
                client.cookies.set("suxin_desk", desk.token)
                with pytest.raises(httpx.TransportError):
                    await client.post(path, data=given)
            assert await asyncio.to_thread(process.wait, 10) == -signal.SIGKILL, after
    for _ in range(2):
        answer = await desk.client.post(path, data=given)
        assert answer.status_code == 303, (after, answer.text[-600:])


async def test_a_killed_web_process_leaves_no_half_claim_and_pays_nothing_twice(
    desks, claims, settings, admin
):
    claim = await claims.reviewed()
    at = f"/desk/pool-claims/{claim.id}/approve"
    for after, role in (
        ("the money is held", "fund_manager"),
        ("the claim is approved", "finance_bureau"),
    ):
        desk, secret = await approver(desks, claims, role)
        fields = {"place": role, "code": code_at(secret, claims.now)}
        await sent_once(desks, settings, admin, after, desk, at, fields=fields)
    assert (await claims.stored(claim)).state is ClaimState.APPROVED
    (payment,) = await claims.payments(claim)
    assert payment.state is PaymentState.ISSUED
    assert (await claims.book())["custody"] == (MONEY_FEN, POOL_FEN)
    line = ("LS-1", "DBIT", POOL_FEN, str(payment.letter_number))
    await claims.imported(line)
    await claims.match()
    assert (await claims.stored(claim)).state is ClaimState.PAID
    assert (await claims.stored_loan()).state is LoanState.COMPENSATED
    assert (await claims.book())["custody"] == (MONEY_FEN - POOL_FEN, 0)
    assert await admin.fetchval("select count(*) from custodian_lines") == 1
    paid = await admin.fetch("select amount from ledger_transfers where code = 'pool.claim.paid'")
    assert [one["amount"] for one in paid] == [POOL_FEN]
    system = Actor.system("test-sealer")
    async with claims.city.batch.transaction(system, now=claims.now) as session:
        assert await audit_chain.seal(session) > 0
    async with claims.city.batch.transaction(system, now=claims.now) as session:
        assert (await audit_chain.verify(session)).broken_at is None
