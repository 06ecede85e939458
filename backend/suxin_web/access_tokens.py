"""Access tokens as they come with a request: under the scheme ``DPoP``, with a proof that its sender holds the key."""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Request

from suxin.consent.oauth.access_tokens import AccessToken, read_access_token
from suxin.consent.oauth.dpop import proof_jkt, verify_proof
from suxin.consent.oauth.refusals import ProofNonceNeeded, ProofRefused, TokenRefused
from suxin.kernel.signing import SignatureInvalid, unverified_header
from suxin_web.refusals import TokenNonceNeeded, TokenProofRefused
from suxin_web.runtime import Runtime

MAX_TOKEN_CHARACTERS: Final = 8 * 1024
PROOF_HEADER: Final = "DPoP"
_SCHEME: Final = "dpop "

AnyRequest = Request[Any, Any, Any]


async def given_token(request: AnyRequest, runtime: Runtime) -> AccessToken | None:
    """Return the request's access token, proved to be its sender's; None where it has none.

    That its grant still lives is looked up by whoever opens a session (``live_token``).

    :raises TokenRefused: if it is not ours, not good now, or bound to another key than the proof's
    :raises TokenProofRefused: if the proof is missing, or does not fit the request
    :raises TokenNonceNeeded: if the proof carries no nonce of ours that is good now
    :raises ReplayUncertain: if replays cannot be ruled out
    Source: RFC 9449 §7
    """
    return await shown_token(
        runtime,
        request.headers.get("authorization", ""),
        request.headers.getall(PROOF_HEADER, []),
        method=request.method,
        path=request.scope["raw_path"].decode("latin-1"),
    )


async def shown_token(
    runtime: Runtime, authorization: str, proofs: Sequence[str], *, method: str, path: str
) -> AccessToken | None:
    """Return the access token of an ``Authorization`` value, proved by the one proof to be its sender's.

    ``method`` and ``path`` are those of the request that the proof must name; None where the value is no token's.

    :raises TokenRefused, TokenProofRefused, TokenNonceNeeded, ReplayUncertain: see ``given_token``
    """
    if authorization[: len(_SCHEME)].lower() != _SCHEME:
        return None
    token = authorization[len(_SCHEME) :].strip()
    jkt = await _proved_key(runtime, token, proofs, method=method, path=path)
    read = await _read(runtime, token)
    if read.jkt != jkt:
        # The proof is good, and of another key: it is the token that does not fit (RFC 9449 §7.1).
        raise TokenRefused
    return read


async def token_without_nonce(request: AnyRequest, runtime: Runtime) -> AccessToken:
    """Return the access token of a request that was refused for its nonce alone: to count whose it is, never to let in.

    :raises TokenRefused: if it is not ours, not good now, or bound to another key than the proof's
    """
    token = request.headers.get("authorization", "")[len(_SCHEME) :].strip()
    read = await _read(runtime, token)
    # That the sender holds the proof's key was found before its nonce was looked at.
    if read.jkt != proof_jkt(request.headers.get(PROOF_HEADER, "")):
        raise TokenRefused
    return read


async def _proved_key(
    runtime: Runtime, token: str, proofs: Sequence[str], *, method: str, path: str
) -> str:
    if len(proofs) != 1:
        raise TokenProofRefused(reason_zh="应有且只有一个", reason_en="exactly one is needed")
    try:
        proof = await verify_proof(
            proofs[0],
            method=method,
            url=runtime.issuer + path,
            nonces=runtime.nonces,
            replays=runtime.replays,
            now=runtime.clock.now(),
            access_token=token,
        )
    except ProofNonceNeeded as needed:
        raise TokenNonceNeeded(nonce=needed.facts["nonce"]) from None
    except ProofRefused as refused:
        reasons = {name: str(reason) for name, reason in refused.facts.items()}
        raise TokenProofRefused(**reasons) from None
    return proof.jkt


async def _read(runtime: Runtime, token: str) -> AccessToken:
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise TokenRefused
    try:
        kid = unverified_header(token).get("kid")
    except SignatureInvalid:
        raise TokenRefused from None
    now = runtime.clock.now()
    keys = await runtime.keys.at(now, kid=kid if isinstance(kid, str) else None)
    return read_access_token(token, keys, issuer=runtime.issuer, now=now)
