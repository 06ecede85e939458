"""The text message client against the stand-in over HTTP, and the channel over both."""

import logging

import pytest
from structlog.testing import capture_logs

from suxin.kernel.messaging import Delivery, MessageChannel, Undelivered
from suxin_outbound.channels import OutboundChannel
from suxin_outbound.sms import SmsClient
from suxin_server.stand_ins.keys import stand_in_key

SEND = "/v1/messages"
PHONE = "13812345678"
MESSAGE = {
    "phone": PHONE,
    "template": "one_time_code",
    "values": {"code": "482913", "minutes": "5"},
    "message_id": "m-1",
}


async def test_message_arrives_once_for_its_id(sms, stand_ins):
    first = await sms.send_sms(**MESSAGE)
    again = await sms.send_sms(**MESSAGE)
    assert first == again == Delivery.taken(first.provider_ref)
    assert first.provider_ref.startswith("SMS")
    assert stand_ins.messages("sms", phone=PHONE) == [
        {
            "message_id": "m-1",
            "phone": PHONE,
            "template_id": "one_time_code",
            "params": {"code": "482913", "minutes": "5"},
        }
    ]
    assert stand_ins.messages("sms", phone="13800000001") == []


async def test_template_of_the_gateway(stand_ins, guarded):
    sms = SmsClient(
        base_url=stand_ins.sms,
        api_key=stand_in_key("sms"),
        guarded=guarded,
        templates={"one_time_code": "SMS_4711"},
    )
    assert (await sms.send_sms(**MESSAGE)).accepted is True
    assert [message["template_id"] for message in stand_ins.messages("sms")] == ["SMS_4711"]


async def test_lost_answer_does_not_send_twice(sms, stand_ins):
    stand_ins.fail("sms", SEND, lose_answer=True, times=2)
    assert (await sms.send_sms(**MESSAGE)).accepted is True
    assert stand_ins.calls("sms") == {SEND: 3}
    assert len(stand_ins.messages("sms")) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"phone": "10086"}, Undelivered.RECIPIENT_UNKNOWN),
        ({"phone": "13812340000"}, Undelivered.RECIPIENT_REFUSED),
        ({"template": ""}, Undelivered.CONTENT_REJECTED),
        ({"values": {"code": ""}}, Undelivered.CONTENT_REJECTED),
    ],
)
async def test_message_the_gateway_refuses(sms, stand_ins, change, reason):
    delivery = await sms.send_sms(**(MESSAGE | change))
    assert delivery == Delivery.failed(reason)
    assert delivery.permanent is True
    assert stand_ins.calls("sms") == {SEND: 1}
    assert stand_ins.messages("sms") == []


async def test_id_of_another_message(sms, stand_ins):
    await sms.send_sms(**MESSAGE)
    other = await sms.send_sms(**(MESSAGE | {"values": {"code": "000000"}}))
    assert other == Delivery.failed(Undelivered.CONTENT_REJECTED)
    assert len(stand_ins.messages("sms")) == 1


@pytest.mark.parametrize(
    ("how", "reason", "permanent", "asked"),
    [
        ({"status": 503, "times": 3}, Undelivered.UNAVAILABLE, False, 3),
        ({"status": 500}, Undelivered.UNAVAILABLE, False, 1),
        ({"status": 429, "times": 3}, Undelivered.LIMITED, False, 3),
        ({"status": 429, "retry_after_s": 60}, Undelivered.LIMITED, False, 1),
        ({"status": 400}, Undelivered.CONTENT_REJECTED, True, 1),
        ({"status": 403}, Undelivered.CREDENTIALS_REFUSED, False, 1),
        ({"status": 422}, Undelivered.UNAVAILABLE, False, 1),
        ({"delay_s": 0.8, "times": 3}, Undelivered.UNAVAILABLE, False, 3),
        ({"redirect_to": "http://127.0.0.1/"}, Undelivered.UNAVAILABLE, False, 1),
        ({"body_bytes": 5000}, Undelivered.UNAVAILABLE, False, 1),
        ({"body_bytes": 10}, Undelivered.UNAVAILABLE, False, 1),
    ],
)
async def test_gateway_that_fails(sms, stand_ins, *, how, reason, permanent, asked):
    stand_ins.fail("sms", SEND, **how)
    delivery = await sms.send_sms(**MESSAGE)
    assert delivery == Delivery(
        accepted=False, provider_ref=None, permanent=permanent, reason=reason
    )
    assert stand_ins.calls("sms") == {SEND: asked}


async def test_wrong_key_and_phone_show_nowhere(stand_ins, guarded, caplog):
    caplog.set_level(logging.DEBUG)
    sms = SmsClient(base_url=stand_ins.sms, api_key="wrong-key-of-ours", guarded=guarded)
    with capture_logs() as logged:
        delivery = await sms.send_sms(**MESSAGE)
    assert delivery == Delivery.failed(Undelivered.CREDENTIALS_REFUSED)
    assert logged == [
        {
            "event": "sms_refused",
            "message_id": "m-1",
            "status": 401,
            "reason": "credentials_refused",
            "log_level": "warning",
        }
    ]
    for hidden in ("wrong-key-of-ours", PHONE, "482913"):
        assert hidden not in caplog.text + str(logged) + repr(sms)


async def test_channel_reaches_by_both_ways(wechat, sms, stand_ins):
    channel: MessageChannel = OutboundChannel(wechat=wechat, sms=sms)
    openid = (await wechat.code_to_session("demo-wang")).openid
    by_wechat = await channel.send_subscribe_message(
        openid=openid, template="t", page="p", values={"thing1": "好"}, message_id="m-1"
    )
    by_sms = await channel.send_sms(**MESSAGE)
    assert (by_wechat.accepted, by_sms.accepted) == (True, True)
    assert len(stand_ins.messages("wechat", openid=openid)) == 1
    assert len(stand_ins.messages("sms", phone=PHONE)) == 1
