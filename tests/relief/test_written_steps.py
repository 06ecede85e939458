"""Every change of a notice's state that anyone could write: the declared steps, and no other."""

import pytest
from small_relief import in_force
from written_steps import steps

from suxin.kernel.actor import Actor
from suxin.relief.models import NoticeState

# With what the table's own checks want beside the state.
NOTICE = (
    "state = cast({to} as text),"
    " decided_by = case when cast({to} as text) in ('IN_FORCE', 'ENDED', 'REJECTED') then gen_random_uuid() end,"
    " ended_at = case when cast({to} as text) = 'ENDED' then filed_at end"
)
OFFICE = {
    ("PROPOSED", "WITHDRAWN"),
    ("PROPOSED", "REJECTED"),
    ("PROPOSED", "IN_FORCE"),
    ("IN_FORCE", "ENDED"),
}


@pytest.mark.parametrize(
    ("who", "declared"),
    [
        ("operator", OFFICE),
        ("platform", {("IN_FORCE", "ENDED")}),
        ("bank", set()),
        ("applicant", set()),
    ],
)
async def test_a_caller_takes_the_declared_steps_and_no_other(small_city, admin, who, declared):
    notice = await in_force(small_city)
    actor = {
        "operator": small_city.operator,
        "platform": Actor.system("test"),
        "bank": small_city.banks[0].officer,
        "applicant": small_city.applicant,
    }[who]
    found = await steps(
        small_city,
        admin,
        "disaster_notices",
        NoticeState,
        notice.id,
        actor=actor,
        assignment=NOTICE,
    )
    assert found == declared
