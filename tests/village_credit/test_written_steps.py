"""Every change of a round's and a household's state that anyone could write: the declared steps, and no other."""

import pytest
from small_village_credit import build_round
from written_steps import steps

from suxin.kernel.actor import Actor
from suxin.village_credit.states import LEAVABLE, MemberState, RoundState

# With what the tables' own checks want beside the state.
ROUND = (
    "state = cast({to} as text),"
    " ended_at = case when cast({to} as text) in ('CLOSED', 'CALLED_OFF') then proposed_at end"
)
MEMBER = (
    "state = cast({to} as text),"
    " line_fen = case when cast({to} as text) in ('NOTICED', 'ACTIVE') then 1000000 end,"
    " decided_by = gen_random_uuid(), starts_on = '2026-11-20', expires_on = '2027-11-20'"
)
PARTIES = {
    ("PROPOSED", "SIGNED"),
    ("SIGNED", "ACCEPTED"),
    ("ACCEPTED", "OPEN"),
    ("OPEN", "CLOSED"),
    ("PROPOSED", "CALLED_OFF"),
    ("SIGNED", "CALLED_OFF"),
    ("ACCEPTED", "CALLED_OFF"),
}
LEFT = {(one.value, "LEFT") for one in LEAVABLE}
BANK = {
    ("CONSENTED", "NOTICED"),
    ("CONSENTED", "NOT_OFFERED"),
    ("OBJECTED", "NOTICED"),
    ("OBJECTED", "NOT_OFFERED"),
    ("ACTIVE", "ENDED"),
}


@pytest.mark.parametrize(
    ("who", "rounds", "members"),
    [
        ("bank", PARTIES, BANK),
        ("village", PARTIES, set()),
        ("household", set(), LEFT | {("NOTICED", "OBJECTED"), ("NOT_OFFERED", "OBJECTED")}),
        ("platform", set(), LEFT | {("NOTICED", "ACTIVE"), ("ACTIVE", "ENDED")}),
        ("operator", set(), set()),
    ],
)
async def test_a_caller_takes_the_declared_steps_and_no_other(
    small_city, admin, who, rounds, members
):
    small = await build_round(small_city, admin, graded=False)
    found = await small.open()
    member = await small.join(found, 0)
    actor = {
        "bank": small.banker(0),
        "village": small.village.manager,
        "household": small.village.head(0),
        "platform": Actor.system("test"),
        "operator": small_city.operator,
    }[who]
    taken = {"actor": actor}
    assert rounds == await steps(
        small_city, admin, "credit_rounds", RoundState, found.id, assignment=ROUND, **taken
    )
    assert members == await steps(
        small_city,
        admin,
        "credit_round_members",
        MemberState,
        member.id,
        assignment=MEMBER,
        **taken,
    )
