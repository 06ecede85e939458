"""What every OpenAPI document of ours says in the same words: the usual headers, the headers of a request, and how a route says no."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

from suxin.kernel.idempotency import KEY_PATTERN
from suxin.kernel.refusals import Refusal, RefusalKind
from suxin_web.access_tokens import PROOF_HEADER
from suxin_web.nonces import NONCE_HEADER
from suxin_web.problems import CHALLENGE, INTERNAL_ERROR, class_status
from suxin_web.problems import MEDIA_TYPE as PROBLEM_TYPE
from suxin_web.request_ids import HEADER as REQUEST_ID_HEADER

SPECIFICATION: Final = {
    "openapi": "3.1.0",
    "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
}
LICENSE: Final = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
REF: Final = "#/components/schemas/{name}"
USUAL_HEADERS: Final = {
    REQUEST_ID_HEADER: {"schema": {"type": "string"}},
    NONCE_HEADER: {
        "description": "下一个 DPoP 证明所用的随机数 / the nonce of the next DPoP proof",
        "schema": {"type": "string"},
    },
}
REPLAYED: Final = {
    "description": "该键先前已有应答，本次未再执行 / answered before, not carried out again",
    "schema": {"type": "string", "const": "true"},
}
"""What the header says that marks an answer which a key had before."""

PROOF_PARAMETER: Final = {
    "name": PROOF_HEADER,
    "in": "header",
    "required": True,
    "description": "对本次请求的 DPoP 证明 / the DPoP proof of this request (RFC 9449 §4)",
    "schema": {"type": "string"},
}


def key_parameter(header: str) -> dict[str, Any]:
    """Return the header that carries an idempotency key."""
    return {
        "name": header,
        "in": "header",
        "required": True,
        "description": "同一操作重试时不变 / the same whenever the same write is sent again",
        "schema": {"type": "string", "pattern": f"^{KEY_PATTERN.pattern}$"},
    }


def refused_responses(refusals: Iterable[type[Refusal]]) -> dict[str, Any]:
    """Return the answers that say no, by status, with a defect's among them."""
    by_status: dict[int, list[type[Refusal]]] = {}
    for refusal in refusals:
        by_status.setdefault(HTTPStatus(class_status(refusal)).value, []).append(refusal)
    responses = {str(status): _refused(status, found) for status, found in by_status.items()}
    responses["500"] = _problem_response(
        "系统出错，已记录 / a defect, masked", [INTERNAL_ERROR], status=500, headers={}
    )
    return dict(sorted(responses.items()))


def _refused(status: int, refusals: Sequence[type[Refusal]]) -> dict[str, Any]:
    lines = [f"- `{refusal.code}` {refusal.zh} / {refusal.en}" for refusal in refusals]
    headers: dict[str, Any] = {}
    if any(refusal.kind is RefusalKind.UNAUTHENTICATED for refusal in refusals):
        headers["WWW-Authenticate"] = {
            "description": "所需的方式，以及令牌或证明的问题 / the scheme, and what is wrong with token or proof",
            "schema": {"type": "string"},
            "example": f'{CHALLENGE}, error="use_dpop_nonce"',
        }
    if any(refusal.kind in {RefusalKind.LIMITED, RefusalKind.UNAVAILABLE} for refusal in refusals):
        headers["Retry-After"] = {"schema": {"type": "string", "pattern": "^[0-9]+$"}}
    codes = sorted({refusal.code for refusal in refusals})
    return _problem_response("\n".join(dict.fromkeys(lines)), codes, status=status, headers=headers)


def _problem_response(
    description: str, codes: Sequence[str], *, status: int, headers: dict[str, Any]
) -> dict[str, Any]:
    narrowed = {"properties": {"code": {"enum": list(codes)}, "status": {"const": status}}}
    return {
        "description": description,
        "headers": {**USUAL_HEADERS, **headers},
        "content": {
            PROBLEM_TYPE: {"schema": {"allOf": [{"$ref": REF.format(name="Problem")}, narrowed]}}
        },
    }
