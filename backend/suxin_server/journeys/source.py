"""A source department's own system: its keys, its token, and the batches it sends."""

import json
import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from joserfc import jws
from joserfc.jwk import ECKey

from suxin_oauth import paths
from suxin_server.journeys.dpop_auth import ALGORITHM, DpopAuth
from suxin_server.journeys.walking import Talk, expect, until

BATCHES: Final = "/sources/v1/batches"
SCOPE: Final = "subjects.record.ingest"
ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE_S: Final = 60
ENDED: Final = frozenset({"COMPLETED", "FAILED"})

Thing = Mapping[str, Any]


class SourceSystem:
    """One department's system; its private keys stay in this process."""

    def __init__(self, url: str) -> None:
        self.talk = Talk(url)
        self.client_id = ""
        self._key = ECKey.generate_key("P-256")

    @property
    def jwks(self) -> str:
        """The key set to register."""
        public = {**self._key.as_dict(private=False), "kid": self._key.thumbprint()}
        return json.dumps({"keys": [public]})

    def take_token(self, client_id: str) -> None:
        """Prove to be the registered client, and take a token bound to a second key."""
        self.client_id = client_id
        issuer = self.talk.get(paths.METADATA)["issuer"]
        bound = DpopAuth(issuer)
        self.talk.prove_by(bound)
        # The refusal brings a nonce, so that the assertion, which is good once, is not spent on learning it.
        self.talk.send("GET", f"{BATCHES}/none", status=401)
        form = {
            "grant_type": "client_credentials",
            "scope": SCOPE,
            "client_id": client_id,
            "client_assertion_type": ASSERTION,
            "client_assertion": self._assertion(issuer),
        }
        bound.access_token = self.talk.send("POST", paths.TOKEN, data=form).json()["access_token"]

    def deliver(self, batch_key: str, content: bytes) -> Thing:
        """Send a batch, and once more to see that it is the same one; return it."""
        path = f"{BATCHES}/{batch_key}"
        sent: Thing = self.talk.send("PUT", path, status=202, content=content).json()
        again = self.talk.send("PUT", path, status=202, content=content).json()
        expect(again["id"] == sent["id"], sent["id"], again)
        return sent

    def outcome(self, batch_key: str) -> Thing:
        """Wait until a batch was read to its end; return what became of it."""

        def ended() -> Thing | None:
            found: Thing = self.talk.get(f"{BATCHES}/{batch_key}")
            return found if found["state"] in ENDED else None

        return until(ended, expected="批次处理完毕")

    def _assertion(self, issuer: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": issuer,
            "jti": str(uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + ASSERTION_LIFE_S,
        }
        header = {"alg": ALGORITHM, "kid": self._key.thumbprint()}
        return jws.serialize_compact(header, json.dumps(claims), self._key, [ALGORITHM])
