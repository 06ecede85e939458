"""How a client shows who it is at the protocol's endpoints, and which key it holds."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from suxin.consent.oauth.client_assertions import ASSERTION_TYPE, claimed_client, use_assertion
from suxin.consent.oauth.client_keys import stored_keys
from suxin.consent.oauth.dpop import Proof, verify_proof
from suxin.consent.oauth.own_clients import own_client
from suxin.consent.oauth.queries import Client, active_client
from suxin.consent.oauth.refusals import ClientRefused, ProofRefused, RequestInvalid
from suxin.consent.oauth.seen_keys import Beside, client_with_seen_keys
from suxin.kernel.signing import SignatureInvalid, unverified_header
from suxin_oauth.forms import AnyRequest
from suxin_web.callers import client_address
from suxin_web.rate_limits import Limit
from suxin_web.runtime import Runtime

# Proposed defaults (demo configuration).
BY_ADDRESS: Final = Limit(name="oauth.address", burst=300, per_minute=3_000, guards_secrets=True)
FAILED: Final = Limit(name="oauth.failed", burst=20, per_minute=20, guards_secrets=True)


async def authenticated_client(
    request: AnyRequest,
    runtime: Runtime,
    form: Mapping[str, str],
    *,
    beside: Beside | None = None,
) -> Client:
    """Return the client that a form is from: by its assertion, or by its name alone where it is a public one.

    What ``beside`` asks is looked up with it, if it is found in one step.

    :raises ClientRefused: if it does not show who it is, or may not act
    :raises TooManyRequests: if one address asks for too much, or fails too often
    """
    await runtime.limits.take(BY_ADDRESS, client_address(request))
    return await _shown_in_time(request, runtime, form, beside)


async def client_and_proof(
    request: AnyRequest, runtime: Runtime, form: Mapping[str, str], path: str
) -> tuple[Client, Proof | None]:
    """Return the client that a form is from, and what the request's DPoP proof shows, None where it has none.

    The request is counted while its proof is noted: both are Valkey's, and go there together.

    :raises ClientRefused, TooManyRequests: see ``authenticated_client``
    :raises ProofRefused, ProofNonceNeeded, ReplayUncertain: see ``verify_proof``
    """
    counting = asyncio.create_task(runtime.limits.take(BY_ADDRESS, client_address(request)))
    try:
        proof = await _proof_of(request, runtime, path)
    finally:
        await counting
    return await _shown_in_time(request, runtime, form), proof


async def client_with_proof(
    request: AnyRequest, runtime: Runtime, form: Mapping[str, str], path: str
) -> tuple[Client, Proof]:
    """Return the client that a form is from, and what the request's DPoP proof shows.

    :raises RequestInvalid: if it has none; the RFC's error for proofs is for those that were sent (RFC 9449 §5)
    :raises ClientRefused, TooManyRequests, ProofRefused, ProofNonceNeeded, ReplayUncertain: see ``client_and_proof``
    """
    if not request.headers.getall("dpop", []):
        raise RequestInvalid(
            parameter="DPoP", reason_zh="缺少 DPoP 证明", reason_en="there is no DPoP proof"
        )
    client, proof = await client_and_proof(request, runtime, form, path)
    if proof is None:
        message = "a proof was sent and nothing was read of it"
        raise RuntimeError(message)
    return client, proof


async def _shown_in_time(
    request: AnyRequest, runtime: Runtime, form: Mapping[str, str], beside: Beside | None = None
) -> Client:
    try:
        return await _authenticated(request, runtime, form, beside)
    except ClientRefused:
        await runtime.limits.take(FAILED, client_address(request))
        raise


async def _authenticated(
    request: AnyRequest, runtime: Runtime, form: Mapping[str, str], beside: Beside | None
) -> Client:
    assertion = form.get("client_assertion")
    if "client_secret" in form or request.headers.get("authorization") is not None:
        raise _refused("只接受 private_key_jwt", "the only method is private_key_jwt")
    client_id = form.get("client_id") or ("" if assertion is None else claimed_client(assertion))
    own = own_client(client_id, issuer=runtime.issuer)
    if own is not None:
        _require_no_assertion(assertion)
        return own
    client = await _seen_before(runtime, client_id, form, beside)
    if client is not None:
        return client
    client = await _shown(runtime, client_id, form)
    if client.jwks_uri is None or assertion is None:
        return client
    keys = await runtime.client_keys.keys_at(client.jwks_uri, kid=_key_name(assertion))
    await _use(runtime, client, assertion, keys)
    return client


async def _seen_before(
    runtime: Runtime, client_id: str, form: Mapping[str, str], beside: Beside | None
) -> Client | None:
    assertion = form.get("client_assertion")
    if assertion is None or form.get("client_assertion_type") != ASSERTION_TYPE:
        return None
    return await client_with_seen_keys(
        runtime.database.steps,
        runtime.seen_keys,
        assertion,
        client_id=client_id,
        issuer=runtime.issuer,
        now=runtime.clock.now(),
        beside=beside,
    )


async def _shown(runtime: Runtime, client_id: str, form: Mapping[str, str]) -> Client:
    """Return the client that a form names, its assertion used up where its keys are known here."""
    assertion = form.get("client_assertion")
    client = await active_client(runtime.database.steps, client_id)
    if client is None:
        raise _unknown()
    if not client.confidential:
        _require_no_assertion(assertion)
        return client
    if assertion is None or form.get("client_assertion_type") != ASSERTION_TYPE:
        raise _refused("缺少 client_assertion", "client_assertion is missing")
    if client.jwks_uri is None:
        await _use(runtime, client, assertion, stored_keys(client.jwks))
        runtime.seen_keys.note(client)
    return client


async def _use(
    runtime: Runtime,
    client: Client,
    assertion: str,
    keys: Sequence[Mapping[str, Any]],
) -> None:
    await use_assertion(
        runtime.database.steps,
        assertion,
        client_id=client.client_id,
        keys=keys,
        issuer=runtime.issuer,
        now=runtime.clock.now(),
    )


async def _proof_of(request: AnyRequest, runtime: Runtime, path: str) -> Proof | None:
    proofs = request.headers.getall("dpop", [])
    if not proofs:
        return None
    if len(proofs) > 1:
        raise ProofRefused(reason_zh="只能有一个", reason_en="there is more than one")
    return await verify_proof(
        proofs[0],
        method=request.method,
        url=f"{runtime.issuer}{path}",
        nonces=runtime.nonces,
        replays=runtime.replays,
        now=runtime.clock.now(),
    )


def _key_name(assertion: str) -> str | None:
    try:
        kid = unverified_header(assertion).get("kid")
    except SignatureInvalid:
        raise _refused("不是 JWT", "the assertion is no JWT") from None
    return kid if isinstance(kid, str) else None


def _require_no_assertion(assertion: str | None) -> None:
    if assertion is not None:
        raise _refused("公开客户端没有密钥", "a public client has no key")


def _unknown() -> ClientRefused:
    return _refused("客户端不存在或已停用", "the client is unknown or may not act")


def _refused(reason_zh: str, reason_en: str) -> ClientRefused:
    return ClientRefused(reason_zh=reason_zh, reason_en=reason_en)
