"""The limits every call keeps, against servers that misbehave."""

import asyncio
import logging
import socket
import ssl
import time
import traceback
from dataclasses import replace

import httpx
import pytest

from suxin_outbound.guarded import (
    Answer,
    Call,
    CallFailed,
    CallProblem,
    GuardedClient,
    _usual_authorities,
)

SECRET = "hush-hush-secret"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def asking(url, **more):
    return Call(
        service="probe",
        method="GET",
        url=url,
        params={"secret": SECRET},
        headers={"Authorization": f"Bearer {SECRET}"},
        **more,
    )


async def failure(guarded, call) -> CallFailed:
    with pytest.raises(CallFailed) as failed:
        await guarded.call(call)
    shown = "".join(traceback.format_exception(failed.value)) + repr(failed.value) + repr(call)
    assert SECRET not in shown
    return failed.value


async def sleep_long(writer):
    await asyncio.sleep(1.0)


async def test_clients_of_one_process_read_the_certificate_authorities_once(monkeypatch):
    read = []
    monkeypatch.setattr(
        httpx,
        "create_ssl_context",
        lambda **_: read.append(1) or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    )
    _usual_authorities.cache_clear()
    clients = [GuardedClient.to_trusted(), GuardedClient.to_public(), GuardedClient.to_public()]
    _usual_authorities.cache_clear()
    for client in clients:
        await client.close()
    assert read == [1]


async def test_answer_is_read_whole(guarded, raw_server):
    async with raw_server(OK) as server:
        answer = await guarded.call(asking(server.url))
    assert (answer.status, answer.body, answer.retry_after_s) == (200, b"{}", 0.0)
    assert b"accept-encoding: identity" in server.received[0].lower()


async def test_read_timeout_is_named(guarded, raw_server):
    async with raw_server(sleep_long) as server:
        failed = await failure(guarded, asking(server.url))
    assert failed.problem is CallProblem.READ_TIMEOUT
    assert str(failed) == "probe: read_timeout"
    assert failed.never_sent is False
    assert len(server.received) == 1


async def test_read_timeout_of_an_idempotent_call_is_tried_three_times(guarded, raw_server):
    async with raw_server(sleep_long) as server:
        failed = await failure(guarded, asking(server.url, idempotent=True))
    assert failed.problem is CallProblem.READ_TIMEOUT
    assert len(server.received) == 3


async def test_connect_timeout_is_named(guarded):
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        failed = await failure(guarded, asking(url))
    assert failed.problem is CallProblem.CONNECT_TIMEOUT
    assert failed.never_sent is True


async def test_nobody_listens(guarded):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        failed = await failure(guarded, asking(f"http://127.0.0.1:{taken.getsockname()[1]}"))
    assert failed.problem is CallProblem.NOT_CONNECTED
    assert failed.never_sent is True


async def test_connection_refused_once_is_tried_again_even_for_a_write(short, raw_server):
    refused = []

    class RefusesOnce(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request):
            if not refused:
                refused.append(request)
                raise httpx.ConnectError("refused")
            return await super().handle_async_request(request)

    async with raw_server(OK) as server, httpx.AsyncClient(transport=RefusesOnce()) as http:
        guarded = GuardedClient(http, limits=short)
        answer = await guarded.call(
            Call(service="probe", method="POST", url=server.url, body={"a": 1})
        )
    assert answer.status == 200
    assert len(server.received) == 1


async def test_drip_feeding_ends_at_the_total_timeout(short, raw_server):
    async def drip(writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    guarded = GuardedClient.to_trusted(replace(short, total_timeout_s=0.4))
    async with raw_server(drip) as server:
        began = time.monotonic()
        failed = await failure(guarded, asking(server.url, idempotent=True))
        took = time.monotonic() - began
        await guarded.close()
    assert failed.problem is CallProblem.TOTAL_TIMEOUT
    assert took < 1.0
    assert len(server.received) == 1


async def test_pool_timeout_is_named(short, raw_server):
    limits = replace(short, pool_timeout_s=0.1, read_timeout_s=2.0, attempts=1)
    async with (
        raw_server(sleep_long) as server,
        httpx.AsyncClient(
            limits=httpx.Limits(max_connections=1),
            timeout=httpx.Timeout(2.0, pool=limits.pool_timeout_s),
        ) as http,
    ):
        guarded = GuardedClient(http, limits=limits)
        holding = asyncio.ensure_future(guarded.call(asking(server.url)))
        await asyncio.sleep(0.05)
        failed = await failure(guarded, asking(server.url))
        with pytest.raises(CallFailed):
            await holding
    assert failed.problem is CallProblem.POOL_TIMEOUT
    assert failed.never_sent is True


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 4097\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
    ],
)
async def test_oversize_answer_is_refused(guarded, raw_server, head):
    async with raw_server(head + b"x" * 4097) as server:
        failed = await failure(guarded, asking(server.url, idempotent=True))
    assert failed.problem is CallProblem.TOO_LARGE
    assert len(server.received) == 1


async def test_answer_of_exactly_the_limit_is_read(guarded, raw_server):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n"
    async with raw_server(head + b"x" * 4096) as server:
        answer = await guarded.call(asking(server.url))
    assert len(answer.body) == 4096


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
async def test_redirect_is_refused(guarded, raw_server, status):
    async with raw_server(OK) as inside:
        head = f"HTTP/1.1 {status} Elsewhere\r\nLocation: {inside.url}\r\nContent-Length: 0\r\n\r\n"
        async with raw_server(head.encode()) as server:
            failed = await failure(guarded, asking(server.url, idempotent=True))
    assert failed.problem is CallProblem.REDIRECTED
    assert (len(server.received), inside.received) == (1, [])


async def test_compressed_answer_is_refused(guarded, raw_server):
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"
    async with raw_server(packed) as server:
        failed = await failure(guarded, asking(server.url))
    assert failed.problem is CallProblem.NOT_UNDERSTOOD


async def test_connection_broken_off(guarded, raw_server):
    async with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}") as server:
        failed = await failure(guarded, asking(server.url))
    assert failed.problem is CallProblem.BROKEN_OFF
    assert len(server.received) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_passing_status_is_tried_again_only_when_idempotent(guarded, raw_server, status):
    head = f"HTTP/1.1 {status} Later\r\nContent-Length: 0\r\n\r\n".encode()
    async with raw_server(head) as server:
        once = await guarded.call(asking(server.url))
        assert (once.status, len(server.received)) == (status, 1)
        thrice = await guarded.call(asking(server.url, idempotent=True))
        assert (thrice.status, len(server.received)) == (status, 4)


async def test_a_pause_longer_than_ours_is_left_to_the_caller(guarded, raw_server):
    head = b"HTTP/1.1 503 Later\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"
    async with raw_server(head) as server:
        answer = await guarded.call(asking(server.url, idempotent=True))
    assert (answer.status, answer.retry_after_s, len(server.received)) == (503, 30.0, 1)


async def test_a_broken_retry_after_is_ignored(guarded, raw_server):
    head = b"HTTP/1.1 503 Later\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n"
    async with raw_server(head) as server:
        answer = await guarded.call(asking(server.url, idempotent=True))
    assert (answer.status, answer.retry_after_s, len(server.received)) == (503, 0.0, 3)


async def test_cookies_are_not_kept(guarded, raw_server):
    head = b"HTTP/1.1 200 OK\r\nSet-Cookie: track=1\r\nContent-Length: 2\r\n\r\n{}"
    async with raw_server(head) as server:
        await guarded.call(asking(server.url))
        await guarded.call(asking(server.url))
    assert len(server.received) == 2
    assert b"cookie" not in server.received[1].lower()


async def test_proxy_of_the_environment_is_ignored(short, raw_server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    guarded = GuardedClient.to_trusted(short)
    async with raw_server(OK) as server:
        answer = await guarded.call(asking(server.url))
        await guarded.close()
    assert answer.status == 200


async def test_log_shows_the_origin_alone(guarded, raw_server, caplog):
    caplog.set_level(logging.DEBUG, logger="httpx")
    async with raw_server(OK) as server:
        await guarded.call(asking(f"{server.url}/{SECRET}"))
    assert "HTTP Request: GET http://127.0.0.1 " in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"n":"x"}', b'{"n":"\xff"}', b"<html>"])
def test_body_of_another_shape(body):
    with pytest.raises(CallFailed) as failed:
        Answer("probe", 200, body).decode(dict[str, int])
    assert failed.value.problem is CallProblem.NOT_UNDERSTOOD
    assert repr(Answer("probe", 200, b"hush")) == (
        "Answer(service='probe', status=200, retry_after_s=0.0)"
    )
