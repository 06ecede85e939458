"""What the server tells about itself: its metadata (RFC 8414) and its public keys (RFC 7517)."""

from typing import Any, Final

from litestar import Response, get

from suxin.consent.oauth.authorization_details import DETAIL_TYPES
from suxin.consent.oauth.clients import GRANT_TYPES
from suxin.consent.oauth.dpop import ALGORITHMS
from suxin.consent.oauth.own_clients import WECHAT
from suxin.consent.oauth.replaced_grants import CREATE, REPLACE
from suxin.kernel.signing import KEPT_BY_READERS
from suxin_oauth import paths
from suxin_web.runtime import GivenRuntime

_KEPT: Final = f"public, max-age={int(KEPT_BY_READERS.total_seconds()) // 2}"


def server_metadata(issuer: str) -> dict[str, Any]:
    """Return the metadata document: what a client needs to know, and nothing that it could not use."""
    assertions = {
        "auth_methods_supported": ["private_key_jwt", "none"],
        "auth_signing_alg_values_supported": list(ALGORITHMS),
    }
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + paths.AUTHORIZE,
        "token_endpoint": issuer + paths.TOKEN,
        "jwks_uri": issuer + paths.JWKS,
        "pushed_authorization_request_endpoint": issuer + paths.PUSHED,
        "require_pushed_authorization_requests": True,
        "revocation_endpoint": issuer + paths.REVOKE,
        "introspection_endpoint": issuer + paths.INTROSPECT,
        "device_authorization_endpoint": issuer + paths.DEVICE_AUTHORIZATION,
        "grant_management_endpoint": issuer + paths.GRANTS,
        "grant_management_actions_supported": [CREATE, "query", REPLACE, "revoke"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [*GRANT_TYPES, WECHAT],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "authorization_details_types_supported": sorted(DETAIL_TYPES),
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "ui_locales_supported": ["zh-CN"],
        **{
            f"{endpoint}_endpoint_{name}": value
            for endpoint in ("token", "revocation", "introspection")
            for name, value in assertions.items()
        },
    }


@get(paths.METADATA, include_in_schema=False)
async def show_metadata(runtime: GivenRuntime) -> Response[dict[str, Any]]:
    """Show the server's metadata."""
    return Response(server_metadata(runtime.issuer), headers={"Cache-Control": _KEPT})


@get(paths.JWKS, include_in_schema=False)
async def show_keys(runtime: GivenRuntime) -> Response[dict[str, Any]]:
    """Show the public keys: those of tokens, and all that ever signed an artefact."""
    now = runtime.clock.now()
    keys = (await runtime.keys.at(now)).published(now=now)
    return Response(keys, media_type="application/jwk-set+json", headers={"Cache-Control": _KEPT})
