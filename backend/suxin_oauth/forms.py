"""Form bodies of the protocol's endpoints, read strictly: each parameter once, of a bounded length."""

from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request
from litestar.enums import RequestEncodingType

from suxin.consent.oauth.refusals import RequestInvalid

MAX_FORM_BYTES: Final = 32 * 1024
MAX_PARAMETERS: Final = 40

AnyRequest = Request[Any, Any, Any]


async def form_of(request: AnyRequest) -> dict[str, str]:
    """Return the parameters of a form body; empty ones are left out, as RFC 6749 §3.2 has it.

    :raises RequestInvalid: if it is no form, too large, or names a parameter twice
    """
    if request.content_type[0].lower() != RequestEncodingType.URL_ENCODED.value:
        raise _invalid("应为 application/x-www-form-urlencoded", "a form body is needed")
    body = await request.body()
    if len(body) > MAX_FORM_BYTES:
        raise _invalid("请求体过大", "the body is too large")
    return parameters_of(body)


def parameters_of(encoded: bytes) -> dict[str, str]:
    """Return form-encoded parameters, each once.

    :raises RequestInvalid: if one is named twice, or it is no such encoding
    """
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except ValueError:
        raise _invalid("编码不正确", "the encoding is wrong") from None
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise _invalid("参数重复", "a parameter is given twice")
    return parameters


def _invalid(reason_zh: str, reason_en: str) -> RequestInvalid:
    return RequestInvalid(parameter="body", reason_zh=reason_zh, reason_en=reason_en)
