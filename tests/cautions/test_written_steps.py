"""Every change of a warning's state that anyone could write: the declared steps, and no other."""

import pytest
from small_cautions import publish
from written_steps import steps

from suxin.cautions.models import CautionState
from suxin.kernel.actor import Actor

# With what the table's own checks want beside the state.
CAUTION = (
    "state = cast({to} as text),"
    " decided_by = case when cast({to} as text) not in ('PROPOSED', 'WITHDRAWN') then gen_random_uuid() end,"
    " taken_down_at = case when cast({to} as text) = 'TAKEN_DOWN' then filed_at end,"
    " taken_down_by = case when cast({to} as text) = 'TAKEN_DOWN' then filed_by end,"
    " taken_down_reason = case when cast({to} as text) = 'TAKEN_DOWN' then 'x' end"
)
OFFICE = {
    ("PROPOSED", "WITHDRAWN"),
    ("PROPOSED", "REJECTED"),
    ("PROPOSED", "PUBLISHED"),
    ("PUBLISHED", "TAKEN_DOWN"),
}


@pytest.mark.parametrize(
    ("who", "declared"),
    [("operator", OFFICE), ("platform", set()), ("bank", set()), ("applicant", set())],
)
async def test_a_caller_takes_the_declared_steps_and_no_other(small_city, admin, who, declared):
    caution = await publish(small_city)
    actor = {
        "operator": small_city.operator,
        "platform": Actor.system("test"),
        "bank": small_city.banks[0].officer,
        "applicant": small_city.applicant,
    }[who]
    found = await steps(
        small_city,
        admin,
        "public_cautions",
        CautionState,
        caution.id,
        actor=actor,
        assignment=CAUTION,
    )
    assert found == declared
