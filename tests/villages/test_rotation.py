"""Keys rotate under a register as under everything sealed: members are opened and found by the new key alone."""

from small_villages import PERSON_ID, build_household, build_village

from suxin.kernel.actor import Actor
from suxin.kernel.key_rotation import parts
from suxin.kernel.sealing import Sealer
from suxin.villages import queries
from suxin.villages.linking import link_by_resident_id
from suxin.villages.people import opened


async def test_members_are_opened_and_found_by_the_new_key_alone(small_city):
    village = await build_village(small_city)
    household = await build_household(small_city, village)
    old = small_city.sealer.keyring
    ring = old.rotated()
    both, alone = Sealer(ring), Sealer(ring.without(old.current))
    for part in parts():
        async with small_city.batch.transaction(
            Actor.system("test"), now=small_city.now
        ) as session:
            await part.chunk(session, both, None)
            assert await part.left(session, both) == 0, part.name
    async with small_city.database.snapshot(village.admin, now=small_city.now) as session:
        first, _ = await queries.members_of(session, village.tenant_id, household.id)
        assert opened(alone, first).resident_id == PERSON_ID
    person = Actor.subject("test", person_id=small_city.person_id, subject_id=small_city.person_id)
    (linked,) = await link_by_resident_id(
        small_city.database, person, sealer=alone, now=small_city.now
    )
    assert linked.household_id == household.id
