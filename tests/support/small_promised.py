"""The applicant, who declares something about himself and promises that it is true; and a release that is drafted."""

from dataclasses import dataclass
from importlib.resources import files
from uuid import UUID

from small_city import SmallCity
from sqlalchemy import select

from suxin.kernel.actor import Actor
from suxin.subjects.catalogue_drafts import draft_release
from suxin.subjects.commitments.models import Commitment
from suxin.subjects.commitments.texts import CURRENT
from suxin.subjects.declarations import declare_record


@dataclass(frozen=True, kw_only=True)
class Promised:
    """The ids of the applicant's own commitment, and of a catalogue that is not activated yet."""

    commitment_id: UUID
    draft_release_id: UUID


async def build_promised(city: SmallCity) -> Promised:
    """Let both happen."""
    return Promised(commitment_id=await _declared(city), draft_release_id=await _drafted(city))


async def _declared(city: SmallCity) -> UUID:
    """Let him declare an honour of his own; return the id of the commitment behind it."""
    himself = Actor.subject("test", person_id=city.person_id, subject_id=city.person_id)
    record_id = await city.act(
        declare_record,
        himself,
        item_code="VOL-HONOUR",
        content={"title": "诚信示范户", "issuer": "上塘镇"},
        commitment_version=CURRENT.version,
    )
    async with city.database.snapshot(himself, now=city.now) as session:
        found = await session.scalars(
            select(Commitment.id).where(Commitment.record_id == record_id)
        )
        return found.one()


async def _drafted(city: SmallCity) -> UUID:
    """Let the operator send another release of the catalogue, which is not activated yet."""
    file = files("suxin.subjects").joinpath("data/catalogue.csv").read_bytes()
    draft = await city.act(
        draft_release, city.operator, release="2027.1", source="2027年版（测试）", file=file
    )
    found: UUID = draft.id
    return found
