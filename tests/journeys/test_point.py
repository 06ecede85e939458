"""Points from the field to the shop: walked by the command line, twice, and then looked at on the resident's phone."""

import pytest
from browsing import Screen
from loan_pages import Phone
from playwright.async_api import Browser, expect
from running_city import RunningCity
from walked import steps_of, walk

from suxin_server.demo import cast
from suxin_server.journeys.point import STEPS

pytestmark = pytest.mark.processes


@pytest.mark.browser
async def test_points_are_claimed_spent_and_taken_back_and_the_phone_shows_it(
    running_city: RunningCity, browser: Browser
) -> None:
    for _ in range(2):
        told = walk("point", "--url", running_city.url)
        assert steps_of(told) == [(place, name) for place, (name, _) in enumerate(STEPS, 1)]
    url = running_city.url
    phone = Phone(await Screen.open(browser, "points", width=390, height=844), url)
    await phone.log_in_as(cast.APPLICANTS[-1])
    await phone.page.goto(f"{url}/preview#/points")
    await expect(phone.at("point-balance")).to_have_text("100")
    await phone.screen.shoot("mine")
    for way, shown in (
        ("to-claim", "claim-form"),
        ("to-claims", "point-claims"),
        ("to-statement", "statement-page"),
        ("to-objection", "point-objection-form"),
        ("to-uses", "uses-page"),
        ("to-shop", "shop-page"),
    ):
        await phone.page.goto(f"{url}/preview#/points")
        await phone.at(way).click()
        await expect(phone.at(shown)).to_be_visible()
        await phone.screen.shoot(way)
    await phone.at("show-shop-code").click()
    await expect(phone.page.get_by_role("img", name="兑换码")).to_be_visible()
    await phone.screen.shoot("code")
    await phone.screen.close()
    assert phone.screen.wrong == []
