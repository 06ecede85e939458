"""Public warnings for everybody: as a list without a log-in, and as an open page; nothing before they are published."""

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
