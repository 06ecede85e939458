"""Schemathesis against the REST of the mini program: whatever it makes up is answered as the document says, and by no defect.

Requests that fit the document and requests that do not, from the phone of somebody who may do everything an applicant may. The
fixture ``web`` holds each answer against the document as well.
"""

from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from suxin_mini_program.openapi import document

GENERATED: Final = schemathesis.openapi.from_dict(document())
EXAMPLES: Final = 3
OPERATIONS: Final = [
    (path, method) for path, methods in document()["paths"].items() for method in methods
]
OWN_HEADERS: Final = {"authorization", "dpop", "suxin-subject"}
"""What the phone itself says, and nothing that was made up."""

CHECKS: Final[list[Any]] = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)
@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
@given(data=st.data())
async def test_what_is_made_up_is_answered_as_documented(applicant, path, method, mode, data):
    case = data.draw(GENERATED[path][method].as_strategy(generation_mode=mode))
    given_ = case.as_transport_kwargs(base_url="http://suxin.test")
    headers = {
        name: value for name, value in given_["headers"].items() if name.lower() not in OWN_HEADERS
    }
    sent = {name: given_[name] for name in ("params", "json", "data") if given_.get(name)}
    answer = await applicant.request(method.upper(), case.formatted_path, headers=headers, **sent)
    case.validate_response(answer, checks=CHECKS)
