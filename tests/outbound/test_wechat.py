"""The WeChat client against the stand-in over HTTP: every code, every retry."""

import asyncio
import logging
import traceback

import pytest
from structlog.testing import capture_logs

from suxin.kernel.messaging import Delivery, Undelivered
from suxin.kernel.refusals import RefusalKind
from suxin_outbound.wechat import (
    SubscribeTemplate,
    WeChatClient,
    WeChatCodeInvalid,
    WeChatRiskUser,
    WeChatTooOften,
    WeChatUnavailable,
)
from suxin_server.stand_ins.keys import stand_in_key

LOG_IN = "/sns/jscode2session"
TOKEN = "/cgi-bin/stable_token"
SEND = "/cgi-bin/message/subscribe/send"
MESSAGE = {
    "template": "loan_offer",
    "page": "pages/request/detail?id=1",
    "values": {"thing1": "宿迁农商银行", "amount2": "500,000.00元"},
    "message_id": "m-1",
}


@pytest.fixture
async def openid(wechat):
    return (await wechat.code_to_session("demo-zhang")).openid


async def test_demo_code_always_means_the_same_account(wechat):
    first = await wechat.code_to_session("demo-zhang")
    again = await wechat.code_to_session("demo-zhang")
    other = await wechat.code_to_session("demo-李")
    assert first.openid == again.openid != other.openid
    assert first.unionid == again.unionid
    assert (first.openid[0], len(first.openid)) == ("o", 28)
    assert len(first.session_key) == 24
    assert first.session_key != again.session_key
    assert repr(first) == "WeChatSession()"


async def test_issued_code_works_once(wechat, stand_ins):
    code = stand_ins.steer("wechat", "codes", name="zhang")["code"]
    first = await wechat.code_to_session(code)
    assert first.openid == (await wechat.code_to_session("demo-zhang")).openid
    with pytest.raises(WeChatCodeInvalid) as refused:
        await wechat.code_to_session(code)
    assert (refused.value.field, refused.value.kind) == ("code", RefusalKind.UNAUTHENTICATED)


@pytest.mark.parametrize("code", ["no-such-code", "demo-", "x" * 128])
async def test_unknown_code(wechat, stand_ins, code):
    with pytest.raises(WeChatCodeInvalid):
        await wechat.code_to_session(code)
    assert stand_ins.calls("wechat") == {LOG_IN: 1}


@pytest.mark.parametrize("code", ["", "x" * 129])
async def test_impossible_code_is_not_even_asked(wechat, stand_ins, code):
    with pytest.raises(WeChatCodeInvalid):
        await wechat.code_to_session(code)
    assert stand_ins.calls("wechat") == {}


@pytest.mark.parametrize(
    ("errcode", "refusal", "kind", "retryable"),
    [
        (40029, WeChatCodeInvalid, RefusalKind.UNAUTHENTICATED, False),
        (40163, WeChatCodeInvalid, RefusalKind.UNAUTHENTICATED, False),
        (40226, WeChatRiskUser, RefusalKind.FORBIDDEN, False),
        (45011, WeChatTooOften, RefusalKind.LIMITED, True),
        (40125, WeChatUnavailable, RefusalKind.UNAVAILABLE, True),
        (99999, WeChatUnavailable, RefusalKind.UNAVAILABLE, True),
    ],
)
async def test_refused_log_in(wechat, stand_ins, *, errcode, refusal, kind, retryable):
    stand_ins.fail("wechat", LOG_IN, errcode=errcode)
    with pytest.raises(refusal) as refused:
        await wechat.code_to_session("demo-zhang")
    assert type(refused.value) is refusal
    assert (refused.value.kind, refused.value.retryable) == (kind, retryable)
    assert stand_ins.calls("wechat") == {LOG_IN: 1}


async def test_busy_wechat_is_asked_again(wechat, stand_ins):
    stand_ins.fail("wechat", LOG_IN, errcode=-1, times=2)
    assert (await wechat.code_to_session("demo-zhang")).openid
    assert stand_ins.calls("wechat") == {LOG_IN: 3}


async def test_wechat_busy_for_good(wechat, stand_ins):
    stand_ins.fail("wechat", LOG_IN, errcode=-1, times=3)
    with pytest.raises(WeChatUnavailable):
        await wechat.code_to_session("demo-zhang")
    assert stand_ins.calls("wechat") == {LOG_IN: 3}


@pytest.mark.parametrize(
    "how",
    [
        {"status": 503},
        {"delay_s": 0.8},
        {"redirect_to": "http://127.0.0.1/"},
        {"body_bytes": 5000},
        {"body_bytes": 0},
        {"lose_answer": True},
    ],
)
async def test_doubtful_log_in_is_not_repeated_because_a_code_works_once(wechat, stand_ins, how):
    stand_ins.fail("wechat", LOG_IN, **how)
    with pytest.raises(WeChatUnavailable) as refused:
        await wechat.code_to_session("demo-zhang")
    assert refused.value.retryable is True
    assert stand_ins.calls("wechat") == {LOG_IN: 1}


async def test_secret_shows_nowhere(stand_ins, guarded, app_id, caplog):
    caplog.set_level(logging.DEBUG)
    # A traceback quotes the lines it passed; so neither word stands on the line of the call.
    secret = "wrong-secret-of-ours"
    code = "demo-zhang"
    wechat = WeChatClient(
        base_url=stand_ins.wechat, app_id=app_id, app_secret=secret, guarded=guarded
    )
    with capture_logs() as logged, pytest.raises(WeChatUnavailable) as refused:
        await wechat.code_to_session(code)
    assert logged == [{"event": "wechat_log_in_refused", "errcode": 40125, "log_level": "error"}]
    shown = "".join(traceback.format_exception(refused.value)) + repr(wechat) + caplog.text
    assert secret not in shown
    assert code not in shown


async def test_secret_is_not_in_the_error_of_a_dead_line(guarded, app_id):
    wechat = WeChatClient(
        base_url="http://127.0.0.1:9", app_id=app_id, app_secret="hush-hush", guarded=guarded
    )
    with capture_logs() as logged, pytest.raises(WeChatUnavailable) as refused:
        await wechat.code_to_session("demo-zhang")
    assert logged == [
        {"event": "wechat_log_in_failed", "problem": "not_connected", "log_level": "warning"}
    ]
    assert "hush-hush" not in "".join(traceback.format_exception(refused.value))


async def test_subscribe_message_arrives(wechat, stand_ins, openid):
    delivery = await wechat.send_subscribe_message(openid=openid, **MESSAGE)
    (message,) = stand_ins.messages("wechat", openid=openid)
    assert message.pop("msgid") == int(delivery.provider_ref)
    assert message == {
        "openid": openid,
        "template_id": "loan_offer",
        "page": "pages/request/detail?id=1",
        "values": {"thing1": "宿迁农商银行", "amount2": "500,000.00元"},
    }
    assert delivery == Delivery.taken(delivery.provider_ref)
    assert stand_ins.messages("wechat", openid="o" * 28) == []


async def test_template_of_the_mini_program(stand_ins, guarded, app_id, openid):
    wechat = WeChatClient(
        base_url=stand_ins.wechat + "/",
        app_id=app_id,
        app_secret=stand_in_key("wechat"),
        guarded=guarded,
        templates={
            "loan_offer": SubscribeTemplate(template_id="T_17", keywords={"bank": "thing4"})
        },
    )
    delivery = await wechat.send_subscribe_message(
        openid=openid,
        template="loan_offer",
        page="pages/index",
        values={"bank": "江苏省宿迁市泗阳县农村商业银行股份有限公司", "unshown": "x"},
        message_id="m-2",
    )
    assert delivery.accepted is True
    (message,) = stand_ins.messages("wechat", openid=openid)
    assert message["template_id"] == "T_17"
    assert message["values"] == {"thing4": "江苏省宿迁市泗阳县农村商业银行股份有限…"}
    assert len(message["values"]["thing4"]) == 20


@pytest.mark.parametrize(
    ("errcode", "reason", "permanent"),
    [
        (-1, Undelivered.UNAVAILABLE, False),
        (40003, Undelivered.RECIPIENT_UNKNOWN, True),
        (40037, Undelivered.CONTENT_REJECTED, True),
        (41030, Undelivered.CONTENT_REJECTED, True),
        (43101, Undelivered.RECIPIENT_REFUSED, True),
        (45009, Undelivered.LIMITED, False),
        (45011, Undelivered.LIMITED, False),
        (47003, Undelivered.CONTENT_REJECTED, True),
        (99999, Undelivered.UNAVAILABLE, False),
    ],
)
async def test_message_not_taken(wechat, stand_ins, openid, *, errcode, reason, permanent):
    stand_ins.fail("wechat", SEND, errcode=errcode)
    delivery = await wechat.send_subscribe_message(openid=openid, **MESSAGE)
    assert delivery == Delivery(
        accepted=False, provider_ref=None, permanent=permanent, reason=reason
    )
    assert stand_ins.calls("wechat")[SEND] == 1
    assert stand_ins.messages("wechat") == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"openid": "nobody"}, Undelivered.RECIPIENT_UNKNOWN),
        ({"template": ""}, Undelivered.CONTENT_REJECTED),
        ({"values": {}}, Undelivered.CONTENT_REJECTED),
        ({"values": {"thing1": ""}}, Undelivered.CONTENT_REJECTED),
    ],
)
async def test_message_wechat_rejects_by_itself(wechat, stand_ins, openid, change, reason):
    delivery = await wechat.send_subscribe_message(**({"openid": openid} | MESSAGE | change))
    assert delivery == Delivery.failed(reason)
    assert delivery.permanent is True
    assert stand_ins.messages("wechat") == []


@pytest.mark.parametrize("how", [{"status": 503}, {"delay_s": 0.8}, {"body_bytes": 5000}])
async def test_doubtful_message_is_left_to_the_job(wechat, stand_ins, openid, how):
    stand_ins.fail("wechat", SEND, **how)
    with capture_logs() as logged:
        delivery = await wechat.send_subscribe_message(openid=openid, **MESSAGE)
    assert delivery == Delivery.failed(Undelivered.UNAVAILABLE)
    assert delivery.permanent is False
    assert stand_ins.calls("wechat")[SEND] == 1
    assert [entry["message_id"] for entry in logged] == ["m-1"]
    assert openid not in str(logged)


async def test_access_token_is_fetched_once_by_many(wechat, stand_ins, openid):
    deliveries = await asyncio.gather(
        *(wechat.send_subscribe_message(openid=openid, **MESSAGE) for _ in range(5))
    )
    assert [delivery.accepted for delivery in deliveries] == [True] * 5
    assert stand_ins.calls("wechat") == {LOG_IN: 1, TOKEN: 1, SEND: 5}


async def test_expired_access_token_is_refreshed_once(wechat, stand_ins, openid):
    assert (await wechat.send_subscribe_message(openid=openid, **MESSAGE)).accepted is True
    stand_ins.steer("wechat", "expire_token")
    assert (await wechat.send_subscribe_message(openid=openid, **MESSAGE)).accepted is True
    assert stand_ins.calls("wechat") == {LOG_IN: 1, TOKEN: 2, SEND: 3}
    assert len(stand_ins.messages("wechat")) == 2


async def test_rejected_token_that_is_still_current_is_forced_anew(wechat, stand_ins, openid):
    stand_ins.fail("wechat", SEND, errcode=42001)
    assert (await wechat.send_subscribe_message(openid=openid, **MESSAGE)).accepted is True
    # Fetched, then asked again (the same came back), then forced.
    assert stand_ins.calls("wechat") == {LOG_IN: 1, TOKEN: 3, SEND: 2}


async def test_token_rejected_twice_is_given_up(wechat, stand_ins, openid):
    stand_ins.fail("wechat", SEND, errcode=40001, times=2)
    delivery = await wechat.send_subscribe_message(openid=openid, **MESSAGE)
    assert delivery == Delivery.failed(Undelivered.CREDENTIALS_REFUSED)
    assert delivery.permanent is False
    assert stand_ins.calls("wechat")[SEND] == 2


@pytest.mark.parametrize(
    ("how", "reason", "asked"),
    [
        ({"errcode": 40125}, Undelivered.CREDENTIALS_REFUSED, 1),
        ({"errcode": -1, "times": 3}, Undelivered.UNAVAILABLE, 3),
        ({"status": 503, "times": 3}, Undelivered.UNAVAILABLE, 3),
    ],
)
async def test_no_access_token(wechat, stand_ins, openid, *, how, reason, asked):
    stand_ins.fail("wechat", TOKEN, **how)
    delivery = await wechat.send_subscribe_message(openid=openid, **MESSAGE)
    assert delivery == Delivery.failed(reason)
    assert stand_ins.calls("wechat") == {LOG_IN: 1, TOKEN: asked}
    assert (await wechat.send_subscribe_message(openid=openid, **MESSAGE)).accepted is True
