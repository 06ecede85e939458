"""The conformance report of a sandbox, from a client's own requests to what is known of it; nobody else is counted."""

import pytest
from oauth_client import new_key
from small_sandbox import build_sandbox

from suxin.kernel.refusals import NotFound
from suxin.sandboxes.conformance import Behaviour, Record, Verdict, judge
from suxin.sandboxes.models import Conduct
from suxin.sandboxes.policies import SandboxOnly
from suxin.sandboxes.queries import client_record
from suxin_graphql import conduct
from suxin_graphql.conduct import HEEDED_WITHIN
from suxin_graphql.trusted import OPERATIONS
from suxin_server.uses import write_conduct

SCOPES = ("lending.product.read", "sandboxes.sandbox.play")
AD_HOC = {"query": "{ loanProducts(first: 1) { totalCount } }"}
MOVE = {
    "query": OPERATIONS["move_sandbox_clock.graphql"],
    "variables": {"input": {"to": "2020-01-01T00:00:00Z", "idempotencyKey": "conduct-1"}},
}
PAGES = {"query": OPERATIONS["sandbox_applicants.graphql"], "variables": {"first": 2}}


@pytest.fixture(autouse=True)
def fresh():
    kept = (conduct.SEEN, conduct._REFUSED, conduct._FIRST, conduct._WITHOUT_NONCE)
    for one in kept:
        one.clear()
    yield
    for one in kept:
        one.clear()


@pytest.fixture
async def sandbox(small_city):
    return await build_sandbox(small_city)


def asking(app, token):
    async def ask(body):
        answer = await app.call("POST", "/graphql", token=token, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    return ask


async def opened(register, bank):
    app = await register(bank, scopes=SCOPES)
    token = await app.access_token(grant_type="client_credentials", scope=" ".join(SCOPES))
    return app, asking(app, token)


async def told(city, actor, client_id):
    """Return the verdict, how often it was seen, and how often the contrary, by behaviour."""
    async with city.database.snapshot(actor, now=city.now) as session:
        record = await client_record(session, actor, client_id, besides={})
    return {one.behaviour: (one.verdict, one.seen, one.against) for one in judge(record)}


async def test_what_a_client_does_is_counted_and_judged(register, sandbox, small_city):
    app, ask = await opened(register, sandbox.bank)
    page = (await ask(PAGES))["sandboxApplicants"]
    after = page["pageInfo"]["endCursor"]
    await ask({**PAGES, "variables": {"first": 2, "after": after}})
    applicant = page["edges"][0]["node"]["id"]
    trigger = {
        "query": OPERATIONS["trigger_sandbox_event.graphql"],
        "variables": {"input": {"applicantId": applicant, "idempotencyKey": "conduct-trigger"}},
    }
    for replayed in (False, True):
        assert (await ask(trigger))["triggerSandboxEvent"]["replayed"] is replayed
    assert (await ask(MOVE))["moveSandboxClock"]["code"] == "SANDBOX_CLOCK_BACKWARDS"
    assert await write_conduct(small_city.database, now=small_city.now) > 0
    assert conduct.SEEN == {}
    found = await told(small_city, sandbox.officer, conduct.client_key(app.client_id))
    assert found[Behaviour.SENDS_TRUSTED_DOCUMENTS] == (Verdict.PASSED, 5, 0)
    assert found[Behaviour.PAGES_WITH_CURSORS] == (Verdict.PASSED, 1, 0)
    assert found[Behaviour.REUSES_KEYS_ON_RETRY] == (Verdict.PASSED, 1, 0)
    assert found[Behaviour.LEAVES_REFUSED_ALONE] == (Verdict.PASSED, 1, 0)
    assert found[Behaviour.RENEWS_NONCES] == (Verdict.NOT_SEEN, 0, 0)
    assert found[Behaviour.VERIFIES_SIGNATURES] == (Verdict.NOT_SEEN, 0, 0)
    # The same again, with another key, and one key for something else.
    again = {**MOVE["variables"]["input"], "idempotencyKey": "conduct-2"}
    await ask({**MOVE, "variables": {"input": again}})
    other = {"applicantId": applicant, "event": "WITHDRAW_REQUEST"}
    reused = {**other, "idempotencyKey": "conduct-trigger"}
    refused = await ask({**trigger, "variables": {"input": reused}})
    assert refused["triggerSandboxEvent"]["code"] == "IDEMPOTENCY_KEY_REUSED"
    await ask(AD_HOC)
    await write_conduct(small_city.database, now=small_city.now)
    found = await told(small_city, sandbox.officer, conduct.client_key(app.client_id))
    for behaviour in (
        Behaviour.LEAVES_REFUSED_ALONE,
        Behaviour.REUSES_KEYS_ON_RETRY,
        Behaviour.SENDS_TRUSTED_DOCUMENTS,
    ):
        assert found[behaviour][0] is Verdict.FAILED
        assert found[behaviour][2] == 1


async def test_a_list_that_is_asked_for_again_with_a_larger_page_is_not_paged(
    register, sandbox, small_city
):
    app, ask = await opened(register, sandbox.bank)

    async def page(**variables):
        answer = await ask({**PAGES, "variables": variables})
        return answer["sandboxApplicants"]["pageInfo"]["endCursor"]

    async def paging():
        await write_conduct(small_city.database, now=small_city.now)
        found = await told(small_city, sandbox.officer, conduct.client_key(app.client_id))
        return found[Behaviour.PAGES_WITH_CURSORS]

    after = await page(first=2)
    # The same page again, a smaller one, and a larger one that goes on where the last ended: none is grown.
    await page(first=2)
    await page(first=1)
    await page(first=3, after=after)
    assert await paging() == (Verdict.PASSED, 1, 0)
    await page(first=3)
    assert await paging() == (Verdict.FAILED, 1, 1)


async def test_a_nonce_that_is_asked_for_is_taken_or_not(register, sandbox, small_city, clock):
    app = await register(sandbox.bank, scopes=SCOPES)
    token = await app.access_token(grant_type="client_credentials", scope=SCOPES[0])
    url = f"{app.issuer}/graphql"

    async def without_nonce(key=None):
        proof = app.proof("POST", url, token=token, nonce=None, key=key)
        headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
        answer = await app.web.post("/graphql", headers=headers, json=AD_HOC)
        assert answer.status_code == 401
        assert 'error="use_dpop_nonce"' in answer.headers["www-authenticate"]

    async def renewing():
        await write_conduct(small_city.database, now=small_city.now)
        found = await told(small_city, sandbox.officer, conduct.client_key(app.client_id))
        return found[Behaviour.RENEWS_NONCES]

    # Two at once: the second was on its way when the first was told.
    await without_nonce()
    await without_nonce()
    assert await renewing() == (Verdict.NOT_SEEN, 0, 0)
    await asking(app, token)(AD_HOC)
    assert await renewing() == (Verdict.PASSED, 1, 0)
    # Whoever has the token and not its key is not the client.
    await without_nonce(key=new_key())
    clock.moment += HEEDED_WITHIN
    await without_nonce(key=new_key())
    assert await renewing() == (Verdict.PASSED, 1, 0)
    clock.moment += HEEDED_WITHIN
    await without_nonce()
    assert await renewing() == (Verdict.FAILED, 1, 1)


async def test_a_client_of_the_city_is_not_counted(register, small_city):
    bank = small_city.banks[0]
    app, ask = await opened(register, bank)
    await ask(AD_HOC)
    assert conduct.SEEN == {}
    with pytest.raises(SandboxOnly):
        await told(small_city, bank.officer, conduct.client_key(app.client_id))


async def test_a_client_of_another_house_is_nobody(register, sandbox, small_city):
    app, _ = await opened(register, small_city.banks[1])
    with pytest.raises(NotFound):
        await told(small_city, sandbox.officer, conduct.client_key(app.client_id))


def test_nothing_is_passed_that_was_not_seen():
    blank = judge(Record(conduct={}))
    assert [one.behaviour for one in blank] == list(Behaviour)
    assert {one.verdict for one in blank} == {Verdict.NOT_SEEN}
    webhooks = judge(Record(conduct={}, delivered=3, given_up=1))
    assert [
        one.verdict for one in webhooks if one.behaviour is Behaviour.ACKNOWLEDGES_WEBHOOKS
    ] == [Verdict.FAILED]
    tired = judge(Record(conduct={Conduct.SENT_TRUSTED: 1, Conduct.EXHAUSTED_BUDGET: 2}))
    verdicts = {one.behaviour: one.verdict for one in tired}
    assert verdicts[Behaviour.KEEPS_WITHIN_BUDGET] is Verdict.FAILED
    assert verdicts[Behaviour.USES_NOTHING_DEPRECATED] is Verdict.PASSED
