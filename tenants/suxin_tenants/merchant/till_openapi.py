"""The OpenAPI 3.1 document of the API for tills, made from the shapes that its handler reads and tells."""

from functools import cache
from typing import Any, Final

import msgspec
from litestar import Response, get

from suxin.consent.oauth.refusals import ReplayUncertain, TokenRefused
from suxin.kernel.idempotency import IdempotencyKeyInvalid, IdempotencyKeyReused, RequestInFlight
from suxin.kernel.refusals import Forbidden, Invalid, NotFound, Refusal, Unauthenticated
from suxin.perks.policies import REDEMPTION_GRANT
from suxin.perks.refusals import (
    BudgetExhausted,
    DayLimitReached,
    GroupTooLarge,
    NotAtOnce,
    PersonLimitReached,
    ProgrammeNotOpen,
    StockExhausted,
    TillsWaiting,
)
from suxin.subjects.presentation_codes import CodeUnreadable
from suxin.subjects.presenting import (
    CodeExpired,
    CodeForAnotherMerchant,
    CodeNotGenuine,
    CodeReplayed,
    CodeTriedTooOften,
)
from suxin.tenancy.log_ins import TenantSuspended
from suxin_tenants.merchant.till_shapes import (
    KEY_HEADER,
    PREFIX,
    REPLAYED_HEADER,
    RedemptionAsked,
    RedemptionShown,
)
from suxin_web import refusals as edge
from suxin_web.callers import GivenActor
from suxin_web.openapi import (
    LICENSE,
    PROOF_PARAMETER,
    REF,
    REPLAYED,
    SPECIFICATION,
    USUAL_HEADERS,
    key_parameter,
    refused_responses,
)
from suxin_web.problems import Problem

VERSION: Final = "1.0.0"
_JSON: Final = "application/json"
_SCHEME: Final = "till"

_INTRODUCTION: Final = """\
宿信“信易+”收银与闸机接口：一次请求核销一次权益。金额一律为整数分（`Fen`），时间为带时区的 ISO 8601。

- 令牌：商户的接口客户端，或由本单位人员准入的设备，以 `POST /oauth/token` 换取，并以 `Authorization: DPoP` 发送，每次请求另带 `DPoP` 证明（RFC 9449）。
- 重试：`Idempotency-Key` 不变则不会重复核销；重放的应答带 `Idempotency-Replayed: true`。
- 拒绝：`application/problem+json`（RFC 9457），`code` 稳定，`detail` 中文、`detailEn` 英文。
- 收银台只知道适用哪项权益，不知道来人是谁、属于哪一等级。

The API for tills and gates: one request redeems. A till is told which benefit applies, and neither who it is nor a tier.
"""

REFUSALS: Final[tuple[type[Refusal], ...]] = (
    CodeUnreadable,
    CodeNotGenuine,
    CodeTriedTooOften,
    CodeExpired,
    CodeReplayed,
    CodeForAnotherMerchant,
    NotAtOnce,
    ProgrammeNotOpen,
    GroupTooLarge,
    PersonLimitReached,
    DayLimitReached,
    StockExhausted,
    BudgetExhausted,
    TillsWaiting,
    Invalid,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    RequestInFlight,
    Unauthenticated,
    TokenRefused,
    edge.TokenProofRefused,
    edge.TokenNonceNeeded,
    ReplayUncertain,
    Forbidden,
    TenantSuspended,
    NotFound,
    edge.RouteUnknown,
    edge.BodyMalformed,
    edge.BodyTooLarge,
    edge.ContentTypeUnsupported,
    edge.TooManyRequests,
    edge.ServiceUnavailable,
)
"""Every refusal that a till may be answered with."""

_SECURITY_SCHEME: Final = {
    "type": "oauth2",
    "description": (
        "以 `Authorization: DPoP <access_token>` 发送，并在 `DPoP` 头中附上对本次请求的证明。/ Sent as"
        " `Authorization: DPoP <access_token>` with a proof of this request in the `DPoP` header (RFC 9449). Where the"
        " server is: `/.well-known/oauth-authorization-server`."
    ),
    "flows": {
        "clientCredentials": {
            "tokenUrl": "/oauth/token",
            "scopes": {str(REDEMPTION_GRANT): f"{REDEMPTION_GRANT.zh} / redeem"},
        }
    },
}


def document() -> dict[str, Any]:
    """Return the OpenAPI document, as JSON holds it."""
    shapes = (Problem, RedemptionAsked, RedemptionShown)
    schemas, components = msgspec.json.schema_components(shapes, ref_template=REF)
    done = {
        "description": "已核销 / redeemed",
        "headers": {**USUAL_HEADERS, REPLAYED_HEADER: REPLAYED},
        "content": {_JSON: {"schema": schemas[2]}},
    }
    operation = {
        "operationId": "redeem",
        "tags": ["核销"],
        "summary": "核销一次权益：扫码者报 code，无码者报 programmeId，两者只填其一",
        "description": "Redeem once: by the code that somebody shows, or for whoever shows none by the programme",
        "parameters": [PROOF_PARAMETER, key_parameter(KEY_HEADER)],
        "security": [{_SCHEME: [str(REDEMPTION_GRANT)]}],
        "requestBody": {"required": True, "content": {_JSON: {"schema": schemas[1]}}},
        "responses": {"201": done, **refused_responses(REFUSALS)},
    }
    whole = {
        **SPECIFICATION,
        "info": {
            "title": "宿信收银接口 · Suxin API for tills",
            "version": VERSION,
            "description": _INTRODUCTION,
            "license": LICENSE,
        },
        "servers": [{"url": PREFIX}],
        "tags": [{"name": "核销"}],
        "paths": {"/redemptions": {"post": operation}},
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {_SCHEME: _SECURITY_SCHEME},
        },
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(whole))
    return plain


@cache
def published() -> bytes:
    """Return the OpenAPI document as it is served, made when it is first asked for."""
    return msgspec.json.encode(document())


@get("/openapi.json")
async def show_openapi(caller: GivenActor) -> Response[bytes]:
    """Show the OpenAPI document."""
    del caller  # Counted against what one address may ask for.
    return Response(published(), media_type=_JSON)
