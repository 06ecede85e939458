"""The OpenAPI 3.1 document, made from the contracts that the handlers carry, so that the two cannot drift apart."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from suxin.consent.oauth.own_clients import MINI_PROGRAM_CLIENT, WECHAT
from suxin.consent.oauth.scopes import MINI_PROGRAM
from suxin_mini_program import (
    account,
    cases,
    cautions,
    commitments,
    consent_notices,
    consent_requests,
    corrections,
    erasures,
    exchange,
    households,
    inbox,
    loan_warnings,
    loans,
    my_data,
    offers,
    people,
    perk_limits,
    perks,
    permissions,
    points,
    profile,
    progress,
    reference,
    repairs,
    requests,
    rural,
    scores,
    shop,
    tickets,
    village_credit,
)
from suxin_mini_program.answering import KEY_HEADER, MEDIA_TYPE, REPLAYED_HEADER
from suxin_mini_program.contract import OPT, Caller, Contract
from suxin_web.applicants import SUBJECT_HEADER
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
PREFIX: Final = "/mp/v1"
PAGE_TYPE: Final = "text/html"
_PATH_PARAMETER: Final = re.compile(r"\{(?P<name>\w+):str\}")

ENDPOINTS: Final[tuple[HTTPRouteHandler, ...]] = (
    *people.HANDLERS,
    *profile.HANDLERS,
    *households.HANDLERS,
    *commitments.HANDLERS,
    *scores.HANDLERS,
    *rural.HANDLERS,
    *village_credit.HANDLERS,
    *reference.HANDLERS,
    *cautions.HANDLERS,
    *requests.HANDLERS,
    *progress.HANDLERS,
    *offers.HANDLERS,
    *exchange.HANDLERS,
    *loans.HANDLERS,
    *loan_warnings.HANDLERS,
    *perks.HANDLERS,
    *perk_limits.HANDLERS,
    *tickets.HANDLERS,
    *points.HANDLERS,
    *shop.HANDLERS,
    *consent_notices.HANDLERS,
    *permissions.HANDLERS,
    *consent_requests.HANDLERS,
    *inbox.HANDLERS,
    *my_data.HANDLERS,
    *corrections.HANDLERS,
    *repairs.HANDLERS,
    *cases.HANDLERS,
    *erasures.HANDLERS,
    *account.HANDLERS,
)
"""Every route that has a contract, in the order in which they are documented."""

_INTRODUCTION: Final = """\
宿信“我要贷款”小程序接口。金额一律为整数分（`Fen`），利率为基点（`Bps`，435 即 4.35%），时间为带时区的 ISO 8601。

- 登录：在授权服务器 `POST /oauth/token` 以 `wx.login` 的 code 换取令牌（扩展授权方式），以 `Authorization: DPoP` 发送，每次请求另带 `DPoP` 证明（RFC 9449）；令牌 10 分钟有效，到期前以刷新令牌换新；退出即 `POST /oauth/revoke`。
- 随机数：每个应答带 `DPoP-Nonce`，用于下一个证明；缺少或过期时应答 401，按其 `DPoP-Nonce` 重签后重发即可。
- 代企业办理时另带 `Suxin-Subject`。
- 写入：实名后的写操作须带 `Idempotency-Key`（同一操作重试用同一键，30 天内有效）；重放的应答带 `Idempotency-Replayed: true`。
- 列表：`first`（1–100，默认 20）与 `after`（上一页的 `nextCursor`）。
- 拒绝：`application/problem+json`（RFC 9457），`code` 稳定，`detail` 中文、`detailEn` 英文，`field` 指出有误的字段。
- 他人的标识与不存在的标识应答相同（404）。

The API of the mini program: whole fen, basis points, aware times; unknown fields are refused; problems are RFC 9457.
"""


_SCHEME: Final = "visitor"
_SECURITY_SCHEME: Final = {
    "type": "oauth2",
    "description": (
        "以 `Authorization: DPoP <access_token>` 发送，并在 `DPoP` 头中附上对本次请求的证明（RFC 9449，含 `ath` 与"
        " `nonce`）。/ Sent as `Authorization: DPoP <access_token>` with a proof of this request in the `DPoP` header"
        " (RFC 9449, with `ath` and `nonce`). Where the server is: `/.well-known/oauth-authorization-server`."
    ),
    # No flow of OpenAPI's own is an extension grant (RFC 6749 §4.5); its extensions are where it may be told.
    "flows": {
        "x-extensionGrant": {
            "grantType": WECHAT,
            "clientId": MINI_PROGRAM_CLIENT,
            "parameters": {"js_code": "wx.login 返回的 code，一次有效 / of `wx.login`, good once"},
            "tokenUrl": "/oauth/token",
            "refreshUrl": "/oauth/token",
            "revocationUrl": "/oauth/revoke",
            "scopes": {MINI_PROGRAM: "本人可办的一切 / everything that one may do oneself"},
        }
    },
}


def contract_of(handler: HTTPRouteHandler) -> Contract:
    """Return the contract a handler carries."""
    contract: Contract = handler.opt[OPT]
    return contract


def document() -> dict[str, Any]:
    """Return the OpenAPI document, as JSON holds it."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(_document()))
    return plain


def _document() -> dict[str, Any]:
    shapes = _shapes()
    schemas, components = msgspec.json.schema_components(shapes, ref_template=REF)
    by_shape = dict(zip(map(repr, shapes), schemas, strict=True))
    paths: dict[str, Any] = {}
    for handler in ENDPOINTS:
        for path in sorted(handler.paths):
            for method in sorted(handler.http_methods):
                operation = _operation(handler, path, by_shape, components)
                paths.setdefault(_published(path), {})[method.lower()] = operation
    return {
        **SPECIFICATION,
        "info": {
            "title": "宿信小程序接口 · Suxin mini program API",
            "version": VERSION,
            "description": _INTRODUCTION,
            "license": LICENSE,
        },
        "servers": [{"url": PREFIX}],
        "tags": [{"name": name} for name in dict.fromkeys(contract_of(e).tag for e in ENDPOINTS)],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {_SCHEME: _SECURITY_SCHEME},
        },
    }


def _shapes() -> list[Any]:
    found: list[Any] = [Problem]
    for handler in ENDPOINTS:
        contract = contract_of(handler)
        found.extend(
            shape
            for shape in (contract.body, contract.answer, contract.query)
            if shape is not None and shape not in found
        )
    return found


def _published(path: str) -> str:
    return _PATH_PARAMETER.sub(r"{\g<name>}", path)


def _operation(
    handler: HTTPRouteHandler, path: str, schemas: dict[str, Any], components: dict[str, Any]
) -> dict[str, Any]:
    contract = contract_of(handler)
    operation: dict[str, Any] = {
        "operationId": handler.handler_name,
        "tags": [contract.tag],
        "summary": contract.zh,
        "description": contract.en,
        "parameters": [
            *_path_parameters(path),
            *_query_parameters(contract, schemas, components),
            *_header_parameters(contract),
        ],
        "security": [] if contract.caller is Caller.ANYONE else [{_SCHEME: [MINI_PROGRAM]}],
        "responses": _responses(contract, schemas),
    }
    if contract.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {MEDIA_TYPE: {"schema": schemas[repr(contract.body)]}},
        }
    return operation


def _path_parameters(path: str) -> Iterable[dict[str, Any]]:
    for match in _PATH_PARAMETER.finditer(path):
        yield {
            "name": match["name"],
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }


def _query_parameters(
    contract: Contract, schemas: dict[str, Any], components: dict[str, Any]
) -> Iterable[dict[str, Any]]:
    if contract.query is None:
        return
    name = schemas[repr(contract.query)]["$ref"].rsplit("/", 1)[1]
    shape = components[name]
    for field, schema in shape["properties"].items():
        yield {
            "name": field,
            "in": "query",
            "required": field in shape.get("required", ()),
            "schema": schema,
        }


def _header_parameters(contract: Contract) -> Iterable[dict[str, Any]]:
    if contract.caller is not Caller.ANYONE:
        yield PROOF_PARAMETER
    if contract.caller is Caller.APPLICANT:
        yield {
            "name": SUBJECT_HEADER,
            "in": "header",
            "required": False,
            "description": "代理的主体；缺省为本人 / the subject acted for, by default oneself",
            "schema": {"type": "string", "format": "uuid"},
        }
    if contract.keyed:
        yield key_parameter(KEY_HEADER)


def _responses(contract: Contract, schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        str(contract.status): _success(contract, schemas),
        **refused_responses(contract.all_refusals),
    }


def _success(contract: Contract, schemas: dict[str, Any]) -> dict[str, Any]:
    headers: dict[str, Any] = {**USUAL_HEADERS}
    if contract.keyed:
        headers[REPLAYED_HEADER] = REPLAYED
    response: dict[str, Any] = {"description": "成功 / done", "headers": headers}
    if contract.answer is not None:
        response["content"] = {MEDIA_TYPE: {"schema": schemas[repr(contract.answer)]}}
    if contract.page:
        response["content"] = {PAGE_TYPE: {"schema": {"type": "string"}}}
    return response


@cache
def published() -> bytes:
    """Return the OpenAPI document as it is served, made when it is first asked for: a start need not wait for it."""
    return msgspec.json.encode(document())


@get("/openapi.json")
async def show_openapi(caller: GivenActor) -> Response[bytes]:
    """Show the OpenAPI document."""
    del caller  # Counted against what one address may ask for.
    return Response(published(), media_type=MEDIA_TYPE)
