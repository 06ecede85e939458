"""A fault ends the subscription it befalls, is told as a query would tell it, and is counted apart."""

from suxin_graphql.streams import running

ARRIVED = "subscription { referralArrived { id } }"


async def test_an_outage_ends_it_and_is_told(small_city, desk, at_desk, ended, monkeypatch):
    async def away(*_, **__):
        raise ConnectionRefusedError

    async with at_desk(await desk()) as socket:
        name = await socket.subscribe(ARRIVED)
        monkeypatch.setattr(type(small_city.database.steps), "row", away)
        await small_city.submit()
        told = await socket.message()
    assert (told["id"], told["type"]) == (name, "error")
    assert told["payload"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert ended() == {"FAULT": 1}


async def test_a_defect_ends_it_and_is_masked(small_city, desk, at_desk, ended, monkeypatch):
    async def broken(*_, **__):
        raise ValueError("geheim")

    async with at_desk(await desk()) as socket:
        await socket.subscribe(ARRIVED)
        monkeypatch.setattr(running, "is_shown", broken)
        await small_city.submit()
        told = await socket.message()
    assert told["payload"][0]["extensions"]["code"] == "INTERNAL_ERROR"
    assert "geheim" not in str(told)
    assert ended() == {"FAULT": 1}
