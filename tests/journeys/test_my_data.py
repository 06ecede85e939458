"""My data as people click it: seen, downloaded, corrected by the credit office, deleted, and at last the account closed."""

import json
from pathlib import Path

import pytest
from accessibility import Axe
from browsing import NARROW, Screen
from contesting import (
    apply_for_repair,
    ask_for_an_exemption,
    decide_on_the_exemption,
    go,
    have_a_tier_of_the_citys_own_looked_at,
    look_at_the_dial,
    look_at_the_sources,
    see_it_exempted,
)
from loan_pages import Phone
from playwright.async_api import Browser, expect
from running_city import RunningCity

from suxin_server.demo import cast

pytestmark = [pytest.mark.browser, pytest.mark.processes]

WHO = cast.WANG_QIANG
"""Of whom no other journey wants anything: his account is closed at the end."""
OTHER = "operator.credit"
"""Another of the credit office, who checks what the first decided."""
PLACE = "321311"
"""宿豫区, where the credit office finds his firm to be."""


async def prove(phone: Phone) -> None:
    """Log in as somebody new, prove who he is, and act for his firm."""
    await phone.page.goto(f"{phone.url}/preview")
    await phone.at(f"person-{WHO.wechat}").click()
    await phone.at("send-code").click()
    await phone.at("fill-code").click()
    await phone.at("prove").click()
    await phone.at("prove-mandate").click()
    await expect(phone.at("acting-for")).to_have_text(WHO.subject_name)


async def downloaded(phone: Phone, which: str) -> Path:
    async with phone.page.expect_download() as waiting:
        await phone.at(f"download-{which}").click()
    download = await waiting.value
    assert download.suggested_filename.startswith("我的数据.")
    return Path(await download.path())


async def see_and_download(phone: Phone, axe: Axe, tmp_path: Path) -> None:
    """Look at everything in overview, and keep it as both files; the one to read is looked at as well."""
    await phone.at("tab-mine").click()
    await phone.at("to-my-data").click()
    await expect(phone.at("data-owner")).to_have_text(WHO.subject_name)
    await axe.look(phone.page, "my data")
    await phone.screen.shoot("my-data")
    held = json.loads((await downloaded(phone, "export")).read_text(encoding="utf-8"))
    assert held["subject"]["name"] == WHO.subject_name
    shown = await phone.at("part").count()
    assert shown == len([part for part in held["parts"] if part["count"]]) > 2
    document = tmp_path / "my-data.html"
    document.write_bytes((await downloaded(phone, "document")).read_bytes())
    reading = await phone.page.context.new_page()
    await reading.goto(document.as_uri())
    await expect(reading.get_by_role("heading", level=1)).to_have_text("我的数据")
    await axe.look(reading, "the document")
    for width in (NARROW, 1440):
        await reading.set_viewport_size({"width": width, "height": 900})
        assert await Screen("reader", reading.context, reading).faults() == []
    await reading.close()


async def contest_a_record(phone: Phone, axe: Axe) -> None:
    """Ask for the correction of a record, with what is missing said beside its field, and take it back."""
    await phone.page.locator('[data-testid="part"][data-part="records"]').click()
    row = phone.at("data-row").filter(has_text="登记注册基本信息")
    await expect(row).to_have_count(1)
    await axe.look(phone.page, "records")
    await phone.screen.shoot("records")
    await row.get_by_test_id("contest").click()
    await expect(phone.at("correct-page")).to_contain_text("市场监督管理局")
    await phone.at("ask-correction").click()
    await expect(phone.at("error-wanted")).to_have_text("请填写此项")
    assert await phone.page.evaluate("document.activeElement.name") == "wanted"
    await phone.at("field-wanted").fill("从业人数应为 5 人")
    await phone.at("ask-correction").click()
    await expect(phone.at("error-reason")).to_have_text("请填写此项")
    await axe.look(phone.page, "correct a record")
    await phone.screen.shoot("correct-record")
    await phone.at("field-reason").fill("新聘两名职工")
    await phone.at("ask-correction").click()
    await expect(phone.at("case")).to_have_attribute("data-state", "SUBMITTED")
    await expect(phone.at("case")).to_contain_text("转请来源部门核改")
    await axe.look(phone.page, "cases")
    await phone.screen.shoot("cases")
    await phone.at("withdraw-case").click()
    await phone.at("withdraw-dialog-yes").click()
    await expect(phone.at("case")).to_have_attribute("data-state", "WITHDRAWN")


async def contest_the_place(phone: Phone) -> None:
    await go(phone, "/my-data/parts/subject", "part-page")
    await phone.at("correct-region").click()
    await phone.at("field-wanted").fill("宿豫区")
    await phone.at("field-reason").fill("住所已迁入，登记未更新")
    await phone.at("ask-correction").click()
    await expect(phone.at("case").first).to_have_attribute("data-state", "SUBMITTED")


async def log_in(screen: Screen, url: str, name: str) -> None:
    page = screen.page
    await page.goto(f"{url}/desk")
    await page.get_by_label("登录名").fill(name)
    await page.get_by_label("密码").fill(cast.PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.wait_for_url(f"{url}/desk**")


async def decide_at_the_desk(screen: Screen, url: str, axe: Axe, outcome: str) -> None:
    """Let one of the credit office accept, read what granting does, and decide."""
    page = screen.page
    await page.goto(f"{url}/desk/cases")
    await screen.shoot("cases")
    await page.get_by_test_id("running-row").get_by_role("link", name="所在地").click()
    if await page.get_by_test_id("accept").count():
        await axe.look(page, "accept a case")
        await screen.shoot("case-submitted")
        await page.get_by_test_id("accept").click()
    await expect(page.get_by_test_id("will")).to_contain_text("平台自有资料")
    await axe.look(page, "decide a case")
    await screen.shoot("case")
    await page.get_by_test_id("reason").fill("经核实，住所已迁入")
    if outcome == "grant":
        with screen.refusals_expected():
            await page.get_by_test_id("grant").click()
            await expect(page.locator("#e-value")).to_be_visible()
        await screen.shoot("case-without-value")
        await page.get_by_test_id("value").select_option(PLACE)
    await page.get_by_test_id(outcome).click()
    await expect(page.get_by_test_id("another")).to_be_visible()
    await screen.shoot("case-decided")


async def check_at_the_desk(screen: Screen, url: str, axe: Axe) -> None:
    """Let another of the credit office see what was decided, and agree."""
    page = screen.page
    await page.goto(f"{url}/desk/cases")
    await page.get_by_test_id("running-row").get_by_role("link", name="所在地").click()
    await expect(page.get_by_test_id("decision").last).to_contain_text("经核实，住所已迁入")
    await axe.look(page, "check a case")
    await screen.shoot("case-check")
    await page.get_by_test_id("uphold").click()
    await expect(page.get_by_test_id("uphold")).to_have_count(0)


async def appeal(phone: Phone, axe: Axe) -> None:
    """Read why not, and appeal."""
    await go(phone, "/notices", "notices")
    await go(phone, "/cases", "cases-page")
    declined = phone.page.locator('[data-testid="case"][data-state="NOTICED"]')
    await expect(declined).to_contain_text("可申诉至")
    await phone.screen.shoot("case-declined")
    await declined.get_by_test_id("to-appeal").click()
    await expect(phone.at("appeal-page")).to_be_visible()
    await phone.at("send-appeal").click()
    await expect(phone.at("error-reason")).to_have_text("请填写此项")
    await axe.look(phone.page, "appeal")
    await phone.screen.shoot("appeal")
    await phone.at("field-reason").fill("住所证明已更新")
    await phone.at("send-appeal").click()
    await expect(phone.page.locator('[data-testid="case"][data-state="APPEALED"]')).to_be_visible()


async def see_it_corrected(phone: Phone) -> None:
    """The notice leads to the answer, and the place is another one everywhere."""
    await go(phone, "/notices", "notices")
    answered = phone.at("notice").filter(has_text="更正申请已答复").first
    await answered.get_by_test_id("notice-link").click()
    await expect(phone.at("cases-page")).to_be_visible()
    corrected = phone.page.locator('[data-testid="case"][data-state="EFFECTIVE"]')
    await expect(corrected).to_contain_text("宿豫区")
    await expect(corrected).to_contain_text("予以更正")
    await phone.screen.shoot("corrected")
    await phone.at("tab-mine").click()
    await expect(phone.page.locator(".facts").first).to_contain_text("宿豫区")


async def declare_under_a_commitment(phone: Phone, axe: Axe) -> None:
    """Declare an honour, which is refused until the commitment is signed; it waits to be looked into."""
    await go(phone, "/declare", "declare-form")
    await phone.at("field-content.title").fill("诚信企业")
    await phone.at("field-content.issuer").fill("商会")
    await phone.at("declare").click()
    await expect(phone.at("error-commitmentVersion")).to_have_text("请阅读并签署承诺书")
    await phone.at("field-commitmentVersion").select_option("yes")
    await phone.at("declare").click()
    await expect(phone.at("commitment").first).to_contain_text("待核查")
    await axe.look(phone.page, "commitments")
    await phone.screen.shoot("commitments")


async def declare_correct_and_delete(phone: Phone, axe: Axe) -> None:
    """Declare an honour, correct it at once, and delete it with its history."""
    await declare_under_a_commitment(phone, axe)
    await go(phone, "/my-data/parts/declarations", "part-page")
    await phone.at("correct-declared").click()
    await phone.at("field-content.issuer").fill("")
    await phone.at("save-declared").click()
    await expect(phone.at("error-content.issuer")).to_have_text("请填写此项")
    await phone.at("field-content.issuer").fill("市商会")
    await phone.at("save-declared").click()
    await expect(phone.at("data-row")).to_have_count(2)
    await expect(phone.at("data-row").first).to_contain_text("市商会")
    await go(phone, "/my-data/deletion", "deletion-page")
    await axe.look(phone.page, "delete")
    await phone.screen.shoot("deletion")
    await phone.at("delete-parts").click()
    await expect(phone.at("error")).to_contain_text("请选择要删除的部分")
    await phone.page.locator('label[for="f-part-declarations"]').click()
    await phone.at("delete-parts").click()
    await axe.look(phone.page, "confirm the deletion")
    await phone.screen.shoot("deletion-confirm")
    await phone.at("delete-dialog-yes").click()
    await expect(phone.at("erased")).to_contain_text("自主申报")
    await expect(phone.at("erased")).to_contain_text("2 条")
    await phone.screen.shoot("deletion-done")


async def close_the_account(phone: Phone, axe: Axe) -> None:
    """Closing is refused for a firm and without the phrase; afterwards the same WeChat is a stranger."""
    await go(phone, "/my-data/closure", "closure-page")
    await phone.screen.shoot("closure-for-a-firm")
    await phone.at("as-oneself").click()
    await phone.at("field-confirmation").fill("注销")
    await phone.at("close-account").click()
    await expect(phone.at("error-confirmation")).to_contain_text("确认注销")
    await axe.look(phone.page, "close the account")
    await phone.screen.shoot("closure")
    await phone.at("field-confirmation").fill("确认注销")
    await phone.at("close-account").click()
    await phone.at("closure-dialog-no").click()
    await expect(phone.at("closure-page")).to_be_visible()
    await phone.at("close-account").click()
    await phone.at("closure-dialog-yes").click()
    await expect(phone.at("closed-page")).to_be_visible()
    await expect(phone.at("kept").first).to_be_visible()
    await axe.look(phone.page, "closed")
    await phone.screen.shoot("closed")
    await phone.at("to-log-in").click()
    await phone.at(f"person-{WHO.wechat}").click()
    await expect(phone.at("title")).to_have_text("实名认证")


async def test_a_persons_data_is_seen_kept_corrected_deleted_and_his_account_closed(
    running_city: RunningCity, browser: Browser, axe: Axe, tmp_path: Path
) -> None:
    phone = Phone(await Screen.open(browser, "my-data", width=NARROW, height=800), running_city.url)
    await prove(phone)
    # Once he is scored, nothing more becomes known of him while what is known is counted.
    await look_at_the_dial(phone)
    await see_and_download(phone, axe, tmp_path)
    await contest_a_record(phone, axe)
    await contest_the_place(phone)
    url = running_city.url
    one = await Screen.open(browser, "cases-desk", width=1440, height=900)
    other = await Screen.open(browser, "cases-desk-narrow", width=NARROW, height=800)
    await log_in(one, url, "operator.admin")
    await log_in(other, url, OTHER)
    await decide_at_the_desk(one, url, axe, "decline")
    await check_at_the_desk(other, url, axe)
    await appeal(phone, axe)
    await decide_at_the_desk(other, url, axe, "grant")
    await check_at_the_desk(one, url, axe)
    await see_it_corrected(phone)
    await apply_for_repair(phone, axe)
    await ask_for_an_exemption(phone, axe)
    await decide_on_the_exemption(one, other, url, axe)
    await look_at_the_sources(one, url)
    await see_it_exempted(phone)
    await declare_correct_and_delete(phone, axe)
    await have_a_tier_of_the_citys_own_looked_at(phone, axe)
    await close_the_account(phone, axe)
    for screen in (phone.screen, one, other):
        await screen.close()
        assert screen.wrong == []
    assert axe.wrong == []


async def test_a_running_contract_keeps_an_account_open_and_is_named(
    running_city: RunningCity, browser: Browser
) -> None:
    phone = Phone(
        await Screen.open(browser, "contract", width=NARROW, height=800), running_city.url
    )
    await phone.log_in_as(cast.ZHAO_MIN)
    await go(phone, "/my-data/closure", "closure-page")
    await phone.at("as-oneself").click()
    await phone.at("field-confirmation").fill("确认注销")
    with phone.screen.refusals_expected():
        await phone.at("close-account").click()
        await phone.at("closure-dialog-yes").click()
        await expect(phone.at("error")).to_have_attribute("data-code", "CONTRACT_RUNNING")
    await expect(phone.at("error")).to_contain_text("请先结清贷款")
    await phone.screen.shoot("contract-running")
    # A natural person is in no industry that could be wrong.
    await go(phone, "/my-data/parts/subject", "part-page")
    await expect(phone.at("correct-region")).to_be_visible()
    await expect(phone.at("correct-industry")).to_have_count(0)
    await phone.screen.close()
    assert phone.screen.wrong == []
