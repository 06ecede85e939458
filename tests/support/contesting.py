"""A bad record as its subject and the credit office click it: repaired by the window, or exempted on a document."""

import asyncio
import math
import re

from accessibility import Axe
from browsing import Screen
from loan_pages import Phone
from playwright.async_api import FilePayload, Route, expect

PAPER = FilePayload(
    name="受灾情况证明.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4\n% made up\n%%EOF\n"
)
SCORED_WITHIN_S = 90
OTHER = FilePayload(name="网页.html", mimeType="text/html", buffer=b"<html></html>")


async def go(phone: Phone, path: str, shows: str) -> None:
    await phone.page.evaluate(f"location.hash = '{path}'")
    await expect(phone.at(shows)).to_be_visible()


async def apply_for_repair(phone: Phone, axe: Axe) -> None:
    """Apply for repair with two files, after one that is refused beside its field, and take it back while it is here or returned."""
    await go(phone, "/repairs", "repairs-page")
    await phone.at("apply-repair").click()
    await expect(phone.at("apply-repair-page")).to_be_visible()
    await phone.at("field-statement").fill("罚款已缴清【补正】")
    await phone.at("field-proof").set_input_files(PAPER)
    await phone.at("send-repair").click()
    await expect(phone.at("error-commitment")).to_have_text("请选择文件")
    await phone.at("field-commitment").set_input_files(OTHER)
    with phone.screen.refusals_expected():
        await phone.at("send-repair").click()
        await expect(phone.at("error-commitment")).to_contain_text("只接受 PDF")
    await axe.look(phone.page, "apply for repair")
    await phone.screen.shoot("apply-repair")
    await phone.at("field-commitment").set_input_files(PAPER)
    await phone.at("send-repair").click()
    asked = phone.at("repair").first
    await expect(asked).to_contain_text("受灾情况证明.pdf")
    await phone.screen.shoot("repair-applied")


async def ask_for_an_exemption(phone: Phone, axe: Axe) -> None:
    """Ask for the exemption of the penalty, with a document."""
    await go(phone, "/my-data/parts/records", "part-page")
    await phone.at("data-row").filter(has_text="行政处罚").get_by_test_id("exempt").click()
    await expect(phone.at("exempt-page")).to_be_visible()
    await phone.at("field-reason").fill("受灾停产，未能按期履行")
    await phone.at("ask-exemption").click()
    await expect(phone.at("error-evidence")).to_have_text("请填写此项")
    await phone.at("field-evidence").fill("应急管理局受灾情况证明")
    await phone.at("field-documents").set_input_files([PAPER])
    await axe.look(phone.page, "ask for an exemption")
    await phone.screen.shoot("exempt")
    await phone.at("ask-exemption").click()
    asked = phone.page.locator('[data-testid="case"][data-kind="exemption"]')
    await expect(asked).to_contain_text("受灾情况证明.pdf")
    await phone.screen.shoot("exemption-asked")


async def decide_on_the_exemption(one: Screen, other: Screen, url: str, axe: Axe) -> None:
    """Let one of the office read the document and grant, and another check."""
    page = one.page
    await page.goto(f"{url}/desk/cases")
    rows = page.get_by_test_id("running-row").filter(has_text="信用豁免申请")
    await rows.filter(has_text="待受理").get_by_role("link").first.click()
    place = page.url
    await page.get_by_test_id("accept").click()
    async with page.expect_download() as waiting:
        await page.get_by_test_id("document").click()
    assert (await waiting.value).suggested_filename == PAPER["name"]
    await axe.look(page, "decide on an exemption")
    await one.shoot("exemption")
    await page.get_by_test_id("reason").fill("情况属实")
    await page.get_by_test_id("grant").click()
    await expect(page.get_by_test_id("another")).to_be_visible()
    await other.page.goto(place)
    await other.page.get_by_test_id("uphold").click()
    await expect(other.page.get_by_test_id("uphold")).to_have_count(0)


async def look_at_the_sources(screen: Screen, url: str) -> None:
    """Look at how good each source is, of organisations and of persons."""
    await screen.page.goto(f"{url}/desk/ingestion")
    await expect(screen.page.get_by_text("个人覆盖率").first).to_be_attached()
    await screen.shoot("ingestion")


async def see_it_exempted(phone: Phone) -> None:
    await go(phone, "/notices", "notices")
    await go(phone, "/cases", "cases-page")
    case = phone.page.locator('[data-testid="case"][data-kind="exemption"]')
    await expect(case).to_contain_text("予以豁免")


async def wait_for_a_score(phone: Phone) -> None:
    """The worker scores a demo city after its start: until then nobody has a tier, nor a certificate of it."""
    for _ in range(SCORED_WITHIN_S):
        await go(phone, "/score", "score-page")
        if await phone.at("dial").count():
            break
        await asyncio.sleep(1)
        await phone.page.reload()
    await expect(phone.at("dial")).to_be_visible()


async def look_at_the_dial(phone: Phone) -> None:
    """The hand points into the tier that is lit and said, which are one."""
    await wait_for_a_score(phone)
    said = await phone.at("dial").locator("svg").get_attribute("aria-label") or ""
    tiers, from_best = map(int, re.findall(r"共 (\d+) 级，自优至次第 (\d+) 级", said)[0])
    tip = phone.at("dial").locator(".dial-tip")
    x, y = [float(await tip.get_attribute(name) or "nan") for name in ("cx", "cy")]
    # The best tier is at the right end of a half circle around (150, 140).
    angle = math.atan2(140 - y, 150 - x)
    assert int(angle / (math.pi / tiers)) == tiers - from_best
    lit = (
        await phone.at("dial")
        .locator(".dial-arc")
        .evaluate_all("arcs => arcs.findIndex((one) => one.classList.contains('is-here'))")
    )
    assert lit == tiers - from_best
    await phone.screen.shoot("score")


async def have_a_tier_of_the_citys_own_looked_at(phone: Phone, axe: Axe) -> None:
    """Where the city's own system says the tiers there is no score to show: a person looks at the tier. It is taken back after all."""
    await phone.page.route("**/mp/v1/score", _as_the_citys_own)
    await go(phone, "/cases", "cases-page")
    await go(phone, "/score", "score-page")
    await expect(phone.at("tier")).to_contain_text("本市信用评分系统")
    await axe.look(phone.page, "a tier of the city's own")
    await phone.screen.shoot("tier-of-the-city")
    await phone.at("review-tier").click()
    await phone.at("ask-review").click()
    await expect(phone.at("error-wanted")).to_have_text("请填写此项")
    await phone.at("field-wanted").fill("请核实等级")
    await phone.at("field-reason").fill("与实际不符")
    await phone.at("ask-review").click()
    asked = phone.page.locator('[data-testid="case"][data-kind="human_review"]')
    await expect(asked).to_contain_text("等级（")
    await phone.screen.shoot("tier-review-asked")
    await asked.get_by_test_id("withdraw-case").click()
    await phone.at("withdraw-dialog-yes").click()
    await expect(asked).to_have_attribute("data-state", "WITHDRAWN")
    await phone.page.unroute("**/mp/v1/score")


async def _as_the_citys_own(route: Route) -> None:
    answered = await route.fetch()
    shown = await answered.json()
    shown["score"] = None
    for tier in shown["tiers"]:
        tier["origin"] = {"code": "city", "zh": "本市信用评分系统"}
    await route.fulfill(response=answered, json=shown)
