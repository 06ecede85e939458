"""The deprecation report, from a client's request to what its administrator reads of it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from suxin.consent.oauth.deprecated_uses import KEPT_FOR, prune_uses
from suxin.consent.oauth.queries import uses_summed
from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day
from suxin_graphql.usage import NOTED
from suxin_server import uses
from suxin_server.uses import write_uses

OLD = {"query": "{ referrals(first: 1, states: [ACCEPTED]) { totalCount } }"}
NEW = {"query": "{ referrals(first: 1, filter: {state: {in: [ACCEPTED]}}) { totalCount } }"}


@pytest.fixture(autouse=True)
def fresh():
    NOTED.clear()
    yield
    NOTED.clear()


@pytest.fixture
async def asked(bank_app):
    """A token's requests, each with its status."""
    token = await bank_app.access_token(
        grant_type="client_credentials", scope="lending.product.read"
    )

    async def ask(body):
        answer = await bank_app.call("POST", "/graphql", token=token, json=body)
        assert answer.status_code == 200, answer.text

    return ask


async def summed(small_city, bank, **of):
    async with small_city.database.snapshot(bank.officer, now=small_city.now) as session:
        since = local_day(small_city.now - timedelta(days=90))
        return await uses_summed(
            session, tenant_id=small_city.banks[0].tenant_id, since=since, **of
        )


async def test_a_clients_uses_are_added_up_by_day(asked, bank_app, small_city):
    await asked(NEW)
    assert NOTED == {}
    await asked(OLD)
    assert await write_uses(small_city.database, now=small_city.now) == 1
    await asked(OLD)
    await asked(OLD)
    assert await write_uses(small_city.database, now=small_city.now) == 1
    assert NOTED == {}
    assert await write_uses(small_city.database, now=small_city.now) == 0
    [row] = await summed(small_city, small_city.banks[0])
    assert (str(row.client_id), row.coordinate, row.uses) == (
        bank_app.client_id,
        "Query.referrals(states:)",
        3,
    )
    assert await summed(small_city, small_city.banks[0], client_id=small_city.firm_id) == []
    assert await summed(small_city, small_city.banks[1]) == []


async def test_what_cannot_be_written_is_kept(asked, small_city, monkeypatch):
    await asked(OLD)

    async def away(*_):
        raise DBAPIError("", None, OSError())

    with monkeypatch.context() as broken:
        broken.setattr(uses, "add_uses", away)
        with pytest.raises(DBAPIError):
            await write_uses(small_city.database, now=small_city.now)
    await asked(OLD)
    assert list(NOTED.values()) == [2]
    await write_uses(small_city.database, now=small_city.now)
    [row] = await summed(small_city, small_city.banks[0])
    assert row.uses == 2


async def test_a_server_writes_what_it_counted_before_it_ends(asked, small_city):
    async with uses.written_down(small_city.database):
        await asked(OLD)
    assert [row.uses for row in await summed(small_city, small_city.banks[0])] == [1]


async def test_a_days_uses_are_forgotten_when_they_are_old(asked, small_city):
    await asked(OLD)
    await write_uses(small_city.database, now=small_city.now)
    system = Actor.system("test")
    for later, gone in ((KEPT_FOR, 0), (KEPT_FOR + timedelta(days=1), 1)):
        now = small_city.now + later
        async with small_city.database.transaction(system, now=now) as session:
            assert await prune_uses(session, now=now, limit=10) == gone
    assert await summed(small_city, small_city.banks[0]) == []
