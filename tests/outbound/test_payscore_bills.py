"""Daily bills at the stand-in over HTTP: told and signed, packed, and believed by their digest alone."""

import gzip
import hashlib
from datetime import UTC, datetime

import pytest
from bill_reference import billed
from small_orders import SUB_MCHID, WECHAT_CODE, asking

from suxin.kernel.working_days import local_day
from suxin.perks.orders.bills.rows import read_bill
from suxin.perks.orders.provider import OrderName, OrderSent, ProviderUnavailable, RefundSent
from suxin.perks.orders.rules import Completion
from suxin.perks.states import RiskFundName
from suxin_outbound.payscore import PayScoreClient
from suxin_outbound.payscore_asking import PayAsker
from suxin_outbound.payscore_bills import MAX_BYTES, PayScoreBills, unpacked

NOTIFY_URL = "http://127.0.0.1:9/payscore/v1/calls"
SENT = OrderSent(
    name=OrderName(number="N|1*", service_code=WECHAT_CODE, sub_mchid=SUB_MCHID),
    introduction="骆马湖骑行",
    fund_name=RiskFundName.DEPOSIT,
    fund_fen=20_000,
    starts_at=None,
    ends_at=None,
    need_confirm=False,
    authorisation_code="A-1",
    attach="",
    completion=Completion(payments=()),
    device=None,
)


@pytest.fixture
def now():
    """The service's own time: signatures are compared with it."""
    return datetime.now(UTC)


@pytest.fixture
async def paid(payscore, asker, now):
    """An order without a confirmation that was paid and given back in part."""
    payscore.http.post(f"{payscore.payscore}/_stand_in/reset", json={})
    client = PayScoreClient(app_id="wx0", notify_url=NOTIFY_URL, asker=asker)
    await client.create(SENT, now=now)
    await client.complete(SENT.name, asking(1_500), now=now)
    told = await client.collect(SENT.name, now=now)
    refund = RefundSent(
        number="R-1",
        sub_mchid=SUB_MCHID,
        transaction_id=told.transaction_id or "",
        amount_fen=500,
        total_fen=1_500,
        reason="退款",
    )
    await client.refund(refund, now=now)
    return told


async def test_a_bill_has_a_merchants_payments_and_refunds_of_a_day(paid, asker, now):
    bills, day = PayScoreBills(asker=asker), local_day(now)
    assert read_bill(await bills.bill(SUB_MCHID, day, now=now)) == (
        billed("N|1*", paid.transaction_id, 1_500),
        billed("R-1", paid.transaction_id, 500, refund=True),
    )
    assert await bills.bill("1900000999", day, now=now) == ""
    assert await bills.bill(SUB_MCHID, day.replace(year=2020), now=now) == ""


async def test_a_bill_that_lies_elsewhere_is_not_fetched(paid, payscore, pay_keys, guarded, now):
    """Else whoever could change where it lies had the platform ask anybody with its signature."""

    class Elsewhere(PayAsker):
        def is_own(self, url):
            return url.startswith("https://elsewhere.example/")

    elsewhere = Elsewhere(base_url=payscore.payscore, keys=pay_keys, guarded=guarded)
    with pytest.raises(ProviderUnavailable):
        await PayScoreBills(asker=elsewhere).bill(SUB_MCHID, local_day(now), now=now)
    assert not PayAsker.is_own(elsewhere, "https://elsewhere.example/v3")


def digest(content: bytes) -> dict[str, str]:
    return {
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
    }


def test_a_bill_is_believed_by_its_digest():
    content = "账单".encode()
    assert unpacked(gzip.compress(content), **digest(content)) == "账单"
    for packed, told in (
        (gzip.compress(content), digest(b"another")),
        (gzip.compress(content), digest(content) | {"hash_type": "MD5"}),
        (gzip.compress(content)[:-9], digest(content)),
        (content, digest(content)),
        (gzip.compress(b"\xff"), digest(b"\xff")),
    ):
        with pytest.raises(ProviderUnavailable):
            unpacked(packed, **told)


def test_a_bill_is_unpacked_up_to_a_bound():
    long = bytes(MAX_BYTES + 1)
    with pytest.raises(ProviderUnavailable):
        unpacked(gzip.compress(long), **digest(long))
