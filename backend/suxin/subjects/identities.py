"""A person's identity, opened from its seals for whoever may read it."""

from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from suxin.kernel.actor import Actor
from suxin.kernel.audit import Receipt, note_read
from suxin.kernel.bases import ground_of
from suxin.kernel.database import actor_of
from suxin.kernel.masks import mask_name, mask_phone, mask_resident_id
from suxin.kernel.refusals import NotFound
from suxin.kernel.sealing import Sealer
from suxin.subjects.models import NAME, PHONE, RESIDENT_ID, DataCategory, PersonIdentity
from suxin.subjects.policies import IDENTITY_READ, reads_for_others, require_reader
from suxin.subjects.queries import bases_relied_on


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Identity:
    """Who a person is, printed masked.

    ``phone`` is nothing where the reader's basis does not cover contact, and where the person gave none at a counter.
    """

    name: str
    resident_id: str
    phone: str | None

    def masked(self) -> Self:
        """Return the same identity as it is shown: ``张**``, ``321***********0012``, ``138****5678``."""
        return replace(
            self,
            name=mask_name(self.name),
            resident_id=mask_resident_id(self.resident_id),
            phone=None if self.phone is None else mask_phone(self.phone),
        )

    @override
    def __repr__(self) -> str:
        shown = self.masked()
        return f"Identity({shown.name}, {shown.resident_id}, {shown.phone})"


async def identity_of(
    session: AsyncSession, sealer: Sealer, subject_id: UUID, *, context_id: UUID | None = None
) -> Identity:
    """Return who a person is, and note the receipt when a tenant reads it, with the consent or contract relied on.

    A tenant needs a live basis for identity, which covers contact too if it is to learn the phone; ``context_id`` names
    the matter that the basis must be about.

    :raises Forbidden: if the actor may not read identities
    :raises NotFound: if the caller sees no proved identity of this subject
    """
    actor = actor_of(session)
    require_reader(actor, IDENTITY_READ)
    row = await session.scalar(
        select(PersonIdentity)
        .where(PersonIdentity.subject_id == subject_id)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound(thing_zh="实名信息", thing_en="proved identity")
    with_contact = not reads_for_others(actor) or await _note(
        session, actor, subject_id, context_id
    )
    phone_sealed: bytes | None = row.phone_sealed if with_contact else None
    return Identity(
        name=sealer.open(row.name_sealed, purpose=NAME, row=subject_id),
        resident_id=sealer.open(row.resident_id_sealed, purpose=RESIDENT_ID, row=subject_id),
        phone=(
            None
            if phone_sealed is None
            else sealer.open(phone_sealed, purpose=PHONE, row=subject_id)
        ),
    )


async def _note(
    session: AsyncSession, actor: Actor, subject_id: UUID, context_id: UUID | None
) -> bool:
    """Note on which basis a tenant reads the identity; return whether that basis covers contact."""
    identity, contact = DataCategory.IDENTITY.value, DataCategory.CONTACT.value
    bases = await bases_relied_on(
        session,
        actor,
        subject_id=subject_id,
        purposes=actor.purposes,
        now=session.info["now"],
        context_id=context_id,
        of_person=True,
    )
    admitting = [basis for basis in bases if identity in basis.categories]
    if not admitting:
        raise NotFound(thing_zh="实名信息", thing_en="proved identity")
    # The basis that tells most is the one the reader relies on.
    basis = max(admitting, key=lambda one: contact in one.categories)
    with_contact = contact in basis.categories
    note_read(
        session,
        Receipt(
            subject_id=subject_id,
            purpose=basis.purpose,
            categories=(identity, contact) if with_contact else (identity,),
            fields=("name", "resident_id", "phone") if with_contact else ("name", "resident_id"),
            row_count=1,
            object_type="person_identity",
            object_id=subject_id,
            ground=ground_of(basis),
        ),
    )
    return with_contact
