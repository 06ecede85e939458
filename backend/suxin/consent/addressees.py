"""Whom a tenant's system asks for a consent: an organisation by its credit code, or whoever an earlier consent was about.

A credit code is public. A natural person's number is none, so that no system names people by it: who is not yet known to the
tenant is asked where he comes of himself, with his loan request or on a client's page.
"""

import hashlib
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries
from suxin.consent.requests import CONSENT_ASK
from suxin.kernel.actor import Actor
from suxin.kernel.identifiers import check_uscc
from suxin.kernel.refusals import Invalid
from suxin.subjects.doors import subject_behind, uscc_door

_NOBODY: Final = b"consent.addressee.nobody:"


async def subject_to_ask(
    session: AsyncSession, actor: Actor, *, uscc: str | None = None, consent_id: UUID | None = None
) -> UUID:
    """Return the subject that a tenant's system asks: the one of a credit code, or the one of a consent to this tenant.

    Whether an organisation is known here is not told: of a code that nobody has the id of nobody is returned, always the
    same, so that asking again is refused as it would be for somebody.

    :raises Forbidden: if the actor may not ask
    :raises Invalid: unless exactly one of the two is named
    :raises UsccMalformed, UsccChecksum: if the credit code is none
    :raises NotFound: if it is no consent of the actor's tenant
    """
    actor.require(CONSENT_ASK)
    if (uscc is None) == (consent_id is None):
        raise Invalid(
            field="uscc",
            reason_zh="请填写统一社会信用代码或既有授权，二者择一",
            reason_en="name a credit code or an earlier consent, and not both",
        )
    if consent_id is not None:
        return (await queries.tenants_consent(session, actor, consent_id)).subject_id
    door = uscc_door(check_uscc(uscc or "", field="uscc"))
    found = await subject_behind(session, door)
    return found or UUID(bytes=hashlib.sha256(_NOBODY + door).digest()[:16], version=5)
