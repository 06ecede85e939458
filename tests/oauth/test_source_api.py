"""The API for departments' systems: a batch sent by token, what became of it, and that a system sends as itself alone."""

import pytest
from httpx import ASGITransport, AsyncClient
from oauth_client import OAuthApp, new_key, public_jwks
from observing import nothing_written

from suxin.consent.oauth.clients import CLIENT_CREDENTIALS, ClientDraft, register_client
from suxin.kernel.actor import Actor
from suxin.subjects.catalogue import load_catalogue
from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.runs import run_batch
from suxin_oauth.routes import routes as oauth_routes
from suxin_tenants import PROFILES
from suxin_tenants.operator.source_api import routes
from suxin_web.application import build_app

ORIGIN = "http://suxin.test"
INGEST = "subjects.record.ingest"
HEADER = "uscc,item_code,source_ref,occurred_on,content\n"
GOOD = '91321302MATE5T017A,TAX-GRADE,T-1,2026-11-10,"{""grade"": ""A"", ""year"": 2025}"\n'
BAD = GOOD.replace("TAX-GRADE", "NONE")


@pytest.fixture
async def web(runtime, small_city):
    async with small_city.batch.transaction(Actor.system("t"), now=small_city.now) as session:
        await load_catalogue(session)
    transport = ASGITransport(build_app(runtime, [*oauth_routes, *routes]))
    async with AsyncClient(transport=transport, base_url=ORIGIN) as web:
        yield web


@pytest.fixture
def system(small_city, web, clock):
    """Register the system of a department, and give it a token."""

    async def registered(name: str, owner=None, scope: str = INGEST) -> tuple[OAuthApp, str]:
        key = new_key()
        client = await small_city.act(
            register_client,
            owner or small_city.operator,
            draft=ClientDraft(
                name=name,
                grant_types=[CLIENT_CREDENTIALS],
                scopes=[scope],
                jwks=public_jwks(key),
            ),
            profiles=PROFILES,
        )
        app = OAuthApp(web, ORIGIN, clock, client.client_id, key=key)
        return app, await app.access_token(grant_type=CLIENT_CREDENTIALS, scope=scope)

    return registered


async def test_a_department_sends_a_batch_and_learns_what_became_of_it(system, small_city, admin):
    app, token = await system("市税务局")
    content = (HEADER + GOOD + BAD + BAD).encode("gbk")
    sent = await app.call("PUT", "/sources/v1/batches/2026-11", token=token, content=content)
    assert (sent.status_code, sent.json()["state"], sent.json()["source"]) == (
        202,
        "RECEIVED",
        "市税务局",
    )
    batch_id = sent.json()["id"]
    assert not await run_batch(
        small_city.batch,
        batch_id,
        sealer=small_city.sealer,
        clock=lambda: small_city.now,
        go_on=lambda: True,
    )
    told = (await app.call("GET", "/sources/v1/batches/2026-11", token=token)).json()
    assert (told["state"], told["rowsRead"], told["rowsAdded"], told["rowsRejected"]) == (
        "COMPLETED",
        3,
        1,
        2,
    )
    assert told["rejects"][0] == {
        "line": 3,
        "code": "NOT_IN_CATALOGUE",
        "field": "itemCode",
        "zh": "目录中没有该事项",
        "en": "The catalogue has no such item",
    }
    assert (len(told["rejects"]), told["nextRejectLine"]) == (2, None)
    # The proof of a token names the address without its query.
    later = await app.call("GET", "/sources/v1/batches/2026-11?fromLine=4", token=token)
    assert [one["line"] for one in later.json()["rejects"]] == [4]
    async with nothing_written(admin):
        again = await app.call("PUT", "/sources/v1/batches/2026-11", token=token, content=content)
        assert (again.status_code, again.json()["id"]) == (202, batch_id)
        other = await app.call("PUT", "/sources/v1/batches/2026-11", token=token, content=b"x")
        assert (other.status_code, other.json()["code"]) == (409, "BATCH_KEY_TAKEN")
    row = await admin.fetchrow("select client_id, staff_id from ingestion_batches")
    assert (row["client_id"], row["staff_id"]) == (app.client_id, None)


async def test_a_system_sees_and_sends_its_own_sources_batches_alone(system, small_city, admin):
    app, token = await system("市税务局")
    await app.call("PUT", "/sources/v1/batches/1", token=token, content=b"x")
    other, others = await system("市场监管局")
    bank, banks = await system("银行系统", small_city.banks[0].officer, "lending.product.read")
    reader, reads = await system("只读系统", scope="subjects.ingestion.read")
    async with nothing_written(admin):
        answer = await other.call("GET", "/sources/v1/batches/1", token=others)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
        for method, given in (("GET", {}), ("PUT", {"content": b"x"})):
            answer = await bank.call(method, "/sources/v1/batches/1", token=banks, **given)
            assert answer.status_code == 404
            answer = await reader.call(method, "/sources/v1/batches/1", token=reads, **given)
            assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
            answer = await app.web.request(method, "/sources/v1/batches/1", **given)
            assert answer.status_code == 401


async def test_what_is_too_large_or_empty_is_refused(system, admin, monkeypatch):
    app, token = await system("市税务局")
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 8)
    async with nothing_written(admin):
        for content, code in ((b"x" * 9, "FILE_TOO_LARGE"), (b"", "INVALID")):
            answer = await app.call("PUT", "/sources/v1/batches/1", token=token, content=content)
            assert (answer.status_code, answer.json()["code"]) == (422, code)
        # What says that it is far too large is not read at all, and told the limit of this very route.
        length = {"Content-Length": str(80 * 1024**2)}
        answer = await app.call(
            "PUT", "/sources/v1/batches/1", token=token, content=b"x", headers=length
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
        assert "66560 KiB" in answer.json()["detail"]
