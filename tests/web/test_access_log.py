"""The access log: what a line holds, what it never holds, and that a defect is recorded once."""

import io
import json
import logging

import httpx
import pytest
import structlog
from code_flow import fields
from staff_log_ins import at_desk

from suxin_server.logs import configure_logging
from suxin_web.application import build_app

RESIDENT_ID = "321302199001010012"
PHONE = "13800138000"
REQUEST_ID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@pytest.fixture
def lines():
    """The lines that the server would write, one JSON object each."""
    root, sink = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    configure_logging("json", stream=sink, level="DEBUG")
    yield lambda: [json.loads(line) for line in sink.getvalue().splitlines()]
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def requests(lines):
    return [line for line in lines() if line["event"] == "request"]


async def test_a_line_names_request_caller_route_and_status(lines, web, desk):
    answer = await web.get(
        "/mp/v1/whoami",
        headers={**at_desk(desk.token), "X-Request-Id": REQUEST_ID},
    )
    (line,) = requests(lines)
    assert answer.status_code == 200
    assert line.pop("ms") > 0
    assert line.pop("timestamp").startswith("20")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "suxin.access",
        "method": "GET",
        "route": "/mp/v1/whoami",
        "status": 200,
        "request_id": REQUEST_ID,
        "tenant_id": str(desk.tenant_id),
        "actor_kind": "staff",
    }


async def test_one_request_does_not_inherit_the_caller_of_the_one_before(lines, web, desk):
    await web.get("/mp/v1/whoami", headers=at_desk(desk.token))
    await web.get("/nothing")
    second = requests(lines)[1]
    assert (second["route"], second["status"]) == ("(unmatched)", 404)
    assert "tenant_id" not in second
    assert "actor_kind" not in second


async def test_nothing_personal_and_no_credential_reaches_the_log(lines, web, desk):
    secrets = [RESIDENT_ID, PHONE, desk.token, "Chu-Feng-2026-xin", "zhang-san"]
    form = await web.get("/desk/log-in", follow_redirects=True)
    hidden = fields(form.text)
    kept = dict(web.cookies)
    web.cookies.set("suxin_desk", desk.token)
    for path in (
        f"/mp/v1/public?residentId={RESIDENT_ID}&phone={PHONE}&name=zhang-san",
        f"/mp/v1/people/{RESIDENT_ID}",
        f"/desk/sample?token={desk.token}",
    ):
        await web.get(path, headers={"Authorization": f"Bearer {desk.token}"})
    body = {"amountFen": RESIDENT_ID, "phone": PHONE, "name": "zhang-san"}
    refused = await web.post("/mp/v1/open-things", json=body)
    await web.post(
        "/oauth/log-in",
        data={**hidden, "login": RESIDENT_ID, "password": "Chu-Feng-2026-xin"},
    )
    text = json.dumps(lines(), ensure_ascii=False)
    assert refused.status_code == 422
    assert len(requests(lines)) == 7
    assert len(kept) == 2
    back = hidden.pop("back").partition("request_uri=")[2]
    assert len(back) > 40
    assert [
        secret for secret in [*secrets, *kept.values(), *hidden.values(), back] if secret in text
    ] == []


async def test_a_defect_is_recorded_once_with_its_trace_and_redacted(lines, web):
    answer = await web.get("/mp/v1/refused/personal", headers={"X-Request-Id": REQUEST_ID})
    found = [line for line in lines() if line["event"] == "unexpected"]
    (line,) = found
    assert answer.status_code == 500
    assert (line["level"], line["request_id"]) == ("error", REQUEST_ID)
    assert "ZeroDivisionError" in line["exception"]
    assert RESIDENT_ID not in line["exception"]
    assert PHONE not in line["exception"]
    assert [line["status"] for line in requests(lines)] == [500]


async def test_a_caller_who_leaves_early_is_a_quiet_line_and_no_defect(lines, app):
    sent, arriving = [], [{"type": "http.request", "body": b'{"amount', "more_body": True}]

    async def receive():
        return arriving.pop() if arriving else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    headers = [(b"content-type", b"application/json"), (b"content-length", b"500")]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/mp/v1/open-things",
        "raw_path": b"/mp/v1/open-things",
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.1", 4711),
        "server": ("suxin.test", 80),
    }
    await app(scope, receive, send)
    told = [(line["event"], line["level"]) for line in lines()]
    assert told == [("client left", "info"), ("request", "info")]
    assert [line["status"] for line in requests(lines)] == [499]
    assert sent[0]["status"] == 499


async def test_a_refusal_is_no_defect(lines, web):
    await web.get("/mp/v1/refused/stale")
    assert [line["event"] for line in lines()] == ["request"]


async def test_health_and_assets_are_quiet(lines, web):
    await web.get("/assets/suxin.js")
    await web.get("/health/nothing")
    assert [line["level"] for line in requests(lines)] == ["debug", "debug"]


async def test_each_request_is_measured_by_its_template(runtime, routes):
    measures = []

    def observe(*, method, route, status, seconds):
        measures.append((method, route, status, seconds > 0))

    app = build_app(runtime, routes, observe=observe)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://suxin.test"
    ) as web:
        await web.get("/mp/v1/refused/stale")
        await web.get("/mp/v1/some/unknown/path")
        await web.request("BREW", "/mp/v1/public")
    assert measures == [
        ("GET", "/mp/v1/refused/{how}", 409, True),
        ("GET", "(unmatched)", 404, True),
        ("OTHER", "(unmatched)", 405, True),
    ]
