"""Every change of a declaration's and a proposed renewal's state that anyone could write: the declared steps, and no other."""

import pytest
from small_disasters import build_disaster
from small_loans import drawn
from written_steps import steps

from suxin.disasters.states import DisasterState, RenewalState
from suxin.kernel.actor import Actor

# With what the tables' own checks want beside the state.
DISASTER = (
    "state = cast({to} as text),"
    " decided_by = case when cast({to} as text) not in ('DECLARED', 'WITHDRAWN') then gen_random_uuid() end,"
    " revoked_at = case when cast({to} as text) = 'REVOKED' then declared_at end,"
    " revoked_by = case when cast({to} as text) = 'REVOKED' then declared_by end,"
    " revoked_reason = case when cast({to} as text) = 'REVOKED' then 'x' end"
)
RENEWAL = (
    "state = cast({to} as text),"
    " decided_by = case when cast({to} as text) in ('AGREED', 'DECLINED') then gen_random_uuid() end,"
    " decided_at = case when cast({to} as text) in ('AGREED', 'DECLINED') then proposed_at end,"
    " answer = case when cast({to} as text) in ('AGREED', 'DECLINED') then 'x' end"
)
OFFICE = {
    ("DECLARED", "WITHDRAWN"),
    ("DECLARED", "REJECTED"),
    ("DECLARED", "CONFIRMED"),
    ("CONFIRMED", "REVOKED"),
}
BANK = {("PROPOSED", "AGREED"), ("PROPOSED", "DECLINED")}
PLATFORM = {("PROPOSED", "WITHDRAWN"), ("PROPOSED", "LAPSED")}


@pytest.mark.parametrize(
    ("who", "of_disasters", "of_renewals"),
    [
        ("operator", OFFICE, set()),
        ("platform", set(), PLATFORM),
        ("bank", set(), BANK),
        ("rival", set(), set()),
        ("applicant", set(), set()),
    ],
)
async def test_a_caller_takes_the_declared_steps_and_no_other(
    small_city, admin, who, of_disasters, of_renewals
):
    built = await build_disaster(small_city, admin, (await drawn(small_city)).id)
    actor = {
        "operator": small_city.operator,
        "platform": Actor.system("test"),
        "bank": small_city.banks[0].officer,
        "rival": small_city.banks[1].officer,
        "applicant": small_city.applicant,
    }[who]
    found = [
        await steps(small_city, admin, *of, actor=actor, assignment=assignment)
        for *of, assignment in (
            ("declared_disasters", DisasterState, built["disaster_id"], DISASTER),
            ("renewal_proposals", RenewalState, built["proposal_id"], RENEWAL),
        )
    ]
    assert found == [of_disasters, of_renewals]
