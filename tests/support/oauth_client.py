"""A client of the authorization server as an integrator would write one: its keys, assertions, proofs and forms."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

import httpx
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

Key = ECKey | RSAKey | OKPKey
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Clock(Protocol):
    """What tells the test's time."""

    def now(self) -> datetime: ...


def new_key() -> ECKey:
    """A fresh key pair of the algorithm everyone supports."""
    return ECKey.generate_key("P-256")


def algorithm_of(key: Key) -> str:
    """The algorithm that a key of this kind signs by."""
    return {"EC": "ES256", "RSA": "PS256", "OKP": "EdDSA"}[key.key_type]


def public_jwks(*keys: Key) -> dict[str, Any]:
    """The key set that a client registers."""
    return {"keys": [{**key.as_dict(private=False), "kid": key.thumbprint()} for key in keys]}


class _AnyHeader(jws.JWSRegistry):
    """Whatever header a test wants to send, under any algorithm."""

    max_header_length = 16 * 1024

    def get_alg(self, name: str) -> jws.JWSAlgModel:
        return self.algorithms[name]


def signed(claims: dict[str, Any], header: dict[str, Any], key: Any) -> str:
    """A compact JWS; the header names the algorithm, and members that are None are left out."""
    members = {name: value for name, value in header.items() if value is not None}
    registry = _AnyHeader(strict_check_header=False)
    return jws.serialize_compact(members, json.dumps(claims), key, registry=registry)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def s256(verifier: str) -> str:
    return b64(hashlib.sha256(verifier.encode()).digest())


@dataclass
class OAuthApp:
    """One client with its key pairs; it keeps the newest nonce, as RFC 9449 §8 asks."""

    web: httpx.AsyncClient
    issuer: str
    clock: Clock
    client_id: str
    key: Key | None = field(default_factory=new_key)
    proof_key: Key = field(default_factory=new_key)
    nonce: str | None = None

    def assertion(self, *, key: Any = None, header: Any = None, **claims: Any) -> str:
        """A client assertion; ``claims`` replace the usual ones, and ``None`` leaves one out."""
        now = int(self.clock.now().timestamp())
        signer = key or self.key
        usual = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "jti": str(uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + 60,
        }
        given = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        named = {"alg": algorithm_of(signer), "kid": signer.thumbprint()}
        return signed(given, {**named, **(header or {})}, signer)

    def proof(
        self,
        method: str,
        url: str,
        *,
        token: str | None = None,
        key: Any = None,
        header: Any = None,
        **claims: Any,
    ) -> str:
        """A DPoP proof; ``claims`` replace the usual ones, and ``None`` leaves one out."""
        signer = key or self.proof_key
        usual: dict[str, Any] = {
            "jti": str(uuid4()),
            "htm": method,
            "htu": url.partition("?")[0],
            "iat": int(self.clock.now().timestamp()),
            "nonce": self.nonce,
            "ath": None if token is None else b64(hashlib.sha256(token.encode()).digest()),
        }
        given = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        named = {
            "typ": "dpop+jwt",
            "alg": algorithm_of(signer),
            "jwk": signer.as_dict(private=False),
        }
        return signed(given, {**named, **(header or {})}, signer)

    async def post(
        self,
        path: str,
        *,
        proof: Any = True,
        assertion: Any = True,
        headers: dict[str, str] | None = None,
        **form: Any,
    ) -> httpx.Response:
        """Post a form as this client; a call that is told to use a nonce is made once more with it.

        ``proof`` is True, None, or claims to replace; ``assertion`` is True, None, a ready one, or claims to replace.
        """
        answer = await self._once(path, proof, assertion, headers, form)
        if answer.status_code in (400, 401) and answer.json().get("error") == "use_dpop_nonce":
            answer = await self._once(path, proof, assertion, headers, form)
        return answer

    async def token(self, **form: Any) -> httpx.Response:
        return await self.post("/oauth/token", **form)

    async def access_token(self, **form: Any) -> str:
        """The access token of an answer that must be good."""
        answer = await self.token(**form)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    async def call(
        self,
        method: str,
        path: str,
        *,
        token: str,
        scheme: str = "DPoP",
        proof: dict[str, Any] | None = None,
        **given: Any,
    ) -> httpx.Response:
        """Call a resource with a token and a proof; once more where a nonce is asked for."""
        headers = given.pop("headers", {})
        # The proof names the address as it is sent, which httpx may have to encode first.
        url = str(self.web.build_request(method, path).url)
        for _ in range(2):
            shown = self.proof(method, url, token=token, **(proof or {}))
            answer = await self.web.request(
                method,
                path,
                headers={"Authorization": f"{scheme} {token}", "DPoP": shown, **headers},
                **given,
            )
            if 'error="use_dpop_nonce"' not in answer.headers.get("www-authenticate", ""):
                break
            self.nonce = answer.headers["dpop-nonce"]
        return answer

    async def pushed(self, **parameters: Any) -> httpx.Response:
        """Push an authorization request; what is not given is the usual, and ``None`` leaves one out, a proof as well."""
        usual = {"response_type": "code", "code_challenge_method": "S256"}
        return await self.post("/oauth/par", **{**usual, **parameters})

    async def _once(
        self, path: str, proof: Any, assertion: Any, headers: Any, form: dict[str, Any]
    ) -> httpx.Response:
        data = {"client_id": self.client_id, **form}
        if assertion is not None and self.key is not None:
            data["client_assertion_type"] = ASSERTION_TYPE
            claims = assertion if isinstance(assertion, dict) else {}
            data["client_assertion"] = (
                assertion if isinstance(assertion, str) else self.assertion(**claims)
            )
        shown = dict(headers or {})
        if proof is not None:
            claims = proof if isinstance(proof, dict) else {}
            shown["DPoP"] = self.proof("POST", f"{self.issuer}{path}", **claims)
        sent = {name: value for name, value in data.items() if value is not None}
        answer = await self.web.post(path, data=sent, headers=shown)
        self.nonce = answer.headers.get("dpop-nonce", self.nonce)
        return answer


def new_verifier() -> str:
    return secrets.token_urlsafe(48)
