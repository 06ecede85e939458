"""The natural persons that a chunk's rows are about: found by the blind index of a resident id, which itself goes no further.

A source names a person by his resident id. Before anything is written the number becomes its indexes by every key of the ring;
the database sees those alone. Whom no door leads to gets a door, and behind it a subject of which nothing is known: his records wait
there until somebody proves to be him (PIPL art. 6, the smallest extent).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.sealing import Sealer
from suxin.places.models import CITY_CODE
from suxin.subjects.doors import hold_new_doors, require_every_key, resident_doors
from suxin.subjects.persons import NOT_PROVED

# What the catalogue lets a department tell of natural persons. What somebody files himself travels further than that, and is
# his alone to file.
OF_PERSONS: Final = "(c.of_persons and c.channel <> 'filed_by_subject')"

COLUMNS: Final = ("person", "blind_index", "id", "key_version")

# Whom rows of the chunk may be recorded about, and no key of the ring knows a door of. Nobody gets one for a row that is rejected.
_STRANGERS: Final = f"""
    select p.id, p.blind_index, p.key_version
    from staged_persons p
    where p.id is not null
      and exists (select from staged_records r
                  join catalogue_items c on c.code = r.item_code and c.retired_in is null
                  where r.person = p.person and {OF_PERSONS})
      and not exists (select from staged_persons any_key
                      join subject_doors d on d.blind_index = any_key.blind_index
                      where any_key.person = p.person)
"""  # noqa: S608 - all of it is declared here
# Each person is looked up by himself ("limit" has it so), which ends with the first that is a stranger: whether there is one at all
# is asked of every chunk, and the whole city's doors need not be read for that.
_ANY: Final = text(
    f"""
    select exists (
        select from staged_persons p
        where p.id is not null
          and (select d.subject_id from staged_persons any_key
               join subject_doors d on d.blind_index = any_key.blind_index
               where any_key.person = p.person limit 1) is null
          and (select true from staged_records r
               join catalogue_items c on c.code = r.item_code and c.retired_in is null
               where r.person = p.person and {OF_PERSONS} limit 1)
    )
    """  # noqa: S608 - all of it is declared here
)
_OPEN: Final = text(
    f"""
    with strangers as ({_STRANGERS}),
    doors as (
        insert into subject_doors (blind_index, subject_id, key_version)
        select blind_index, id, key_version from strangers
    )
    insert into subjects (id, kind, name, name_pinyin, county_code, created_at)
    select id, 'person', :name, '', :city, :now from strangers
    """  # noqa: S608 - all of it is declared here
)

# A door that no sealed number stands behind is made anew only here and when the person proves himself. What a rotation
# holds at the moment it makes anew itself.
_RENEW: Final = text(
    """
    with found as (
        select d.blind_index as door, own.blind_index, own.key_version
        from subject_doors d
        join staged_persons p on p.blind_index = d.blind_index
        join staged_persons own on own.person = p.person and own.id is not null
        where d.blind_index <> own.blind_index
        for update of d skip locked
    )
    update subject_doors d set blind_index = found.blind_index, key_version = found.key_version
    from found where d.blind_index = found.door
    """
)
_EMPTY: Final = text("truncate staged_persons")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkPersons:
    """The persons of a chunk as COPY takes them, each by a number of the chunk's own, and the keys they were indexed by."""

    content: bytes
    count: int
    key_versions: frozenset[int]


def chunk_persons(
    sealer: Sealer, resident_ids: Iterable[str], ids: Iterator[str]
) -> ChunkPersons | None:
    """Return persons by checked resident ids, numbered from 1 in their order; nothing where there are none.

    Each has one of ``ids``, to be his subject's if he is not known yet.
    """
    # Read first: a key that is added meanwhile makes the chunk stale, and never fresh by mistake.
    versions, rows, person = frozenset(sealer.keyring.versions), list[str](), 0
    for person, (own, others) in enumerate(resident_doors(sealer, resident_ids), start=1):
        rows.append(f"{person},\\x{own.digest.hex()},{next(ids)},{own.key_version}\n")
        rows.extend([f"{person},\\x{digest.hex()},,\n" for digest in others])
    if not rows:
        return None
    return ChunkPersons(content="".join(rows).encode(), count=person, key_versions=versions)


async def open_doors(session: AsyncSession, persons: ChunkPersons, *, now: datetime) -> bool:
    """Give everybody among the staged persons a door by the key of today, as the batch role; return whether all of them were new.

    :raises KeyringStale: if somebody is not found, and doors were made with a key that the chunk was not indexed by
    """
    opened = 0
    if await session.scalar(_ANY):
        # Nobody proves himself from here to the end, so that whoever is new is so for both.
        await hold_new_doors(session)
        await require_every_key(session, persons.key_versions)
        given = {"name": NOT_PROVED, "city": CITY_CODE, "now": now}
        result = await session.execute(_OPEN, given)
        opened = int(getattr(result, "rowcount", 0))
    if len(persons.key_versions) > 1:
        await session.execute(_RENEW)
    return opened == persons.count


async def forget_persons(session: AsyncSession) -> None:
    """Leave the staging of persons empty."""
    await session.execute(_EMPTY)
