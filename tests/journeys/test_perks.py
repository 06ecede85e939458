"""A benefit's way: walked by the command line, and clicked by a resident on his phone and a clerk at the desk."""

from pathlib import Path

import pytest
from browsing import Screen
from cameras import browser_that_sees, film_of
from perk_pages import Clerk, Resident
from playwright.async_api import Browser
from running_city import RunningCity
from walked import steps_of, walk

from suxin_server.demo import cast
from suxin_server.journeys.perk import STEPS

pytestmark = pytest.mark.processes


@pytest.mark.browser
async def test_the_way_is_walked_and_then_clicked(
    running_city: RunningCity, browser: Browser
) -> None:
    told = walk("perk", "--url", running_city.url)
    assert steps_of(told) == [(number, name) for number, (name, _) in enumerate(STEPS, start=1)]
    # What the journey published is redeemed by people now.
    url = running_city.url
    resident = Resident(await Screen.open(browser, "perk-phone", width=390, height=844), url)
    clerk = Clerk(await Screen.open(browser, "perk-desk", width=1440, height=900), url)
    await resident.log_in_as(cast.CHEN_JING)
    await resident.open_a_code()
    await clerk.log_in()
    await clerk.mistype()
    await clerk.take(await resident.code(), "门票 9 折")
    await resident.is_told("已核验：门票 9 折")
    await clerk.complete()
    await resident.look_back()
    for screen in (resident.screen, clerk.screen):
        await screen.close()
        assert screen.wrong == []


@pytest.mark.browser
async def test_a_benefit_nearby_is_found_and_its_code_read_off_the_phone_by_a_camera(
    running_city: RunningCity, browser: Browser, tmp_path: Path
) -> None:
    url = running_city.url
    resident = Resident(await Screen.open(browser, "seen-phone", width=390, height=844), url)
    await resident.log_in_as(cast.CHEN_JING)
    await resident.show_a_code_of("餐饮守信折扣", here="宿城区", elsewhere="沭阳县")
    film = tmp_path / "code.y4m"
    film.write_bytes(await film_of(resident.page, await resident.picture()))
    async with browser_that_sees(film) as seeing:
        clerk = Clerk(await Screen.open(seeing, "seeing-desk", width=390, height=844), url)
        await clerk.log_in()
        await clerk.scan("餐饮 9.5 折")
        await clerk.complete()
        await clerk.screen.close()
    await resident.screen.close()
    assert (resident.screen.wrong, clerk.screen.wrong) == ([], [])
