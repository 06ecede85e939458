"""Every change of state of a claim and of a rule set that anyone could write: the declared steps, and no other."""

from dataclasses import replace

import asyncpg
from sample_rows import insert, sample
from small_city import SmallCity
from small_points import PLATFORM, build_points
from written_steps import steps

from suxin.grid.models import RuleSet
from suxin.grid.states import ClaimState, RuleSetState

ENDED = "('POSTED', 'REJECTED', 'WITHDRAWN', 'REVERSED')"
CLAIM = (
    "state = cast({to} as text), notice_id = id, notice_line = 1, notice_ends_at = claimed_at,"
    " posted_at = case when cast({to} as text) in ('POSTED', 'REVERSED') then claimed_at end,"
    " posted_points = case when cast({to} as text) in ('POSTED', 'REVERSED') then 0 end,"
    " reversal_asked_by = id,"
    " reversed_by = case when cast({to} as text) = 'REVERSED' then household_id end,"
    f" ended_at = case when cast({{to}} as text) in {ENDED} then claimed_at end"
)
RULES = (
    "state = cast({to} as text),"
    " confirmed_by = case when cast({to} as text) = 'CONFIRMED' then id end,"
    " confirmed_at = drafted_at, starts_on = met_on"
)
OF_VILLAGE = {
    ("SUBMITTED", "CHECKED"),
    ("SUBMITTED", "REFUSED"),
    ("SUBMITTED", "WITHDRAWN"),
    ("CHECKED", "REFUSED"),
    ("CHECKED", "APPROVED"),
    ("CHECKED", "WITHDRAWN"),
    ("APPROVED", "NOTICED"),
    ("APPROVED", "WITHDRAWN"),
    ("NOTICED", "APPEALED"),
    ("REFUSED", "APPEALED"),
    ("APPEALED", "ANSWERED"),
    ("ANSWERED", "AT_TOWN"),
    ("POSTED", "REVERSED"),
}
OF_PLATFORM = {
    (before, to)
    for before in ("ANSWERED", "AT_TOWN")
    for to in ("APPROVED", "NOTICED", "POSTED", "REJECTED")
} | {("NOTICED", "POSTED"), ("NOTICED", "REJECTED"), ("REFUSED", "REJECTED")}


async def test_a_claim_takes_the_declared_steps_and_no_other(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    points = await build_points(small_city, admin)
    claim = await points.record()
    village = points.person("village_admin")
    # The town moves a claim in the village's rows alone; whoever is of the household moves none by himself.
    callers = {
        "village": (village, OF_VILLAGE),
        "platform": (PLATFORM, OF_PLATFORM),
        "town": (points.town, set()),
        "another village": (replace(village, tenant_id=small_city.banks[1].tenant_id), set()),
        "resident": (points.resident, set()),
    }
    for name, (actor, declared) in callers.items():
        found = await steps(
            small_city, admin, "grid_claims", ClaimState, claim.id, actor=actor, assignment=CLAIM
        )
        assert found == declared, name


async def test_a_rule_set_takes_the_declared_steps_and_no_other(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    points = await build_points(small_city, admin)
    adopted = {"meeting": "households", "entitled": 1, "present": 1, "in_favour": 1, "minutes": "x"}
    row = sample(
        RuleSet,
        small_city.now,
        tenant_id=points.tenant_id,
        number=9,
        met_on=small_city.now.date(),
        adopted_by=points.person("grid_worker").staff_id,
        adopted_at=small_city.now,
        **adopted,
    )
    await insert(admin, RuleSet, row)
    village = points.person("village_admin")
    declared = {
        ("DRAFT", "ADOPTED"),
        ("ADOPTED", "DRAFT"),
        ("ADOPTED", "CONFIRMED"),
        ("DRAFT", "DROPPED"),
        ("ADOPTED", "DROPPED"),
    }
    for actor, wanted in ((village, declared), (PLATFORM, set()), (points.town, set())):
        found = await steps(
            small_city,
            admin,
            "grid_rule_sets",
            RuleSetState,
            row["id"],
            actor=actor,
            assignment=RULES,
        )
        assert found == wanted, actor.kind
