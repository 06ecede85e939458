"""Schemathesis against the REST of the mini program: whatever it makes up is answered as the document says, and by no defect.

Requests that fit the document and requests that do not, from the phone of somebody who may do everything an applicant may. The
fixture ``web`` holds each answer against the document as well.
"""

from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from suxin_mini_program.openapi import document

GENERATED: Final = schemathesis.openapi.from_dict(document())
USUAL: Final = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)
"""Always the same requests, and few of them: a budget of seconds."""

OPERATIONS: Final = [
    (path, method, described)
    for path, methods in document()["paths"].items()
    for method, described in methods.items()
]
OWN_HEADERS: Final = {"authorization", "dpop", "suxin-subject"}
"""What the phone itself says, and nothing that was made up."""

CHECKS: Final[list[Any]] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def has_input(described: dict[str, Any]) -> bool:
    """Whether there is anything that can be wrong with a request of the operation."""
    return bool(described.get("parameters") or described.get("requestBody"))


async def send(phone, case):
    """Send a made-up request from a phone."""
    made = case.as_transport_kwargs(base_url="http://suxin.test")
    headers = {
        name: value for name, value in made["headers"].items() if name.lower() not in OWN_HEADERS
    }
    sent = {name: made[name] for name in ("params", "json") if made.get(name)}
    if made.get("data"):
        sent["content"] = made["data"]
    return await phone.request(case.method, case.formatted_path, headers=headers, **sent)


def each(operations: list[tuple[str, str, dict[str, Any]]]) -> pytest.MarkDecorator:
    """Take the operations one by one: what is made up for one may have to be made up again, and that is not for all the others too."""
    return pytest.mark.parametrize(
        ("path", "method"),
        [(path, method) for path, method, _ in operations],
        ids=[f"{method} {path}" for path, method, _ in operations],
    )


@each(OPERATIONS)
@settings(USUAL, max_examples=3)
@given(data=st.data())
async def test_what_fits_the_document_is_answered_by_it(applicant, path, method, data):
    await answered(applicant, data, path, method, GenerationMode.POSITIVE)


@each([one for one in OPERATIONS if has_input(one[2])])
@settings(USUAL, max_examples=1)
@given(data=st.data())
async def test_what_does_not_fit_it_is_answered_by_it_too(applicant, path, method, data):
    await answered(applicant, data, path, method, GenerationMode.NEGATIVE)


async def answered(phone, data, path, method, mode):
    """Make up a request, send it, and hold the answer against the document."""
    case = data.draw(GENERATED[path][method].as_strategy(generation_mode=mode))
    note(case.as_curl_command())
    case.validate_response(await send(phone, case), checks=CHECKS)


async def test_a_body_where_none_is_taken_is_refused_as_documented(applicant):
    """What schemathesis found: 415 stood only at the operations that take a body."""
    answer = await applicant.request(
        "POST",
        "/consents/x/pause",
        key="a-body-of-text",
        content=b"x",
        headers={"Content-Type": "text/plain"},
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "CONTENT_TYPE_UNSUPPORTED")
