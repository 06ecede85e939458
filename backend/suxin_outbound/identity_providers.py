"""Tenants' identity providers: what they publish, their keys, and the code that is exchanged (OpenID Connect Core §3.1).

Their addresses are tenants' words, and those that they publish are others' again: each call takes the guarded way to public
addresses. Answers are small and bounded, and what went wrong is told only as that something did.
"""

import base64
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote_plus

from suxin.tenancy.providers.calls import (
    CodeExchange,
    ProviderMetadata,
    checked_metadata,
    plain_error,
)
from suxin.tenancy.providers.refusals import IdTokenInvalid, ProviderSaidNo, ProviderUnreachable
from suxin_outbound.addresses import TargetNotAllowed
from suxin_outbound.client_key_sets import has_key
from suxin_outbound.guarded import Answer, Call, CallFailed, GuardedClient
from suxin_outbound.kept_answers import KeptAnswers

DISCOVERY: Final = "/.well-known/openid-configuration"
JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_KEYS: Final = 20

Keys = Sequence[Mapping[str, Any]]


class IdentityProviders:
    """The providers that one process has spoken to."""

    def __init__(self, guarded: GuardedClient) -> None:
        self._guarded = guarded
        self._metadata: KeptAnswers[ProviderMetadata] = KeptAnswers(
            self._fetched_metadata, ProviderUnreachable
        )
        self._keys: KeptAnswers[Keys] = KeptAnswers(self._fetched_keys, ProviderUnreachable)

    async def metadata(self, issuer: str) -> ProviderMetadata:
        """Return what a provider publishes about itself.

        :raises ProviderUnreachable: if it does not answer, or its address may not be called
        :raises ProviderUnfit: if it publishes nothing that fits
        """
        return await self._metadata.at(issuer)

    async def keys(self, address: str, *, kid: str | None) -> Keys:
        """Return a provider's keys, fetched anew where none is named ``kid``.

        :raises ProviderUnreachable: if the address does not answer with a key set
        """
        return await self._keys.at(address, fits=lambda keys: has_key(keys, kid))

    async def redeem(self, token_endpoint: str, exchange: CodeExchange) -> str:
        """Return the ID token that a code is good for; a code is sent once, whatever becomes of it.

        :raises ProviderUnreachable: if the provider does not answer
        :raises ProviderSaidNo: if it refuses
        :raises IdTokenInvalid: if there is none in its answer
        """
        form = {
            "grant_type": "authorization_code",
            "code": exchange.code,
            "redirect_uri": exchange.redirect_uri,
            "code_verifier": exchange.verifier,
        }
        headers = {}
        if exchange.assertion is not None:
            form |= {
                "client_id": exchange.client_id,
                "client_assertion_type": JWT_BEARER,
                "client_assertion": exchange.assertion,
            }
        else:
            headers["Authorization"] = _basic(exchange.client_id, exchange.secret or "")
        answer = await self._called(
            Call(
                service="identity provider",
                method="POST",
                url=token_endpoint,
                form=form,
                headers=headers,
            )
        )
        said = _object(answer)
        if answer.status != HTTPStatus.OK:
            if not HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise ProviderUnreachable
            raise ProviderSaidNo(error=plain_error(said.get("error")))
        id_token = said.get("id_token")
        if not isinstance(id_token, str):
            raise IdTokenInvalid(reason_zh="没有 ID Token", reason_en="there is no ID token")
        return id_token

    async def _fetched_metadata(self, issuer: str) -> ProviderMetadata:
        published = await self._published(issuer.rstrip("/") + DISCOVERY)
        return checked_metadata(published, issuer=issuer)

    async def _fetched_keys(self, address: str) -> Keys:
        keys = (await self._published(address)).get("keys")
        if not isinstance(keys, list):
            raise ProviderUnreachable
        return [key for key in keys[:MAX_KEYS] if isinstance(key, dict)]

    async def _published(self, address: str) -> dict[str, Any]:
        answer = await self._called(
            Call(service="identity provider", method="GET", url=address, idempotent=True)
        )
        if answer.status != HTTPStatus.OK:
            raise ProviderUnreachable
        return _object(answer)

    async def _called(self, call: Call) -> Answer:
        try:
            return await self._guarded.call(call)
        except (CallFailed, TargetNotAllowed):
            raise ProviderUnreachable from None


def _object(answer: Answer) -> dict[str, Any]:
    try:
        return answer.decode(dict[str, Any])
    except CallFailed:
        raise ProviderUnreachable from None


def _basic(client_id: str, secret: str) -> str:
    # Encoded as a form first (RFC 6749 §2.3.1), which a colon in either would otherwise break.
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
