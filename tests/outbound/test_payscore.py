"""WeChat Pay Score against the stand-in over HTTP: signatures both ways, an order's whole way, and calls that are forged, old or changed."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from small_orders import asking

from suxin.perks.orders.calls import OrderCall, RefundCall
from suxin.perks.orders.provider import (
    OrderName,
    OrderSent,
    ProviderRejected,
    ProviderUnavailable,
    RefundSent,
)
from suxin.perks.orders.rules import Completion
from suxin.perks.orders.states import ServiceOrderRefundState, ServiceOrderStage
from suxin.perks.states import RiskFundName
from suxin_outbound.payscore import PayScoreClient
from suxin_outbound.payscore_asking import PayAsker
from suxin_outbound.payscore_calls import CallReader
from suxin_outbound.payscore_keys import (
    ContentUnreadable,
    KeyUnfit,
    SignatureWrong,
    lines,
    read_keys,
)
from suxin_server.stand_ins.payscore import PayScoreStandIn

NAME = OrderName(number="BIKE|1*", service_code="500001", sub_mchid="1900000109")
NOTIFY_URL = "http://127.0.0.1:9/payscore/v1/calls"
SENT = OrderSent(
    name=NAME,
    introduction="骆马湖骑行",
    fund_name=RiskFundName.DEPOSIT,
    fund_fen=20_000,
    starts_at=None,
    ends_at=None,
    need_confirm=True,
    authorisation_code=None,
    attach="",
    completion=Completion(payments=()),
    device=None,
)


@pytest.fixture
def now():
    """The service's own time: signatures are compared with it."""
    return datetime.now(UTC)


@pytest.fixture
async def client(payscore, asker):
    payscore.http.post(f"{payscore.payscore}/_stand_in/reset", json={})
    return PayScoreClient(app_id="wx0", notify_url=NOTIFY_URL, asker=asker)


def acts(payscore, what, **opened):
    """What the user does on his phone, perhaps on the page that it opens."""
    given = {"sub_mchid": NAME.sub_mchid, "out_order_no": NAME.number, "act": what, **opened}
    assert payscore.http.post(f"{payscore.payscore}/_stand_in/user", json=given).is_success


async def test_an_order_goes_its_whole_way_there(client, payscore, now):
    made = await client.create(SENT, now=now)
    assert made.stage is ServiceOrderStage.CREATED
    assert (await client.create(SENT, now=now)).provider_order_id == made.provider_order_id
    acts(payscore, "confirm", call_up=made.call_up)
    assert (await client.query(NAME, now=now)).stage is ServiceOrderStage.USER_CONFIRM
    done = await client.complete(NAME, asking(1_500, less_fen=200), now=now)
    assert (done.stage, done.total_fen) == (ServiceOrderStage.USER_PAYING, 1_500)
    with pytest.raises(ProviderRejected):
        await client.cancel(NAME, reason="x", now=now)
    lowered = await client.modify(NAME, asking(1_000), reason="少骑一程", now=now)
    assert lowered.total_fen == 1_000
    acts(payscore, "pay")
    paid = await client.query(NAME, now=now)
    assert paid.stage is ServiceOrderStage.USER_PAID
    assert paid.paid_at is not None
    assert abs(paid.paid_at - now) < timedelta(minutes=1)
    back = RefundSent(
        number="R-1",
        sub_mchid=NAME.sub_mchid,
        transaction_id=paid.transaction_id or "",
        amount_fen=600,
        total_fen=1_000,
        reason="部分退款",
    )
    for _ in range(2):
        given = await client.refund(back, now=now)
        assert given.state is ServiceOrderRefundState.PROCESSING
    with pytest.raises(ProviderRejected):
        await client.refund(replace(back, number="R-2"), now=now)


async def test_what_was_paid_elsewhere_is_synchronised(client, payscore, now):
    await client.create(SENT, now=now)
    acts(payscore, "confirm")
    await client.complete(NAME, asking(1_500), now=now)
    told = await client.sync(NAME, paid_at=now, now=now)
    assert (told.stage, told.transaction_id) == (ServiceOrderStage.USER_PAID, None)


async def test_a_waiting_payment_is_reminded_of_and_collected(client, payscore, now):
    await client.create(SENT, now=now)
    with pytest.raises(ProviderRejected):
        await client.collect(NAME, now=now)
    acts(payscore, "confirm")
    await client.complete(NAME, asking(1_500), now=now)
    assert (await client.remind(NAME, now=now)).stage is ServiceOrderStage.USER_PAYING
    told = await client.collect(NAME, now=now)
    assert (told.stage, told.total_fen) == (ServiceOrderStage.USER_PAID, 1_500)
    assert told.transaction_id is not None
    reminded = payscore.messages("payscore", event="pending")
    assert {one["out_order_no"] for one in reminded} == {NAME.number}
    with pytest.raises(ProviderRejected):
        await client.remind(NAME, now=now)


async def test_who_need_not_confirm_has_authorised_the_service(client, payscore, now):
    """免确认: his openid is asked for by the authorisation and sent on."""
    free = replace(SENT, need_confirm=False, authorisation_code="A-1")
    assert (await client.create(free, now=now)).stage is ServiceOrderStage.USER_CONFIRM
    other = replace(free, authorisation_code="NONE-1", name=replace(NAME, number="B-2"))
    with pytest.raises(ProviderRejected) as refused:
        await client.create(other, now=now)
    assert refused.value.code == "SERVICE_NOT_AUTHORISED"
    assert payscore.calls("payscore")["/v3/payscore/partner/serviceorder"] == 1


async def test_whose_signature_is_wrong_is_not_heard(payscore, pay_keys, guarded, now):
    """The five lines are signed by one's own key; what comes back, by one that is known."""
    stranger = replace(pay_keys, own=_another_key())
    for wrong in (
        stranger,
        replace(pay_keys, platform={"PUB_KEY_ID_STANDIN": _another_key().public_key()}),
    ):
        asker = PayAsker(base_url=payscore.payscore, keys=wrong, guarded=guarded)
        client = PayScoreClient(app_id="wx0", notify_url="x", asker=asker)
        with pytest.raises(ProviderUnavailable):
            await client.query(NAME, now=now)


def _another_key():
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def test_a_text_is_signed_line_by_line():
    assert lines("GET", "/v3/a?b=c", "1", "n", "") == b"GET\n/v3/a?b=c\n1\nn\n\n"
    assert lines("1", "n", "{}") == b"1\nn\n{}\n"


@pytest.fixture
def call(payscore_folder):
    """A call back as the service sends it."""
    told = {
        "out_order_no": NAME.number,
        "service_id": NAME.service_code,
        "sub_mchid": NAME.sub_mchid,
        "state": "DOING",
        "state_description": "USER_CONFIRM",
        "openid": "nobody's to keep",
    }
    return lambda event="PAYSCORE.USER_CONFIRM", **more: PayScoreStandIn(payscore_folder).sealed(
        event, told | more
    )


def test_a_call_is_verified_then_deciphered_then_read(pay_keys, call, now):
    reader = CallReader(pay_keys)
    body, headers = call()
    read = reader.read(headers, body, now=now)
    assert isinstance(read, OrderCall)
    assert (read.told.name, read.told.stage) == (NAME, ServiceOrderStage.USER_CONFIRM)
    body, headers = call("REFUND.CLOSED", out_refund_no="R-1", refund_status="CLOSED")
    assert reader.read(headers, body, now=now) == RefundCall(
        event="REFUND.CLOSED",
        sub_mchid=NAME.sub_mchid,
        number="R-1",
        state=ServiceOrderRefundState.CLOSED,
    )
    body, headers = call("PAYSCORE.SOMETHING_ELSE")
    assert reader.read(headers, body, now=now) is None
    body, headers = call(state="LOST")
    with pytest.raises(ContentUnreadable):
        reader.read(headers, body, now=now)


@pytest.mark.parametrize(
    "change",
    [
        {"wechatpay-serial": "ANOTHER"},
        {"wechatpay-signature": "WECHATPAY/SIGNTEST/" + base64.b64encode(b"x" * 256).decode()},
        {"wechatpay-signature": base64.b64encode(b"x" * 256).decode()},
        {"wechatpay-nonce": "another"},
        {"wechatpay-timestamp": "1"},
        {"wechatpay-timestamp": "²"},
    ],
)
def test_a_forged_old_or_probing_call_is_refused(pay_keys, call, now, change):
    body, headers = call()
    with pytest.raises(SignatureWrong):
        CallReader(pay_keys).read(headers | change, body, now=now)


def test_a_call_is_good_for_five_minutes_and_whole(pay_keys, call, now):
    body, headers = call()
    reader = CallReader(pay_keys)
    with pytest.raises(SignatureWrong):
        reader.read(headers, body, now=now + timedelta(minutes=6))
    with pytest.raises(SignatureWrong):
        reader.read(headers, body.replace(b"USER_CONFIRM", b"USER_PAID"), now=now)
    with pytest.raises(ContentUnreadable):
        CallReader(replace(pay_keys, api_key=b"y" * 32)).read(headers, body, now=now)


def test_keys_are_what_they_should_be(payscore_folder, tmp_path):
    given = {"mchid": "1", "serial": "1", "key_file": payscore_folder / "merchant_key.pem"}
    with pytest.raises(KeyUnfit):
        read_keys(**given, platform_folder=tmp_path, api_key="x" * 32, client_key="y" * 32)
    for short in ({"api_key": "short"}, {"client_key": "short"}):
        whole = {"api_key": "x" * 32, "client_key": "y" * 32}
        with pytest.raises(KeyUnfit):
            read_keys(**given, platform_folder=payscore_folder / "platform", **whole | short)


def test_the_stand_in_hears_nobody_without_a_key(payscore):
    answer = httpx.get(f"{payscore.payscore}/v3/payscore/partner/serviceorder", trust_env=False)
    assert answer.status_code == 401
