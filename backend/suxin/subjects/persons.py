"""Natural persons as they come to be known: what one says of himself, checked in form, and what is written once it is proved.

Used by whoever proves a person: the mini program by his phone, a counter by his presence.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import case, update
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.database import actor_of, continue_as
from suxin.kernel.doorways import doorway
from suxin.kernel.identifiers import ResidentId, check_phone, check_resident_id, is_adult
from suxin.kernel.ids import new_id
from suxin.kernel.masks import mask_name
from suxin.kernel.pinyin import pinyin_of
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind
from suxin.kernel.sealing import Sealer
from suxin.places.models import CITY_CODE
from suxin.subjects.closures import reopen
from suxin.subjects.doors import person_behind, resident_door
from suxin.subjects.identity import PersonProof
from suxin.subjects.models import (
    NAME,
    PHONE,
    RESIDENT_ID,
    PersonIdentity,
    Subject,
    SubjectDoor,
    SubjectKind,
)

MIN_NAME_CHARACTERS: Final = 2
MAX_NAME_CHARACTERS: Final = 50
NOT_PROVED: Final = "未实名"
"""What a person is called whom departments have records of, and who has not proved himself yet."""
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


class MinorNotSupported(Refusal):
    """The person is under 18 and cannot borrow or consent by himself (Civil Code art. 17-19)."""

    code = "MINOR_NOT_SUPPORTED"
    kind = RefusalKind.FORBIDDEN
    zh = "未满 18 周岁，暂不能使用本服务"
    en = "This service is not available to persons under 18"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PersonClaim:
    """What someone says of himself, checked in form; without a phone only at a counter."""

    name: str
    resident_id: ResidentId
    phone: str | None

    @property
    def own_phone(self) -> str:
        """The phone, where the proof goes by it."""
        if self.phone is None:
            message = "this claim was made without a phone"
            raise ValueError(message)
        return self.phone


def checked_claim(
    *, name: str, resident_id: str, now: datetime, phone: str | None = None
) -> PersonClaim:
    """Return what someone says of himself, if it can be so.

    :raises Invalid: if the name is not one (also what ``check_resident_id`` and ``check_phone`` raise)
    :raises MinorNotSupported: if the person is under 18
    """
    today: date = now.astimezone(_SHANGHAI).date()
    full_name = "".join(name.split())
    if not MIN_NAME_CHARACTERS <= len(full_name) <= MAX_NAME_CHARACTERS:
        raise Invalid(
            field="name",
            reason_zh=f"应为 {MIN_NAME_CHARACTERS} 至 {MAX_NAME_CHARACTERS} 个字",
            reason_en=f"it has {MIN_NAME_CHARACTERS} to {MAX_NAME_CHARACTERS} characters",
        )
    checked_id = check_resident_id(resident_id, field="residentId", today=today)
    number = None if phone is None else check_phone(phone, field="phone")
    if not is_adult(checked_id.birth_date, today):
        raise MinorNotSupported(field="residentId")
    return PersonClaim(name=full_name, resident_id=checked_id, phone=number)


async def write_person(
    session: AsyncSession,
    claim: PersonClaim,
    proof: PersonProof,
    *,
    detail: Mapping[str, str],
    sealer: Sealer,
    now: datetime,
) -> UUID:
    """Write who was proved, on an anonymous session that goes on as the platform; return the person's subject id.

    The same resident id is the same person. An account that he had closed is open again. A phone that he had proved before
    stays where this proof went without one. ``detail`` is said on record besides.
    """
    known = await person_behind(session, sealer, claim.resident_id.value)
    person_id = known or new_id(now)
    # The platform writes what the service proved; the person stands on record beside it.
    platform = Actor.system(actor_of(session).request_id)
    await continue_as(session, replace(platform, person_id=person_id, subject_id=person_id))
    if known is None:
        session.add(_subject(person_id, claim, now))
        door = resident_door(sealer, claim.resident_id.value)
        async with doorway(session):
            session.add(
                SubjectDoor(
                    blind_index=door.digest, subject_id=person_id, key_version=door.key_version
                )
            )
    else:
        await reopen(session, person_id, now=now)
        await _name_again(session, person_id, claim)
    await _seal_identity(session, person_id, claim, proof, sealer)
    append_act(
        session,
        action="subjects.person.proved",
        now=now,
        object_type="subject",
        object_id=person_id,
        detail={
            "method": proof.method,
            "proof_ref": proof.proof_ref,
            "first": known is None,
            **detail,
        },
    )
    return person_id


async def _name_again(session: AsyncSession, person_id: UUID, claim: PersonClaim) -> None:
    """Let a person be called what he has just been proved to be called.

    He may have another name, had closed his account, or was known by departments' records alone and by no place.
    """
    await session.execute(
        update(Subject)
        .where(Subject.id == person_id)
        .values(
            name=mask_name(claim.name),
            name_pinyin=pinyin_of(claim.name[0]),
            county_code=case(
                (Subject.county_code == CITY_CODE, claim.resident_id.region),
                else_=Subject.county_code,
            ),
        )
    )


def _subject(person_id: UUID, claim: PersonClaim, now: datetime) -> Subject:
    # The region of a resident id is where it was first given: the best guess at a county until the person says more.
    return Subject(
        id=person_id,
        kind=SubjectKind.PERSON,
        name=mask_name(claim.name),
        # Only what the mask shows, else the sort key would tell the name.
        name_pinyin=pinyin_of(claim.name[0]),
        uscc=None,
        county_code=claim.resident_id.region,
        town_code=None,
        industry=None,
        registered_on=None,
        created_at=now,
    )


async def _seal_identity(
    session: AsyncSession, person_id: UUID, claim: PersonClaim, proof: PersonProof, sealer: Sealer
) -> None:
    identity = await session.get(PersonIdentity, person_id, with_for_update=True)
    if identity is None:
        identity = PersonIdentity(subject_id=person_id)
        session.add(identity)
    identity.name_sealed = sealer.seal(claim.name, purpose=NAME, row=person_id)
    identity.resident_id_sealed = sealer.seal(
        claim.resident_id.value, purpose=RESIDENT_ID, row=person_id
    )
    if claim.phone is not None:
        identity.phone_sealed = sealer.seal(claim.phone, purpose=PHONE, row=person_id)
    identity.proof_method = proof.method
    identity.proof_ref = proof.proof_ref
    identity.proved_at = proof.proved_at
    await session.flush()
