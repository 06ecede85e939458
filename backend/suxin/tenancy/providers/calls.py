"""What the platform asks a tenant's provider over the network: declared here, done outside.

What it publishes about itself is checked here (OpenID Connect Discovery 1.0 §3, §4.3).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from suxin.kernel.signing import KeySet, KeyUse
from suxin.kernel.tokens import new_token
from suxin.tenancy.providers.id_tokens import Demands
from suxin.tenancy.providers.models import ClientMethod
from suxin.tenancy.providers.refusals import ProviderUnfit
from suxin.tenancy.providers.signed_statements import ALGORITHMS

_ADDRESS: Final = re.compile(
    r"https?://[\x21\x24-\x3b\x3d\x40-\x5b\x5d-\x7e]{1,480}(\?[\x21\x24-\x7e]*)?"
)
_ERROR: Final = re.compile(r"[a-z_]{1,40}")
_S256: Final = "S256"
ASSERTION_LIFE: Final = timedelta(seconds=60)
ASSERTION_TYPE: Final = "client-authentication+jwt"
"""The type that keeps an assertion from being taken for anything else we sign (draft-ietf-oauth-rfc7523bis §7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMetadata:
    """What is used of what a provider publishes; ``names_itself`` says that its answers carry ``iss`` (RFC 9207).

    ``acr_values`` are the classes of log-in that it says it knows; none where it says nothing.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    methods: tuple[str, ...]
    names_itself: bool
    acr_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeExchange:
    """A code with all that makes it good; the client shows who it is by ``assertion`` or else by ``secret``."""

    client_id: str
    code: str
    verifier: str
    redirect_uri: str
    assertion: str | None = field(repr=False)
    secret: str | None = field(repr=False)


class ProviderCalls(Protocol):
    """Calls to providers, at addresses that tenants gave."""

    async def metadata(self, issuer: str) -> ProviderMetadata:
        """Return what a provider publishes about itself; it is kept for a while.

        :raises ProviderUnreachable: if it does not answer, or its address may not be called
        :raises ProviderUnfit: if it publishes nothing that fits
        """
        ...

    async def keys(self, address: str, *, kid: str | None) -> Sequence[Mapping[str, Any]]:
        """Return a provider's keys; one that names ``kid`` is looked for anew where it is not known.

        :raises ProviderUnreachable: if the address does not answer with a key set
        """
        ...

    async def redeem(self, token_endpoint: str, exchange: CodeExchange) -> str:
        """Return the ID token that a code is good for (OpenID Connect Core §3.1.3).

        :raises ProviderUnreachable: if the provider does not answer
        :raises ProviderSaidNo: if it refuses
        :raises IdTokenInvalid: if there is none in its answer
        """
        ...


def checked_metadata(published: Mapping[str, Any], *, issuer: str) -> ProviderMetadata:
    """Return what is used of a provider's published metadata.

    :raises ProviderUnfit: if it is another provider's, lacks an address, or knows nothing that we take
    """
    if published.get("issuer") != issuer:
        raise _unfit("issuer 与填写的不一致", "its issuer is another one")
    endpoints = {}
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = published.get(name)
        if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
            raise _unfit(f"缺少 {name}", f"it has no {name}")
        # The browser is sent to one of them, where nothing of ours would stop it.
        if issuer.startswith("https:") and not address.startswith("https:"):
            raise _unfit(f"{name} 须为 https 地址", f"its {name} is not at an https address")
        endpoints[name] = address
    # Many do not say which challenges they know; who says so must know ours.
    challenges = _listed(published, "code_challenge_methods_supported", (_S256,))
    if _S256 not in challenges:
        raise _unfit("不支持 PKCE（S256）", "it does not know PKCE by S256")
    if not {*_listed(published, "id_token_signing_alg_values_supported", ALGORITHMS)} & {
        *ALGORITHMS
    }:
        raise _unfit(
            f"ID Token 签名算法须为 {'、'.join(ALGORITHMS)} 之一", "none of its signatures is taken"
        )
    return ProviderMetadata(
        issuer=issuer,
        **endpoints,
        methods=_listed(
            published,
            "token_endpoint_auth_methods_supported",
            (ClientMethod.CLIENT_SECRET_BASIC.value,),
        ),
        names_itself=published.get("authorization_response_iss_parameter_supported") is True,
        acr_values=_listed(published, "acr_values_supported", ()),
    )


def client_assertion(keys: KeySet, *, client_id: str, issuer: str, now: datetime) -> str:
    """Return the signed statement by which the platform shows a provider that it is its client (RFC 7523 §2.2).

    It is signed by the keys that the platform publishes for its tokens, and good for this provider alone.
    """
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "jti": new_token(),
        "iat": int(now.timestamp()),
        "exp": int((now + ASSERTION_LIFE).timestamp()),
    }
    return keys.sign(json.dumps(claims).encode(), use=KeyUse.TOKEN, typ=ASSERTION_TYPE, now=now)


def plain_error(error: object) -> str:
    """Return a provider's error code as it may be shown: lower-case letters and underscores, as RFC 6749 §5.2 has them."""
    return error if isinstance(error, str) and _ERROR.fullmatch(error) else "error"


def require_fit(metadata: ProviderMetadata, method: ClientMethod, demands: Demands) -> None:
    """Refuse settings that a provider says it cannot keep to.

    :raises ProviderUnfit: if it does not know that way to show that we are the client, or none of the classes of log-in
    """
    if method.value not in metadata.methods:
        raise ProviderUnfit(
            field="method",
            reason_zh=f"不支持 {method.value}",
            reason_en=f"it does not know {method.value}",
        )
    wanted = set(demands.acr_values)
    if wanted and metadata.acr_values and not wanted & set(metadata.acr_values):
        raise ProviderUnfit(
            field="acrValues",
            reason_zh="不支持所填的任何认证级别（acr）",
            reason_en="it knows none of these classes of log-in (acr)",
        )


def _listed(published: Mapping[str, Any], name: str, otherwise: Sequence[str]) -> tuple[str, ...]:
    value = published.get(name)
    if not isinstance(value, list):
        return tuple(otherwise)
    return tuple(one for one in value if isinstance(one, str))


def _unfit(reason_zh: str, reason_en: str) -> ProviderUnfit:
    return ProviderUnfit(field="issuer", reason_zh=reason_zh, reason_en=reason_en)
