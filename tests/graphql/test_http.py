"""GraphQL over HTTP, on a real socket: media types, status codes, and what a body may be.

The cases are those of the public ``graphql-http`` audit that concern POST, told again, and more of our own.
"""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from costs import without_cost
from staff_log_ins import at_desk

NEW = "application/graphql-response+json"
OLD = "application/json"
OK = "{ __typename }"
VIEWER = "{ viewer { tenant { shortName } } }"


def codes_of(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


@pytest.fixture
async def socket(app) -> AsyncIterator[str]:
    """The address of a server of its own."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, lifespan="off", log_config=None, ws="none", access_log=False)
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/graphql"
    server.should_exit = True
    await serving


@pytest.fixture
async def call(socket, bank_a):
    """Send a request as it stands; by default a good one."""
    async with httpx.AsyncClient() as client:

        async def send(
            json: object = None,
            *,
            content: bytes | None = None,
            accept: str | None = None,
            content_type: str | None = OLD,
            method: str = "POST",
        ) -> httpx.Response:
            headers = at_desk(bank_a.token)
            request = client.build_request(
                method, socket, json=json if content is None else None, content=content
            )
            request.headers.update(headers)
            for name, value in (("Accept", accept), ("Content-Type", content_type)):
                request.headers.pop(name, None)
                if value is not None:
                    request.headers[name] = value
            return await client.send(request)

        yield send


NEGOTIATED = [
    (None, OLD),
    ("", OLD),
    ("*/*", OLD),
    ("application/*", OLD),
    (OLD, OLD),
    (NEW, NEW),
    (f"{NEW}; charset=utf-8", NEW),
    (f"{NEW}, {OLD}", NEW),
    (f"{OLD}, {NEW}", NEW),
    (f"{OLD}, {NEW}; q=0.9", OLD),
    (f"{NEW}; q=0.5, */*; q=0.1", NEW),
    (f"text/html, {OLD}; q=0.1", OLD),
    (NEW.upper(), NEW),
]


async def test_the_media_type_is_negotiated(call):
    for accept, served in NEGOTIATED:
        response = await call({"query": OK}, accept=accept)
        assert response.status_code == 200, accept
        assert response.headers["Content-Type"] == f"{served}; charset=utf-8", accept
        assert response.headers["Vary"] == "Accept"
        assert response.headers["Cache-Control"] == "no-store"
        assert without_cost(response) == {"data": {"__typename": "Query"}}


async def test_other_media_types_are_not_served(call):
    for accept in ("text/html", "application/xml, text/*", f"{OLD}; q=0", "x"):
        response = await call({"query": OK}, accept=accept)
        assert response.status_code == 406, accept
        assert response.json()["errors"][0]["extensions"]["code"] == "MEDIA_TYPE_NOT_ACCEPTABLE"


async def test_other_bodies_are_not_taken(call):
    for content_type in (
        None,
        "text/plain",
        "application/graphql",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
    ):
        response = await call(content=b'{"query": "{ __typename }"}', content_type=content_type)
        assert response.status_code == 415, content_type
        assert response.json()["errors"][0]["extensions"]["code"] == "CONTENT_TYPE_UNSUPPORTED"


async def test_json_is_taken_as_utf_8(call):
    body = '{"query": "{ viewer { tenant { 名: shortName } } }"}'.encode()
    good = b'{"query": "query { viewer { tenant { shortName } } }", "operationName": null}'
    for content_type in (OLD, f"{OLD}; charset=utf-8", 'Application/JSON; charset="UTF-8"'):
        answer = await call(content=good, content_type=content_type)
        assert without_cost(answer) == {"data": {"viewer": {"tenant": {"shortName": "一行"}}}}
        malformed = await call(content=body, content_type=content_type)
        assert codes_of(malformed) == ["DOCUMENT_MALFORMED"]


NO_REQUESTS = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"{ __typename }"',
    b"7",
    b'{"query": ',
    b'\xff{"query": 1}',
    b"[" * 5_000,
    b'[{"query": "{ __typename }"}]',
)


@pytest.mark.parametrize("accept", [OLD, NEW])
async def test_a_body_that_is_no_request(call, accept):
    for content in NO_REQUESTS:
        response = await call(content=content, accept=accept)
        assert response.status_code == 400, content
        assert response.headers["Content-Type"].startswith(accept)
        assert "data" not in response.json()
        assert codes_of(response)[0] in ("BODY_MALFORMED", "REQUEST_MALFORMED")


OTHER_TYPES = [
    {},
    {"query": None},
    *({"query": value} for value in ({}, 0, False, ["array"])),
    *({"query": OK, "operationName": value} for value in ({}, 0, False, ["array"])),
    *({"query": OK, "variables": value} for value in ("string", 0, False, ["array"])),
    *({"query": OK, "extensions": value} for value in ("string", 0, False, ["array"])),
]


@pytest.mark.parametrize("accept", [OLD, NEW])
async def test_parameters_of_other_types_are_400(call, accept):
    for body in OTHER_TYPES:
        response = await call(body, accept=accept)
        assert response.status_code == 400, body
        assert codes_of(response) == ["REQUEST_MALFORMED"]


FINE = [
    {},
    {"operationName": None},
    {"variables": None},
    {"extensions": None},
    {"operationName": "Named", "variables": {}, "extensions": {"some": "value"}},
    {"variables": {"unknown": "value"}},
    {"unknownMember": 1},
]


@pytest.mark.parametrize("accept", [OLD, NEW])
async def test_parameters_that_are_fine(call, accept):
    for more in FINE:
        response = await call({"query": "query Named { __typename }", **more}, accept=accept)
        assert response.status_code == 200, more
        assert without_cost(response) == {"data": {"__typename": "Query"}}


REQUEST_ERRORS = {
    "parsing": ({"query": "{"}, "DOCUMENT_MALFORMED"),
    "nothing": ({"query": ""}, "DOCUMENT_MALFORMED"),
    "validation": ({"query": "{ 8f31403dfe404bccbb0e835f2629c6a7 }"}, "DOCUMENT_MALFORMED"),
    "unknown field": ({"query": "{ nothing }"}, "DOCUMENT_INVALID"),
    "variables": (
        {"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": {}}},
        "VARIABLES_INVALID",
    ),
    "missing variable": (
        {"query": "query ($id: ID!) { node(id: $id) { id } }"},
        "VARIABLES_INVALID",
    ),
    "unknown operation": ({"query": OK, "operationName": "Other"}, "OPERATION_UNKNOWN"),
    "no operation": ({"query": "fragment A on Viewer { areas }"}, "OPERATION_UNKNOWN"),
    "several": ({"query": "query A { __typename } query B { __typename }"}, "OPERATION_UNKNOWN"),
    "subscription": ({"query": "subscription { tick }"}, "DOCUMENT_INVALID"),
    "limit": ({"query": "{ referrals(first: 500) { totalCount } }"}, "PAGE_SIZE_OUT_OF_RANGE"),
}


async def test_request_errors_are_400_and_have_no_data(call):
    for name, (body, code) in REQUEST_ERRORS.items():
        response = await call(body, accept=NEW)
        assert response.status_code == 400, name
        assert "data" not in response.json(), name
        assert codes_of(response) == [code], name


async def test_in_the_older_media_type_they_are_200(call):
    for name, (body, code) in REQUEST_ERRORS.items():
        response = await call(body, accept=OLD)
        assert response.status_code == 200, name
        assert "data" not in response.json(), name
        assert codes_of(response) == [code], name


async def test_one_of_several_operations(call):
    body = {"query": "query A { a: __typename } query B { b: __typename }", "operationName": "B"}
    assert without_cost(await call(body)) == {"data": {"b": "Query"}}


@pytest.mark.parametrize("accept", [OLD, NEW])
async def test_errors_of_fields_are_200_with_data(call, accept):
    document = '{ viewer { tenant { shortName } } node(id: "x") { id } }'
    response = await call({"query": document}, accept=accept)
    assert response.status_code == 200
    assert response.json()["data"] == {"viewer": {"tenant": {"shortName": "一行"}}, "node": None}
    assert response.json()["errors"][0]["path"] == ["node"]


async def test_other_methods_are_not_taken(call):
    for method in ("HEAD", "PUT", "PATCH", "DELETE"):
        response = await call({"query": OK}, method=method)
        assert response.status_code == 405, method
        assert "POST" in response.headers["Allow"]


async def test_a_body_that_is_too_large(call, socket, bank_a):
    response = await call(content=b'{"query": "' + b" " * 300_000 + b'"}')
    assert response.status_code == 413
    assert codes_of(response) == ["BODY_TOO_LARGE"]
    assert response.json()["errors"][0]["message"] == "提交的内容超过 256 KiB"
    # Neither does a body whose length is not told beforehand get another shape.
    async with httpx.AsyncClient() as client:
        streamed = await client.post(
            socket,
            content=pieces(300),
            headers={**at_desk(bank_a.token), "Content-Type": OLD},
        )
    assert (streamed.status_code, codes_of(streamed)) == (413, ["BODY_TOO_LARGE"])


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 1024


@pytest.mark.parametrize("accept", [OLD, NEW])
async def test_a_body_that_is_too_large_is_told_as_every_other_error(call, accept):
    response = await call(content=b'{"query": "' + b" " * 300_000 + b'"}', accept=accept)
    assert response.status_code == 413
    assert response.headers["Content-Type"].startswith(accept)
    assert codes_of(response) == ["BODY_TOO_LARGE"]
    assert response.json()["errors"][0]["message"] == "提交的内容超过 256 KiB"


async def test_the_request_id_comes_back(call, socket, bank_a):
    async with httpx.AsyncClient() as client:
        request_id = "0190163d-8694-739b-aea5-966c26f8ad91"
        response = await client.post(
            socket,
            json={"query": '{ node(id: "x") { id } }'},
            headers={**at_desk(bank_a.token), "X-Request-Id": request_id},
        )
    assert response.headers["X-Request-Id"] == request_id
    assert response.json()["errors"][0]["extensions"]["requestId"] == request_id


async def test_a_cookie_alone_needs_its_token(socket, bank_a):
    from suxin_web.csrf import token_for

    async with httpx.AsyncClient(cookies={"suxin_desk": bank_a.token}) as client:
        bare = await client.post(socket, json={"query": VIEWER})
        assert bare.status_code == 403
        assert bare.json()["errors"][0]["extensions"]["code"] == "CSRF_REFUSED"
        headers = {"X-CSRF-Token": token_for(bank_a.token)}
        good = await client.post(socket, json={"query": VIEWER}, headers=headers)
        assert without_cost(good) == {"data": {"viewer": {"tenant": {"shortName": "一行"}}}}
        foreign = {**headers, "Origin": "https://elsewhere.example"}
        forged = await client.post(socket, json={"query": VIEWER}, headers=foreign)
        assert forged.status_code == 403
