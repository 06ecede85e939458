"""Public warnings for everybody: as a list without a log-in, and as an open page; nothing before they are published."""

import re
from importlib.resources import files

from small_cautions import propose, publish


async def test_everybody_reads_what_is_published_and_nothing_else(small_city, web):
    await propose(small_city, title="待审定的提示")
    page = await web.get("/cautions")
    assert "目前没有公开警示" in page.text
    caution = await publish(small_city)
    page = await web.get("/cautions")
    assert page.status_code == 200
    for said in (caution.title, caution.document_number, *caution.organisations):
        assert said in page.text, said
    (listed,) = (await web.get("/mp/v1/cautions")).json()["items"]
    assert (listed["kind"]["code"], listed["organisations"]) == (
        "ILLEGAL_FUNDRAISING",
        caution.organisations,
    )


async def test_an_open_page_is_styled_by_what_its_policy_lets_through(web):
    """A page's own <style> is blocked by ``style-src 'self'``; a person's file, which is opened from a disk, has nothing else."""
    page = await web.get("/cautions")
    (sheet,) = re.findall(r'rel="stylesheet" href="([^"]+)"', page.text)
    assert "style-src 'self'" in page.headers["content-security-policy"]
    answer = await web.get(sheet)
    assert (answer.status_code, ".card" in answer.text) == (200, True)
    templates = (files("suxin_mini_program") / "templates").iterdir()
    assert [one.name for one in templates if "<style" in one.read_text()] == ["my_data.html"]
