"""The token endpoint's grants, carried by Authlib over our own commands.

Authlib's core is synchronous. Each call therefore runs in a greenlet, as SQLAlchemy's own sessions do, and what Authlib
asks of us is awaited from there. The client has shown who it is and which key it holds before Authlib begins, and what
the call works with travels on the request.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidGrantError,
    OAuth2Error,
    OAuth2Request,
    TokenEndpointMixin,
)
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    BaseGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceCodeGrant
from sqlalchemy.util import await_only, greenlet_spawn
from typing_extensions import override

from suxin.consent.oauth import code_steps, device_codes, grants
from suxin.consent.oauth.access_tokens import ACCESS_TOKEN_LIFE, issue_access_token
from suxin.consent.oauth.clients import REFRESH
from suxin.consent.oauth.code_steps import ShownCode
from suxin.consent.oauth.decisions import allow_as_visitor
from suxin.consent.oauth.models import (
    DeviceCode,
    OAuthGrant,
    RefreshToken,
)
from suxin.consent.oauth.own_clients import WECHAT
from suxin.consent.oauth.queries import Client
from suxin.consent.oauth.refusals import ClientNotAllowed, GrantRefused, OAuthRefusal
from suxin.consent.oauth.scopes import MINI_PROGRAM, parse_scope, require_within
from suxin.kernel.tokens import new_token
from suxin_oauth.answers import Answer, described, error_body
from suxin_oauth.token_calls import TokenCall


async def token_answer(form: Mapping[str, str], call: TokenCall) -> Answer:
    """Return the token endpoint's answer to a form; refusals of ours pass through as exceptions."""
    answer: Answer = await greenlet_spawn(_SERVER.create_token_response, _Request(form, call))
    return answer


class _Request(OAuth2Request):  # type: ignore[misc] # Authlib has no types
    """A form on its way through Authlib."""

    def __init__(self, form: Mapping[str, str], call: TokenCall) -> None:
        # Authlib refuses plain http, which is how a server on one's own machine or behind a proxy is reached.
        super().__init__("POST", "https://authorization.server/")
        self.payload = BasicOAuth2Payload(dict(form))
        self.call = call

    @property
    @override
    def form(self) -> dict[str, str]:
        fields: dict[str, str] = self.payload.data
        return fields


class _KnownClient:
    """A client that has shown who it is, as Authlib's grants see it."""

    def __init__(self, client: Client) -> None:
        self.client_id = client.client_id
        self._grant_types = client.grant_types

    def get_client_id(self) -> str:
        return self.client_id

    def check_grant_type(self, grant_type: str) -> bool:
        if grant_type != REFRESH and grant_type not in self._grant_types:
            raise ClientNotAllowed(grant_type=grant_type)
        return grant_type in self._grant_types


class _Server(AuthorizationServer):  # type: ignore[misc] # Authlib has no types
    """The grants of the token endpoint."""

    @override
    def create_oauth2_request(self, request: _Request) -> _Request:
        return request

    @override
    def authenticate_client(
        self, request: _Request, methods: object, endpoint: str = "token"
    ) -> _KnownClient:
        return _KnownClient(request.call.client)

    @override
    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Tell nobody; the audit stream is written by the commands."""

    @override
    def save_token(self, token: object, request: object) -> None:
        """Keep nothing: access tokens are signed, and refresh tokens are written when they are made."""

    @override
    def handle_response(
        self, status: int, body: Mapping[str, Any], headers: list[tuple[str, str]]
    ) -> Answer:
        return Answer(body, status)

    @override
    def handle_error_response(self, request: object, error: OAuth2Error) -> Answer:
        refusal = _AS_OURS.get(error.error, _TokenRequestRefused)()
        body = error_body(error.error, refusal)
        description = described(error.description or "") or body["error_description"]
        return Answer({**body, "error_description": description}, HTTPStatus.BAD_REQUEST)


class _TokenRequestRefused(OAuthRefusal):
    """What Authlib itself refuses, under the error that it names."""

    code = "OAUTH_TOKEN_REQUEST_REFUSED"
    zh = "请求的参数、权限范围或授权方式不正确"
    en = "a parameter, the scope or the grant type is not acceptable"


_AS_OURS: Final[Mapping[str, type[OAuthRefusal]]] = {"invalid_grant": GrantRefused}


class _OurTokens:
    """What every grant of ours has in common: how its tokens are made."""

    request: _Request

    def generate_token(
        self,
        user: OAuthGrant | None = None,
        scope: str | None = None,
        **given: object,
    ) -> dict[str, Any]:
        """Return the body of the answer: an access token, and a refresh token where one is due."""
        call = self.request.call
        scopes = tuple((scope or "").split())
        token = issue_access_token(
            call.keys,
            call.client,
            user,
            scopes=scopes,
            jkt=call.jkt,
            issuer=call.issuer,
            now=call.now,
        )
        body: dict[str, Any] = {
            "access_token": token,
            "token_type": "DPoP",
            "expires_in": int(ACCESS_TOKEN_LIFE.total_seconds()),
            "scope": " ".join(scopes),
        }
        if user is not None:
            body["grant_id"] = str(user.id)
            if user.details:
                body["authorization_details"] = user.details
            if given.get("include_refresh_token", True) and REFRESH in call.client.grant_types:
                body["refresh_token"] = self._refresh_token(call, user)
        return body

    def _refresh_token(self, call: TokenCall, grant: OAuthGrant) -> str:
        token: str = await_only(
            grants.issue_refresh_token(
                call.session, call.client, grant_id=grant.id, jkt=call.jkt, now=call.now
            )
        )
        return token


_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


class _S256(CodeChallenge):  # type: ignore[misc] # Authlib has no types
    """PKCE by S256, for every client (RFC 7636; FAPI 2.0 §5.3.2.2)."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD: ClassVar[list[str]] = ["S256"]

    @override
    def validate_code_verifier(self, grant: "_Codes", result: object) -> None:
        # One that is missing or malformed is not the one that was hashed (RFC 7636 §4.6).
        if not _VERIFIER.fullmatch(grant.request.form.get("code_verifier", "")):
            raise InvalidGrantError("the code_verifier is missing or malformed")
        super().validate_code_verifier(grant, result)

    @override
    def get_authorization_code_challenge_method(self, authorization_code: object) -> str:
        return "S256"


class _Code:
    """A code that was shown, as Authlib reads it, with the refresh token that it is to be exchanged for."""

    def __init__(self, code: str, shown: ShownCode) -> None:
        self.code = code
        self.shown = shown
        self.code_challenge = shown.code_challenge
        self.refresh_token: str | None = None

    def get_redirect_uri(self) -> str:
        return self.shown.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.shown.grant.scopes)


class _Codes(_OurTokens, AuthorizationCodeGrant):  # type: ignore[misc] # Authlib has no types
    """The code that a browser brought back (RFC 6749 §4.1.3)."""

    @override
    def query_authorization_code(self, code: str, client: _KnownClient) -> _Code:
        call = self.request.call
        shown = await_only(
            code_steps.shown_code(
                call.database.steps,
                code=code,
                client_id=client.client_id,
                jkt=call.jkt,
                now=call.now,
            )
        )
        if shown is None:
            await_only(call.refuse_code(code))
        return _Code(code, shown)

    @override
    def authenticate_user(self, authorization_code: _Code) -> OAuthGrant:
        return authorization_code.shown.grant

    @override
    def _refresh_token(self, call: TokenCall, grant: OAuthGrant) -> str:
        token = self.request.authorization_code.refresh_token = new_token()
        return token

    @override
    def delete_authorization_code(self, authorization_code: _Code) -> None:
        """Exchange the code: it is used up and the refresh token written, before the answer that is made by now."""
        call = self.request.call
        exchanged = await_only(
            code_steps.exchange_code(
                call.database.steps,
                call.client,
                authorization_code.shown,
                refresh_token=authorization_code.refresh_token,
                jkt=call.jkt,
                now=call.now,
            )
        )
        if not exchanged:
            await_only(call.refuse_code(authorization_code.code))


class _ClientCredentials(_OurTokens, ClientCredentialsGrant):  # type: ignore[misc] # Authlib has no types
    """A tenant's system, acting for itself (RFC 6749 §4.4)."""

    @override
    def validate_requested_scope(self) -> None:
        client = self.request.call.client
        asked = parse_scope(self.request.payload.scope) or client.scopes
        require_within(asked, client.scopes)
        self.request.payload.data["scope"] = " ".join(asked)


class _Refresh:
    """A locked refresh token, as Authlib reads it."""

    def __init__(self, row: RefreshToken, grant: OAuthGrant) -> None:
        self.row = row
        self.grant = grant

    def check_client(self, client: _KnownClient) -> bool:
        return self.row.client_id == client.client_id

    def get_scope(self) -> str:
        return " ".join(self.grant.scopes)


class _Refreshes(_OurTokens, RefreshTokenGrant):  # type: ignore[misc] # Authlib has no types
    """A refresh token (RFC 6749 §6): rotated for a public client, kept by a confidential one."""

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:  # noqa: N802 - Authlib's name
        return not self.request.call.client.confidential

    @override
    def authenticate_refresh_token(self, refresh_token: str) -> _Refresh:
        call = self.request.call
        row = await_only(
            grants.lock_refresh_token(
                call.session, call.client, token=refresh_token, jkt=call.jkt, now=call.now
            )
        )
        grant = await_only(grants.live_grant(call.session, row.grant_id, now=call.now))
        return _Refresh(row, grant)

    @override
    def authenticate_user(self, refresh_token: _Refresh) -> OAuthGrant:
        return refresh_token.grant

    @override
    def revoke_old_credential(self, refresh_token: _Refresh) -> None:
        call = self.request.call
        await_only(grants.use_refresh_token(call.session, refresh_token.row, now=call.now))


class _Device:
    """An approved device's request, as Authlib reads it."""

    def __init__(self, row: DeviceCode, grant: OAuthGrant) -> None:
        self.row = row
        self.grant = grant

    def get_client_id(self) -> str:
        return self.row.client_id

    def get_scope(self) -> str:
        return " ".join(self.grant.scopes)


class _Devices(_OurTokens, DeviceCodeGrant):  # type: ignore[misc] # Authlib has no types
    """A device that asks whether it was approved (RFC 8628 §3.4)."""

    @override
    def query_device_credential(self, device_code: str) -> _Device:
        call = self.request.call
        row = await_only(
            device_codes.poll_device(
                call.session,
                device_code=device_code,
                client_id=call.client.client_id,
                jkt=call.jkt,
                now=call.now,
            )
        )
        if row.grant_id is None:
            raise InvalidGrantError
        grant = await_only(grants.live_grant(call.session, row.grant_id, now=call.now))
        await_only(device_codes.use_device(call.session, row))
        return _Device(row, grant)

    @override
    def validate_device_credential(self, credential: _Device) -> OAuthGrant:
        return credential.grant


class _WeChat(_OurTokens, BaseGrant, TokenEndpointMixin):  # type: ignore[misc] # Authlib has no types
    """Whoever opened the mini program, vouched for by WeChat: an extension grant (RFC 6749 §4.5)."""

    GRANT_TYPE = WECHAT

    @override
    def validate_token_request(self) -> None:
        client = self.authenticate_token_endpoint_client()
        client.check_grant_type(WECHAT)
        self.request.client = client

    @override
    def create_token_response(self) -> tuple[int, dict[str, Any], object]:
        call = self.request.call
        if call.openid is None:
            raise InvalidGrantError
        grant_id = await_only(
            allow_as_visitor(call.session, call.client, openid=call.openid, now=call.now)
        )
        grant = await_only(grants.live_grant(call.session, grant_id, now=call.now))
        body = self.generate_token(user=grant, scope=MINI_PROGRAM)
        return HTTPStatus.OK, body, self.TOKEN_RESPONSE_HEADER


_SERVER: Final = _Server()
_SERVER.register_grant(_Codes, [_S256(required=True)])
for _grant in (_ClientCredentials, _Refreshes, _Devices, _WeChat):
    _SERVER.register_grant(_grant)
