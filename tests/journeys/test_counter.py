"""The counter in a browser: proved, read aloud, signed on the pad or on paper, and the receipt; at a desk's width and a phone's."""

import pytest
from accessibility import WIDE, Axe, axe_source
from browsing import NARROW, Screen
from node_projects import NodeMissing, PackagesMissing
from playwright.async_api import Browser, Locator, Page, expect
from running_city import RunningCity

from suxin_server.demo import cast
from suxin_server.demo.visitor import COUNTER_VISITOR, TERMINAL_REF

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def axe() -> Axe:
    try:
        return Axe(axe_source())
    except (NodeMissing, PackagesMissing) as missing:
        pytest.skip(f"no axe-core here: {missing}")


def at(page: Page, testid: str) -> Locator:
    return page.get_by_test_id(testid)


async def log_in(page: Page, url: str, name: str) -> None:
    await page.goto(f"{url}/desk")
    await page.get_by_label("登录名").fill(name)
    await page.get_by_label("密码").fill(cast.PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.wait_for_url(f"{url}/desk/counter**")


async def prove(page: Page) -> None:
    await page.get_by_label("姓名").fill(COUNTER_VISITOR.name)
    await page.get_by_label("身份证号码").fill(COUNTER_VISITOR.resident_id)
    await page.get_by_label("终端流水号").fill(TERMINAL_REF)
    await at(page, "prove").click()
    await expect(at(page, "matters")).to_be_visible()


async def read_aloud(page: Page) -> None:
    await page.get_by_label("我已向办事人宣读以上全文").check()
    await page.get_by_label("办事人已用自己的话复述").check()
    await at(page, "read").click()
    await expect(at(page, "pad")).to_be_visible()


async def draw(page: Page) -> None:
    """Sign on the pad, stroke by stroke, as a pen does."""
    pad = at(page, "pad")
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box is not None
    for stroke in (((0.2, 0.2), (0.4, 0.8)), ((0.5, 0.7), (0.8, 0.25))):
        (x, y), end = stroke
        await page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        await page.mouse.down()
        await page.mouse.move(
            box["x"] + box["width"] * end[0], box["y"] + box["height"] * end[1], steps=12
        )
        await page.mouse.up()


async def test_a_person_without_a_phone_refuses_one_bank_and_allows_another_and_takes_it_back(
    running_city: RunningCity, browser: Browser, axe: Axe
) -> None:
    axe.wrong.clear()
    screen = await Screen.open(browser, "counter", width=1440, height=900)
    page = screen.page
    await log_in(page, running_city.url, "operator.counter")
    await axe.look_at_desk(screen, "start")
    await at(page, "open").click()
    await be_proved(screen, axe)
    await refuse(screen, axe)
    await page.set_viewport_size({"width": NARROW, "height": 800})
    await allow_by_pad(page)
    await page.set_viewport_size({"width": WIDE, "height": 900})
    await take_back_on_paper(page)
    await axe.look_at_desk(screen, "done")
    await at(page, "end").click()
    await expect(page.get_by_text("接待已结束")).to_be_visible()
    await screen.close()
    assert axe.wrong == []
    assert screen.wrong == []


async def be_proved(screen: Screen, axe: Axe) -> None:
    page = screen.page
    await expect(at(page, "prove")).to_be_visible()
    await axe.look_at_desk(screen, "prove")
    with screen.refusals_expected():
        await at(page, "prove").click()
        await expect(page.get_by_text("此项必填").first).to_be_visible()
    await axe.look_at_desk(screen, "prove-errors")
    await prove(page)
    await expect(at(page, "matter")).to_have_count(2)
    await axe.look_at_desk(screen, "matters")


async def refuse(screen: Screen, axe: Axe) -> None:
    page = screen.page
    await at(page, "matter-answer").first.click()
    await expect(at(page, "aloud")).to_contain_text("您可以随时暂停或撤回本授权")
    await axe.look_at_desk(screen, "aloud")
    await read_aloud(page)
    await axe.look(page, "decision")
    no, yes = [await at(page, f"decide-{one}").bounding_box() for one in ("refuse", "allow")]
    assert no is not None
    assert yes is not None
    assert (no["width"], no["height"]) == (yes["width"], yes["height"])
    # An empty pad is told beside it, and nothing is decided.
    with screen.refusals_expected():
        await at(page, "decide-refuse").click()
        await expect(page.get_by_text("未收到签名图像")).to_be_visible()
    await axe.look_at_desk(screen, "empty-pad")
    await draw(page)
    # The picture is also taken as wide as a phone: what is drawn outlives the other width.
    await screen.shoot("signed")
    await at(page, "decide-refuse").click()
    await expect(at(page, "receipt")).to_contain_text("不同意授权")
    await axe.look_at_desk(screen, "receipt")
    await at(page, "back").click()
    await expect(at(page, "matter")).to_have_count(1)


async def allow_by_pad(page: Page) -> None:
    await at(page, "matter-answer").click()
    await read_aloud(page)
    await draw(page)
    await at(page, "decide-allow").click()
    await expect(at(page, "receipt")).to_contain_text("同意授权")
    await at(page, "back").click()


async def take_back_on_paper(page: Page) -> None:
    await at(page, "matter-revoke").click()
    await read_aloud(page)
    await page.get_by_label("纸质签字").check()
    await expect(page.get_by_role("button", name="打印告知书")).to_be_visible()
    number = await at(page, "paper-form").locator("dd").first.text_content()
    await page.get_by_label("纸质编号").fill(number or "")
    await at(page, "decide-revoke").click()
    await expect(at(page, "receipt")).to_contain_text("撤回授权")
    await at(page, "back").click()
    await expect(at(page, "signed")).to_contain_text("纸质签字")


async def test_an_auditor_opens_what_was_signed(
    running_city: RunningCity, browser: Browser, axe: Axe
) -> None:
    axe.wrong.clear()
    screen = await Screen.open(browser, "evidence", width=1440, height=900)
    page = screen.page
    await page.goto(f"{running_city.url}/desk")
    await page.get_by_label("登录名").fill("operator.audit")
    await page.get_by_label("密码").fill(cast.PASSWORD)
    await page.get_by_role("button", name="登录", exact=True).click()
    await page.get_by_role("link", name="窗口凭据").click()
    await expect(at(page, "evidence-row")).to_have_count(3)
    await axe.look_at_desk(screen, "list")
    await at(page, "evidence-row").last.get_by_role("link").click()
    picture = page.get_by_role("img", name="办事人的手写签名")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("(image) => image.naturalWidth") > 100
    await axe.look_at_desk(screen, "opened")
    await screen.close()
    assert axe.wrong == []
    assert screen.wrong == []
