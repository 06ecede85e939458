"""A grant that is replaced (FAPI Grant Management, ``replace``): the same grant under the same id, with what is allowed now.

A client names the grant when it pushes its request; whoever had allowed it decides anew. Everything that was issued for the
grant until then ends: access tokens name the version they are of. A subject's grant keeps its purpose and its matter, because
one consent is for one of each (PIPL art. 23); his new consent supersedes the former one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.models import GrantKind, OAuthGrant
from suxin.consent.oauth.refusals import GrantIdRefused, RequestInvalid
from suxin.kernel.doorways import doorway
from suxin.kernel.ids import parse_id
from suxin.kernel.refusals import Invalid
from suxin.kernel.single_steps import SingleStep, SingleSteps

CREATE: Final = "create"
REPLACE: Final = "replace"
_NOW: Final = bindparam("now", type_=OAuthGrant.created_at.type)
_NAMED: Final = (
    (OAuthGrant.id == bindparam("grant_id", type_=OAuthGrant.id.type))
    & (OAuthGrant.client_id == bindparam("client_id"))
    & or_(OAuthGrant.kind == GrantKind.STAFF, OAuthGrant.kind == GrantKind.APPROVED)
    & OAuthGrant.ended_at.is_(None)
    & (OAuthGrant.expires_at > _NOW)
)
_DETAILS: Final = SingleStep(select(OAuthGrant.details).where(_NAMED))


def grant_named(parameters: Mapping[str, str]) -> UUID | None:
    """Return the grant that a request asks to replace; None where it asks for a new one.

    :raises RequestInvalid: if the action is not known, or does not go with a ``grant_id``
    :raises GrantIdRefused: if what it names is no id
    """
    action, named = parameters.get("grant_management_action", CREATE), parameters.get("grant_id")
    if action not in (CREATE, REPLACE):
        raise RequestInvalid(
            parameter="grant_management_action",
            reason_zh="只接受 create 或 replace",
            reason_en="only create and replace are supported",
        )
    if (action == REPLACE) != (named is not None):
        raise RequestInvalid(
            parameter="grant_id",
            reason_zh="grant_id 与 replace 应同时提供",
            reason_en="a grant_id goes with replace, and with nothing else",
        )
    if named is None:
        return None
    try:
        return parse_id(named, field="grant_id")
    except Invalid:
        raise GrantIdRefused from None


async def require_replaceable(
    steps: SingleSteps,
    grant_id: UUID,
    *,
    client_id: str,
    details: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """Refuse a request to replace what the client does not hold, or to put another purpose in its place.

    :raises GrantIdRefused: if it is not so
    """
    row = await steps.row(_DETAILS, grant_id=grant_id, client_id=client_id, now=now)
    if row is None or _about(row[0]) != _about(details):
        raise GrantIdRefused


async def hold_replaced(
    session: AsyncSession, grant_id: UUID, *, client_id: str, now: datetime
) -> OAuthGrant:
    """Return the grant that is replaced, held until the transaction ends: what ends it meanwhile comes first or after.

    :raises GrantIdRefused: if it has ended since the client asked
    """
    async with doorway(session):
        grant = await session.scalar(
            select(OAuthGrant).where(_NAMED).with_for_update(),
            {"grant_id": grant_id, "client_id": client_id, "now": now},
        )
    if grant is None:
        raise GrantIdRefused
    return grant


def _about(details: Sequence[Mapping[str, Any]]) -> tuple[str, str] | None:
    """Return the purpose and the matter that a subject is asked about; None where a staff member is asked.

    The details of one request are all of one purpose and matter.
    """
    if not details:
        return None
    return str(details[0]["purpose"]), str(details[0].get("identifier", "")).lower()
