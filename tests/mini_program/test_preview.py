"""The phone preview: its page and files under the content policy, and the routes that only a demo has."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from importlib.resources import files
from typing import Any

import httpx
import pytest

from suxin.kernel.money import format_wan
from suxin_mini_program.preview import StandInCodes, demo_routes
from suxin_mini_program.routes import routes
from suxin_outbound.guarded import GuardedClient
from suxin_web import formats
from suxin_web.application import build_app
from suxin_web.content_words import NAMES
from suxin_web.refusals import ServiceUnavailable

ASSETS = files("suxin_mini_program") / "assets"


def caller(app) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://suxin.test")


async def test_the_page_holds_no_script_or_style_of_its_own(web) -> None:
    page = await web.get("/preview")

    assert page.status_code == 200
    assert 'lang="zh-CN"' in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert re.findall(r"<script(?![^>]*\bsrc=)", page.text) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", page.text) == []


async def test_every_file_the_page_names_is_served(web) -> None:
    page = await web.get("/preview")
    named = re.findall(r'(?:href|src)="(/(?:preview/)?assets/[^"]+)"', page.text)

    assert len(named) == 4
    for address in named:
        file = await web.get(address)
        assert file.status_code == 200, address
        assert "immutable" in file.headers["cache-control"], address


async def test_every_module_a_script_imports_is_served(web) -> None:
    scripts = [item for item in (ASSETS / "preview").iterdir() if item.name.endswith(".js")]
    wanted = {
        name
        for script in scripts
        for name in re.findall(r'from "\./([\w.]+)"', script.read_text(encoding="utf-8"))
    }

    assert wanted <= {script.name for script in scripts}
    for name in wanted:
        served = await web.get(f"/preview/assets/preview/{name}")
        assert served.headers["content-type"].startswith(
            ("text/javascript", "application/javascript")
        )


def test_the_scripts_call_nothing_but_the_api_and_the_demo() -> None:
    for script in (ASSETS / "preview").iterdir():
        text = script.read_text(encoding="utf-8")
        assert "http://" not in text, script.name
        assert "https://" not in text, script.name
        assert "innerHTML" not in text, script.name
        assert ("fetch(" in text) is (script.name == "answers.js"), script.name


def test_no_script_keeps_a_secret_where_others_could_read_it() -> None:
    for script in (ASSETS / "preview").iterdir():
        text = script.read_text(encoding="utf-8")
        assert "localStorage" not in text, script.name
        assert "document.cookie" not in text, script.name
    tokens = (ASSETS / "preview/tokens.js").read_text(encoding="utf-8")
    assert 'generateKey(CURVE, false, ["sign"])' in tokens
    assert "sessionStorage" not in tokens


def test_the_vendored_style_has_its_licence_and_version() -> None:
    weui = ASSETS / "vendor" / "weui"

    assert "MIT License" in (weui / "LICENSE").read_text(encoding="utf-8")
    version = (weui / "VERSION").read_text(encoding="utf-8").split()[1]
    assert f"WeUI v{version} " in (weui / "weui.min.css").read_text(encoding="utf-8")


async def test_a_demo_offers_its_cast(web) -> None:
    people = (await web.get("/preview/people.json")).json()["people"]

    assert [(person["code"], person["subjectName"]) for person in people] == [
        ("demo-xiaoming", "宿迁市沭河木业有限公司")
    ]


async def test_a_demo_reads_the_code_a_phone_received(web, guest, clock, send_messages) -> None:
    number = "19900000088"
    before = (await web.get("/preview/sms-code", params={"phone": number})).json()
    await guest.post("/phone-codes", {"phone": number}, key=None)
    await send_messages(clock.now())

    after = (await web.get("/preview/sms-code", params={"phone": number})).json()

    assert before == {"code": None, "count": 0}
    assert re.fullmatch(r"\d{6}", after["code"])
    assert after["count"] == 1


@pytest.mark.parametrize("query", [{}, {"phone": "x"}, {"phone": "19900000088&x=1"}, {"tel": "1"}])
async def test_a_code_is_asked_for_by_a_mobile_number(web, query) -> None:
    refused = await web.get(
        "/preview/sms-code", params=query, headers={"Accept": "application/json"}
    )

    assert refused.status_code == 422


async def test_an_installation_without_a_demo_has_no_such_routes(runtime) -> None:
    async with caller(build_app(runtime, routes)) as client:
        for address in ("/preview/people.json", "/preview/sms-code?phone=19900000088"):
            missing = await client.get(address, headers={"Accept": "application/json"})
            assert (missing.status_code, missing.json()["code"]) == (404, "ROUTE_UNKNOWN")


async def test_the_demos_routes_answer_nowhere_else(runtime, stand_ins, guarded) -> None:
    production = replace(runtime, demo=False)
    demo = demo_routes((), StandInCodes(stand_ins.sms, guarded))
    async with caller(build_app(production, [*routes, *demo])) as client:
        for address in (
            "/preview",
            "/preview/people.json",
            "/preview/sms-code?phone=19900000088",
        ):
            missing = await client.get(address, headers={"Accept": "application/json"})
            assert (missing.status_code, missing.json()["code"]) == (404, "ROUTE_UNKNOWN")
        page = await client.get("/preview", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (
            404,
            "text/html; charset=utf-8",
        )


@pytest.mark.parametrize("demo", [True, False])
async def test_only_a_demos_front_page_leads_to_the_preview(runtime, demo) -> None:
    async with caller(build_app(replace(runtime, demo=demo), routes)) as client:
        front = await client.get("/", headers={"Accept": "text/html"})
        assert front.status_code == 200
        assert ('href="/desk"' in front.text, 'href="/preview"' in front.text) == (True, demo)
        assert ("preview" in front.text) is demo


async def test_a_stand_in_that_does_not_answer_is_told(guarded: GuardedClient) -> None:
    with pytest.raises(ServiceUnavailable):
        await StandInCodes("http://127.0.0.1:9", guarded).codes("19900000088")


def told_by_node(expression: str) -> Any:
    """Return what an expression over the phone's formats gives."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js here")
    module = json.dumps((ASSETS / "preview/format.js").as_uri())
    program = f"""
      import {{ toBps, toFen, wan, yuan }} from {module};
      console.log(JSON.stringify({expression}));
    """
    told = subprocess.run(
        [node, "--no-warnings", "--input-type=module", "-e", program],
        check=True,
        capture_output=True,
        text=True,
    )
    return json.loads(told.stdout)


def test_the_phone_writes_money_as_the_server_does() -> None:
    amounts = [
        0,
        5,
        999_999,
        1_000_000,
        10_050_000,
        12_345_600,
        50_000_000,
        1_200_000_000,
        -123_456,
    ]

    told = told_by_node(f"{amounts}.map((fen) => [wan(fen), yuan(fen)])")

    assert told == [[format_wan(fen), formats.money(fen)] for fen in amounts]


def test_the_phone_names_a_records_content_as_the_server_does() -> None:
    script = (ASSETS / "preview/mine.js").read_text(encoding="utf-8")
    written = script.split("export const NAMES = {")[1].split("}")[0]

    said = dict(re.findall(r'(\w+): "([^"]+)"', written))

    assert said == {"grade": "等级", **NAMES}
    assert list(said)[:3] == ["grade", "title", "industry"]


def test_what_is_out_of_range_reaches_the_server_that_says_the_range() -> None:
    amounts = told_by_node('["-5", "1,000", "0.001", "x", "--1"].map((text) => toFen(text, "元"))')
    rates = told_by_node('["-1", "4.35", "4.355", "x"].map(toBps)')

    assert amounts == [-500, 100_000, None, None, None]
    assert rates == [-100, 435, None, None]
