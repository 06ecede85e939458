"""The desk as our own client: it pushes its request, redeems its code with PKCE, and its session ends with the grant.

It is a part of this server, so that it asks the commands and not the endpoints. What a browser carries of a flow on its
way is the state, by which the answer is known to be its own, and the verifier, without which a code is no use.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.grants import end_grant, live_grant, lock_code, use_code
from suxin.consent.oauth.log_ins import end_log_in_of_key
from suxin.consent.oauth.models import OAuthGrant
from suxin.consent.oauth.own_clients import CALLBACK_PATH, DESK_CLIENT, desk_client
from suxin.consent.oauth.pushed_requests import push_request
from suxin.consent.oauth.refusals import GrantRefused
from suxin.consent.oauth.scopes import DESK
from suxin.kernel.doorways import doorway
from suxin.kernel.single_steps import SingleSteps
from suxin.kernel.tokens import new_token
from suxin.tenancy.desk_sessions import DeskToken, begin_desk_session, end_desk_session


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFlow:
    """A log-in to the desk on its way: what the authorization server is asked by, and what the browser keeps."""

    request_uri: str
    state: str
    verifier: str


async def begin_desk_flow(steps: SingleSteps, *, issuer: str, now: datetime) -> DeskFlow:
    """Push the desk's request; return what a browser goes on with."""
    state, verifier = new_token(), new_token()
    parameters = {
        "response_type": "code",
        "redirect_uri": f"{issuer}{CALLBACK_PATH}",
        "scope": DESK,
        "state": state,
        "code_challenge": _s256(verifier),
        "code_challenge_method": "S256",
    }
    pushed = await push_request(
        steps, desk_client(issuer=issuer), parameters, proved_jkt=None, now=now
    )
    return DeskFlow(request_uri=pushed.request_uri, state=state, verifier=verifier)


async def redeem_desk_code(
    session: AsyncSession, *, code: str, verifier: str, now: datetime
) -> DeskToken:
    """Begin the desk session that a code and its verifier are good for, once; on an anonymous session.

    :raises GrantReused: if the code was used before; its grant ends with the desk session, and that is committed
    :raises GrantRefused: if it is unknown, another client's or expired, the verifier is another one, or its grant ended
    Source: RFC 7636 §4.6
    """
    row = await lock_code(session, code=code, client_id=DESK_CLIENT, jkt="", now=now)
    if not hmac.compare_digest(_s256(verifier), row.code_challenge):
        raise GrantRefused
    # Whoever ends the grant at the same time waits, and then ends the session with it.
    grant = await live_grant(session, row.grant_id, now=now, held=True)
    if grant.tenant_id is None or grant.staff_id is None:
        raise GrantRefused
    await use_code(session, row, now=now)
    return await begin_desk_session(
        session,
        tenant_id=grant.tenant_id,
        staff_id=grant.staff_id,
        grant_id=grant.id,
        now=now,
    )


async def log_out_of_desk(session: AsyncSession, *, token: str, now: datetime) -> None:
    """End a desk session with its grant and the log-in it was given in; one that is not known or ended is passed over."""
    grant_id = await end_desk_session(session, token=token, now=now)
    if grant_id is None:
        return
    async with doorway(session):
        key = await session.scalar(select(OAuthGrant.log_in_hash).where(OAuthGrant.id == grant_id))
    await end_grant(session, grant_id, reason="logged_out", now=now)
    if key is not None:
        await end_log_in_of_key(session, key, now=now)


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
