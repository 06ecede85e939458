"""A bank's own identity provider, small enough to do whatever is wrong: real HTTP, real signatures, no pages of its own.

Whoever comes to its authorization endpoint is not asked anything: a test reads the address, and says who he is.
"""

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from oauth_client import s256

CLIENT_ID = "suxin-at-the-bank"
SECRET = "a:secret%with+signs&more"
LOG_OUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
METHODS = ["private_key_jwt", "client_secret_basic"]


@dataclass
class SmallProvider:
    """What the provider publishes and says, for a test to change."""

    issuer: str = ""
    key: ECKey | RSAKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    algorithm: str = "ES256"
    published: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    answer: tuple[int, object] | None = None
    unsigned: bool = False
    stranger: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    now: float | None = None

    def asked(self, location: str) -> dict[str, str]:
        """The request that a browser brings, of which each parameter is there once."""
        parts = urlsplit(location)
        assert location.startswith(f"{self.issuer}/authorize?"), location
        return {name: one for name, (one,) in parse_qs(parts.query).items()}

    def decide(self, location: str, *, subject: str = "u-1001", **claims: Any) -> str:
        """Log somebody in; return the address that leads back to the platform."""
        asked = self.asked(location)
        code = f"code-{len(self.codes)}"
        self.claims = {"sub": subject, "nonce": asked["nonce"], **claims}
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}&iss={self.issuer}"

    def metadata(self) -> dict[str, Any]:
        usual = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["ES256", "RS256"],
            "token_endpoint_auth_methods_supported": METHODS,
            "authorization_response_iss_parameter_supported": True,
        }
        return usual | self.published

    def keys(self) -> dict[str, Any]:
        public = self.key.as_dict(private=False)
        return {"keys": [{**public, "kid": self.key.thumbprint(), "use": "sig"}]}

    def redeemed(self, form: dict[str, str], authorization: str | None) -> tuple[int, object]:
        if self.answer is not None:
            return self.answer
        asked = self.codes.pop(form["code"], None)
        if (
            asked is None
            or form["redirect_uri"] != asked["redirect_uri"]
            or s256(form["code_verifier"]) != asked["code_challenge"]
            or not self._is_client(form, authorization)
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.id_token()}

    def id_token(self) -> str:
        return self._signed(self.claims, {})

    def log_out_token(self, *, typ: str | None = "logout+jwt", **claims: Any) -> str:
        """Its word that somebody logged out, as it would send it."""
        usual = {"jti": f"log-out-{secrets.token_hex(8)}", "events": {LOG_OUT_EVENT: {}}}
        return self._signed(usual | claims, {} if typ is None else {"typ": typ})

    def _signed(self, said: dict[str, Any], header: dict[str, str]) -> str:
        now = int(self.now or time.time())
        usual = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims = {name: one for name, one in (usual | said).items() if one is not None}
        if self.unsigned:
            parts = ({"alg": "none"}, claims)
            return (
                ".".join(
                    base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode()
                    for one in parts
                )
                + "."
            )
        key = ECKey.generate_key("P-256") if self.stranger else self.key
        header = {"alg": self.algorithm, "kid": self.key.thumbprint(), **header}
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])

    def _is_client(self, form: dict[str, str], authorization: str | None) -> bool:
        if authorization is None:
            return form.get("client_id") == CLIENT_ID and "client_assertion" in form
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        return pair == f"{CLIENT_ID}:{quote_plus(SECRET)}"


@contextmanager
def small_provider() -> Iterator[SmallProvider]:
    """Run a provider on this machine until the block ends."""
    provider = SmallProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            provider.calls.append(self.path)
            pages = {
                "/.well-known/openid-configuration": provider.metadata,
                "/jwks": provider.keys,
            }
            self._say(200, pages[self.path]())

        def do_POST(self) -> None:
            provider.calls.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: one for name, (one,) in parse_qs(body).items()}
            self._say(*provider.redeemed(form, self.headers.get("Authorization")))

        def log_message(self, *_: object) -> None:
            pass

        def _say(self, status: int, body: object) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
