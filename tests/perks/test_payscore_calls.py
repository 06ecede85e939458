"""Calls back over HTTP: what is good is taken down once and carried out by a job, whatever else is refused before anything is written."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from filled_orders import Remote
from held_clock import HeldClock
from observing import changed, contents, nothing_written
from order_reference import ReferenceProvider
from small_city import SmallCity
from small_merchant import build_merchant
from small_orders import SUB_MCHID, WECHAT_CODE, build_service
from unreachable import Unreachable

from suxin.kernel import performing
from suxin.perks.orders import jobs
from suxin.perks.orders.authorisations.commands import apply_authorisation
from suxin.perks.orders.calls import CALL_TOPIC
from suxin_outbound.payscore_calls import CallReader
from suxin_outbound.payscore_keys import read_keys
from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.payscore import PayScoreStandIn
from suxin_server.stand_ins.payscore_keys import CLIENT, payscore_settings
from suxin_tenants import PROFILES
from suxin_tenants.merchant.payscore_calls import CALLS_PATH, call_routes
from suxin_web.application import build_app
from suxin_web.rate_limits import RateLimits
from suxin_web.runtime import Runtime


@pytest.fixture
def service(tmp_path: Path) -> PayScoreStandIn:
    payscore_settings(tmp_path / "payscore")
    return PayScoreStandIn(tmp_path / "payscore")


@pytest.fixture
def clock() -> HeldClock:
    """The service's own time: a call is good for five minutes."""
    return HeldClock(datetime.now(UTC))


@pytest.fixture
async def client(
    small_city: SmallCity, service: PayScoreStandIn, clock: HeldClock, tmp_path: Path
) -> Any:
    outside: Any = Unreachable()
    runtime = Runtime(
        database=small_city.database,
        clock=clock,
        profiles=PROFILES,
        sealer=small_city.sealer,
        wechat=outside,
        identity=outside,
        messages=outside,
        limits=RateLimits(None),
        replays=outside,
        client_keys=outside,
        providers=outside,
        public_url="http://suxin.test",
    )
    folder = tmp_path / "payscore"
    keys = read_keys(
        mchid="1",
        serial="1",
        key_file=folder / "merchant_key.pem",
        platform_folder=folder / "platform",
        api_key=stand_in_key("payscore"),
        client_key=stand_in_key(CLIENT),
    )
    app = build_app(runtime, call_routes(CallReader(keys)))
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://suxin.test") as client:
        yield client


@pytest.fixture
async def remote(small_city: SmallCity) -> Remote:
    merchant = await build_merchant(small_city)
    await build_service(small_city, merchant, code=WECHAT_CODE, sub_mchid=SUB_MCHID)
    return Remote(small_city, merchant, ReferenceProvider())


def told(**changed: Any) -> dict[str, Any]:
    return {
        "out_order_no": "N-1",
        "service_id": WECHAT_CODE,
        "sub_mchid": SUB_MCHID,
        "state": "DOING",
        "state_description": "USER_CONFIRM",
        **changed,
    }


async def call(client: httpx.AsyncClient, sealed: tuple[bytes, dict[str, str]], **more: str) -> int:
    content, headers = sealed
    answer = await client.post(CALLS_PATH, content=content, headers=headers | more)
    return answer.status_code


async def test_a_call_is_taken_once_and_carried_out_by_a_job(
    client: httpx.AsyncClient,
    service: PayScoreStandIn,
    remote: Remote,
    admin: Any,
    clock: HeldClock,
) -> None:
    """Idempotent on number and event: the same again, and a replay of it, change nothing."""
    order = await remote.open("N-1")
    sealed = service.sealed("PAYSCORE.USER_CONFIRM", told())
    assert await call(client, sealed) == 200
    before = await contents(admin)
    assert await call(client, sealed) == 200
    assert await call(client, service.sealed("PAYSCORE.USER_CONFIRM", told())) == 200
    assert await changed(admin, before) == set()
    (row,) = await admin.fetch("select id, payload from outbox where topic = $1", CALL_TOPIC)
    # Whoever the user is does not come in.
    assert "openid" not in row["payload"]
    # It was answered before any of the work was done: the service waits five seconds at the most.
    stage = "select stage from service_orders where id = $1"
    assert await admin.fetchval(stage, order.id) != "USER_CONFIRM"
    handlers = jobs.handlers(remote.provider)
    assert await performing.perform(remote.city.database, row["id"], handlers, now=clock.now())
    assert await admin.fetchval(stage, order.id) == "USER_CONFIRM"


async def test_what_is_forged_old_or_of_nobody_here_is_refused(
    client: httpx.AsyncClient,
    service: PayScoreStandIn,
    remote: Remote,
    admin: Any,
    clock: HeldClock,
) -> None:
    await remote.open("N-1")
    sealed = service.sealed("PAYSCORE.USER_CONFIRM", told())
    probe = {"wechatpay-signature": "WECHATPAY/SIGNTEST/abcd"}
    async with nothing_written(admin):
        assert await call(client, sealed, **probe) == 401
        assert await call(client, sealed, **{"wechatpay-nonce": "x"}) == 401
        strangers = service.sealed("PAYSCORE.USER_CONFIRM", told(sub_mchid="1999999999"))
        assert await call(client, strangers) == 404
        unreadable = service.sealed("PAYSCORE.USER_CONFIRM", told(state="LOST"))
        assert await call(client, unreadable) == 400
        unknown = service.sealed("PAYSCORE.SOMETHING_ELSE", told())
        assert await call(client, unknown) == 200
        clock.pass_time(minutes=6)
        assert await call(client, sealed) == 401


async def test_two_merchants_orders_of_one_number_never_cross(
    client: httpx.AsyncClient,
    service: PayScoreStandIn,
    remote: Remote,
    admin: Any,
    clock: HeldClock,
) -> None:
    """Routed by sub_mchid: the calls of all merchants come to one address."""
    other = Remote(remote.city, remote.city.banks[0].officer, ReferenceProvider())
    rights = remote.merchant.permissions
    other.merchant = other.merchant.with_permissions(rights)
    await build_service(remote.city, other.merchant, code=WECHAT_CODE, sub_mchid="1900000999")
    mine, theirs = await remote.open("N-1"), await other.open("N-1")
    assert (
        await call(client, service.sealed("PAYSCORE.USER_CONFIRM", told(sub_mchid="1900000999")))
        == 200
    )
    row_id = await admin.fetchval("select id from outbox where topic = $1", CALL_TOPIC)
    handlers = jobs.handlers(remote.provider)
    later = clock.now() + timedelta(seconds=1)
    assert await performing.perform(remote.city.database, row_id, handlers, now=later)
    rows = await admin.fetch("select id, stage from service_orders")
    stages = {row["id"]: row["stage"] for row in rows}
    assert stages == {mine.id: "CREATED", theirs.id: "USER_CONFIRM"}


async def test_a_user_gives_an_authorisation_and_ends_it_by_calls(
    client: httpx.AsyncClient,
    service: PayScoreStandIn,
    remote: Remote,
    admin: Any,
    clock: HeldClock,
) -> None:
    """Of one number there may be several calls, each at its own time; one that is told twice is taken once."""
    await remote.city.act(
        apply_authorisation, remote.merchant, service_code=WECHAT_CODE, code="AUTH-1"
    )
    await admin.execute("update order_authorisations set state = 'WAITING'")
    said = {"authorization_code": "AUTH-1", "service_id": WECHAT_CODE, "sub_mchid": SUB_MCHID}
    later = clock.now()
    for number, (event, at, state) in enumerate(
        (
            ("PAYSCORE.USER_OPEN_SERVICE", "20261120100000", "AVAILABLE"),
            ("PAYSCORE.USER_CLOSE_SERVICE", "20261121100000", "ENDED"),
        )
    ):
        for _ in range(2):
            sealed = service.sealed(event, said | {"openorclose_time": at, "openid": "nobody's"})
            assert await call(client, sealed) == 200
        rows = await admin.fetch(
            "select id, payload from outbox where topic = $1 order by id", CALL_TOPIC
        )
        assert len(rows) == number + 1
        assert "openid" not in rows[number]["payload"]
        later += timedelta(seconds=1)
        handlers = jobs.handlers(remote.provider)
        assert await performing.perform(
            remote.city.database, rows[number]["id"], handlers, now=later
        )
        assert await admin.fetchval("select state from order_authorisations") == state
    strangers = service.sealed("PAYSCORE.USER_OPEN_SERVICE", said | {"sub_mchid": "1999999999"})
    assert await call(client, strangers) == 404
