"""Whom a tenant's system asks for a consent: an organisation by its credit code, or whoever an earlier consent was about.

A credit code is public. A natural person's number is none, so that no system names people by it: who is not yet known to the
tenant is asked where he comes of himself, with his loan request or on a client's page.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent import queries
from suxin.consent.requests import CONSENT_ASK, Asked, ConsentForm, request_consent
from suxin.kernel.actor import Actor
from suxin.kernel.identifiers import check_uscc
from suxin.kernel.refusals import Invalid
from suxin.subjects.doors import subject_behind, uscc_door

_NOBODY: Final = b"consent.addressee.nobody:"


async def ask_addressee(
    session: AsyncSession,
    actor: Actor,
    *,
    uscc: str | None = None,
    consent_id: UUID | None = None,
    form_for: Callable[[UUID], ConsentForm],
    now: datetime,
) -> Asked:
    """Ask the organisation of a credit code, or whom a consent to the actor's tenant was about, as ``request_consent`` does.

    Whether an organisation is known here is not told: for a code that nobody has, nobody is asked, and asking again is
    refused as it would be for somebody.

    :raises Forbidden: if the actor may not ask, or his kind of tenant has no such purpose
    :raises Invalid: unless exactly one of the two is named, or if a number is not positive
    :raises UsccMalformed, UsccChecksum: if the credit code is none
    :raises NotFound: if it is no consent of the actor's tenant
    :raises ClockApart, PurposeUnknown, CategoriesOutsidePurpose, AssessmentMissing: see ``request_consent``
    :raises RecipientUnknown, ConsentExists, AskedAgainTooSoon: see ``request_consent``
    """
    actor.require(CONSENT_ASK)
    if (uscc is None) == (consent_id is None):
        raise Invalid(
            field="uscc",
            reason_zh="请填写统一社会信用代码或既有授权，二者择一",
            reason_en="name a credit code or an earlier consent, and not both",
        )
    if consent_id is None:
        subject_id = await _subject_of(session, check_uscc(uscc or "", field="uscc"))
    else:
        subject_id = (await queries.tenants_consent(session, actor, consent_id)).subject_id
    return await request_consent(session, actor, form=form_for(subject_id), now=now)


async def _subject_of(session: AsyncSession, uscc: str) -> UUID:
    """Return the organisation of a credit code; of one that nobody has the id of nobody, always the same."""
    door = uscc_door(uscc)
    found = await subject_behind(session, door)
    return found or UUID(bytes=hashlib.sha256(_NOBODY + door).digest()[:16], version=5)
