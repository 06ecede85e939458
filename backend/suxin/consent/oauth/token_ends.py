"""Why an access token that was good is refused now: told to whoever held it while something lasted, such as a stream."""

from datetime import datetime
from enum import Enum
from typing import Final

from sqlalchemy import Uuid, bindparam, select

from suxin.consent.oauth.access_tokens import AccessToken
from suxin.consent.oauth.models import ClientStatus, EndedToken, OAuthClient, OAuthGrant
from suxin.consent.oauth.own_clients import OWN_CLIENTS
from suxin.consent.oauth.queries import client_key
from suxin.kernel.single_steps import SingleStep, SingleSteps


class TokenEnd(Enum):
    """What ended a token."""

    EXPIRED = "its ten minutes are over"
    REVOKED = "its client gave it back"
    CLIENT_STOPPED = "its client was suspended or retired"
    CONSENT_ENDED = "the consent behind it ended"
    GRANT_ENDED = "the grant behind it ended, or whoever gave it no longer stands behind it"


_OF_CONSENT: Final = "consent_"
_GIVEN_BACK: Final = "revoked_by_client"
_WHY: Final = SingleStep(
    select(
        select(EndedToken.token_id).where(EndedToken.token_id == bindparam("token_id")).exists(),
        OAuthClient.status,
        OAuthGrant.end_reason,
    )
    .select_from(select(1).subquery())
    .outerjoin(OAuthClient, OAuthClient.id == bindparam("client_key", type_=Uuid()))
    .outerjoin(OAuthGrant, OAuthGrant.id == bindparam("grant_id", type_=Uuid()))
)


async def end_of_token(steps: SingleSteps, token: AccessToken, *, now: datetime) -> TokenEnd:
    """Return what ended a token that is refused now."""
    if token.expires_at <= now:
        return TokenEnd.EXPIRED
    row = await steps.row(
        _WHY,
        token_id=token.token_id,
        client_key=client_key(token.client_id),
        grant_id=token.grant_id,
    )
    revoked, status, reason = row or (False, None, None)
    if revoked or reason == _GIVEN_BACK:
        return TokenEnd.REVOKED
    if status is not ClientStatus.ACTIVE and token.client_id not in OWN_CLIENTS:
        return TokenEnd.CLIENT_STOPPED
    if (reason or "").startswith(_OF_CONSENT):
        return TokenEnd.CONSENT_ENDED
    return TokenEnd.GRANT_ENDED
