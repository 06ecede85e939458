"""What the public scanner ``graphql-cop`` looks for, each of its thirteen checks told again: no finding.

Its requests are sent by a caller who may compose no documents, to an installation that takes every document and to one that
takes trusted ones alone. The first shows that a request is refused for what the check is about.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from staff_log_ins import at_desk

from suxin_graphql import docs, http
from suxin_web.application import build_app
from suxin_web.document_rules import DocumentRules

PLAIN = "query cop { __typename }"
OPEN = "takes every document"
RULES = {OPEN: DocumentRules(ad_hoc=True), "takes trusted documents": DocumentRules()}
PLACES = ("/", "/graphiql", "/playground", "/console", "/graphql", "/graphql/docs")
EXPLORERS = ("graphiql.min.css", "GraphQL Playground", "GraphiQL", "graphql-playground")

Send = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture(params=RULES)
def stance(request) -> str:
    return request.param


@pytest.fixture
def runtime(runtime, stance):
    return replace(runtime, documents=RULES[stance])


@pytest.fixture
def app(runtime):
    return build_app(runtime, [*http.routes, *docs.routes])


@pytest.fixture
async def send(desks) -> Send:
    """Send a request as an officer of a bank."""
    officer = await desks.open(desks.city.banks[0], roles=["loan_officer"])

    async def sent(method: str = "POST", path: str = "/graphql", **given: Any) -> httpx.Response:
        headers = {**at_desk(officer.token), **given.pop("headers", {})}
        return await officer.client.request(method, path, headers=headers, **given)

    return sent


@pytest.fixture
def ask(send, stance):
    """Send a document; return its errors' code where documents are taken."""

    async def asked(document: str, code: str) -> dict[str, Any]:
        answer = (await send(json={"query": document})).json()
        assert "data" not in answer
        expected = code if stance == OPEN else "DOCUMENT_NOT_TRUSTED"
        assert {one["extensions"]["code"] for one in answer["errors"]} == {expected}
        return answer

    return asked


async def test_alias_overloading(ask):
    aliases = " ".join(f"alias{number}:__typename" for number in range(101))
    await ask(f"query cop {{ {aliases} }}", "TOO_MANY_ALIASES")


async def test_batch_query(send):
    answer = await send(json=[{"query": PLAIN}] * 10)
    assert (answer.status_code, set(answer.json())) == (400, {"errors"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "REQUEST_MALFORMED"


async def test_directive_overloading(ask):
    answer = await ask(f"query cop {{ __typename {'@aa' * 10} }}", "TOO_MANY_DIRECTIVES")
    assert len(answer["errors"]) == 1


async def test_circular_query_introspection(ask):
    inner = "name"
    for _ in range(4):
        inner = f"fields {{ type {{ {inner} }} }}"
    await ask(f"query cop {{ __schema {{ types {{ {inner} }} }} }}", "INTROSPECTION_CLOSED")


async def test_field_suggestions(ask, send):
    await ask("query cop { __schema { directive } }", "INTROSPECTION_CLOSED")
    for wrong in ("{ viewr { areas } }", "{ viewer { area } }", "{ inboxCounts { pools } }"):
        answer = await ask(wrong, "DOCUMENT_INVALID")
        assert "Did you mean" not in str(answer)


async def test_field_suggestions_of_values(ask):
    wrong = "{ referrals(first: 1, filter: {state: {in: [ACCEPTD]}}) { totalCount } }"
    answer = await ask(wrong, "DOCUMENT_INVALID")
    assert "ACCEPTED" not in str(answer)


async def test_get_method_support(send):
    answer = await send("GET", params={"query": PLAIN})
    assert (answer.status_code, set(answer.json())) == (405, {"errors"})


async def test_get_based_mutation(send):
    answer = await send("GET", params={"query": "mutation cop {__typename}"})
    assert (answer.status_code, set(answer.json())) == (405, {"errors"})


async def test_post_based_csrf(send):
    answer = await send(data={"query": PLAIN})
    assert (answer.status_code, set(answer.json())) == (415, {"errors"})


async def test_introspection(ask):
    await ask("query cop { __schema { types { name fields { name } } } }", "INTROSPECTION_CLOSED")


async def test_detect_graphiql(send):
    for place in PLACES:
        answer = await send("GET", place, headers={"Accept": "text/html"})
        assert [word for word in EXPLORERS if word in answer.text] == [], place


async def test_trace_mode(send, stance):
    answer = (await send(json={"query": PLAIN})).json()
    assert set(answer) - {"extensions"} == ({"data"} if stance == OPEN else {"errors"})
    assert "tracing" not in str(answer)


async def test_unhandled_error_detection(ask):
    answer = await ask("qwerty cop { abc }", "DOCUMENT_MALFORMED")
    assert "exception" not in str(answer).lower()


async def test_field_duplication(ask):
    await ask(f"query cop {{ {'__typename ' * 500} }}", "FIELD_REPEATED")
