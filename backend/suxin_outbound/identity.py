"""The trusted identity service (可信身份认证) over HTTP, and the registry's answer on legal representatives.

Requests are signed: HMAC-SHA256 over method, path, timestamp, nonce and the digest of the body, with a fresh nonce for
each attempt, since the service refuses a nonce it has seen.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

import httpx
import msgspec
import structlog

from suxin.subjects.identity import (
    FirmNotRegistered,
    IdentityNotProved,
    IdentityServiceUnavailable,
    NotLegalRepresentative,
    OnSiteCheck,
    PersonProof,
    RepresentativeProof,
)
from suxin_outbound.guarded import Answer, Call, CallFailed, Decoded, GuardedClient

SERVICE: Final = "identity"
MATCH: Final = "match"
NO_SUCH_FIRM: Final = "no_such_firm"
MISMATCHES: Final = frozenset({"mismatch", "no_record"})

_log = structlog.get_logger(__name__)


class _PersonAnswer(msgspec.Struct):
    result: str
    proof_no: str
    method: str


class _Enterprise(msgspec.Struct):
    name: str
    status: str


class _RepresentativeAnswer(msgspec.Struct):
    result: str
    proof_no: str
    method: str
    enterprise: _Enterprise | None = None


def signature(
    secret: str, *, method: str, path: str, timestamp: str, nonce: str, body: bytes
) -> str:
    """Return the signature of a request: five lines, each ended by a line feed."""
    digest = hashlib.sha256(body).hexdigest()
    text = f"{method}\n{path}\n{timestamp}\n{nonce}\n{digest}\n"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class IdentityClient:
    """Implements :class:`suxin.subjects.identity.IdentityVerifier`."""

    def __init__(self, *, base_url: str, app_id: str, secret: str, guarded: GuardedClient) -> None:
        self._base_url = base_url.rstrip("/")
        self._app_id = app_id
        self._secret = secret
        self._guarded = guarded

    async def verify_person(
        self, *, name: str, resident_id: str, phone: str, now: datetime
    ) -> PersonProof:
        """Prove that name, resident id and phone belong to one person (三要素)."""
        body = {"name": name, "resident_id": resident_id, "phone": phone}
        return _person(await self._ask("/v1/person/verify", body, _PersonAnswer, now), now)

    async def verify_on_site(
        self, *, name: str, resident_id: str, check: OnSiteCheck, terminal_ref: str, now: datetime
    ) -> PersonProof:
        """Prove that the person with this name and resident id stands at the counter."""
        body = {
            "name": name,
            "resident_id": resident_id,
            "check": check.value,
            "terminal_ref": terminal_ref,
        }
        return _person(await self._ask("/v1/person/verify-on-site", body, _PersonAnswer, now), now)

    async def verify_legal_representative(
        self, *, uscc: str, name: str, resident_id: str, now: datetime
    ) -> RepresentativeProof:
        """Prove that a person is the legal representative of a firm."""
        body = {"uscc": uscc, "name": name, "resident_id": resident_id}
        path = "/v1/enterprise/legal-representative/verify"
        answer = await self._ask(path, body, _RepresentativeAnswer, now)
        if answer.result == NO_SUCH_FIRM:
            raise FirmNotRegistered(field="uscc", proof_ref=answer.proof_no)
        if answer.result in MISMATCHES:
            raise NotLegalRepresentative(proof_ref=answer.proof_no)
        if answer.result != MATCH or answer.enterprise is None:
            raise _unusable("result_unknown")
        return RepresentativeProof(
            proof_ref=answer.proof_no,
            method=answer.method,
            proved_at=now,
            firm_name=answer.enterprise.name,
            firm_status=answer.enterprise.status,
        )

    async def _ask(
        self, path: str, body: Mapping[str, str], shape: type[Decoded], now: datetime
    ) -> Decoded:
        call = Call(
            service=SERVICE,
            method="POST",
            url=self._base_url + path,
            body=body,
            sign=signer(self._app_id, self._secret, now),
            # A check changes nothing at the service, so asking again does no harm.
            idempotent=True,
        )
        try:
            return _accepted(await self._guarded.call(call)).decode(shape)
        except CallFailed as failed:
            raise _unusable(failed.problem.value) from None


def signer(app_id: str, secret: str, now: datetime) -> Callable[[httpx.Request], httpx.Request]:
    """Return what signs each attempt at a request, with a nonce of its own."""

    def sign(request: httpx.Request) -> httpx.Request:
        timestamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
        request.headers["X-App-Id"] = app_id
        request.headers["X-Timestamp"] = timestamp
        request.headers["X-Nonce"] = nonce
        request.headers["X-Signature"] = signature(
            secret,
            method=request.method,
            path=request.url.path,
            timestamp=timestamp,
            nonce=nonce,
            body=request.content,
        )
        return request

    return sign


def _person(answer: _PersonAnswer, now: datetime) -> PersonProof:
    if answer.result in MISMATCHES:
        raise IdentityNotProved(proof_ref=answer.proof_no)
    if answer.result != MATCH:
        raise _unusable("result_unknown")
    return PersonProof(proof_ref=answer.proof_no, method=answer.method, proved_at=now)


def _accepted(answer: Answer) -> Answer:
    if answer.status != HTTPStatus.OK:
        raise _unusable(f"status_{answer.status}")
    return answer


def _unusable(problem: str) -> IdentityServiceUnavailable:
    _log.warning("identity_check_failed", problem=problem)
    return IdentityServiceUnavailable()
