"""Every change of state of a capture that anyone could write: the declared steps, and no other."""

from dataclasses import replace

import asyncpg
from small_city import SmallCity
from small_field import SmallPhone
from small_points import PLATFORM, build_points
from written_steps import steps

from suxin.grid.field.states import CaptureState

CAPTURE = (
    "state = cast({to} as text),"
    " ended_at = case when cast({to} as text) in ('WITHDRAWN', 'LAPSED') then received_at end"
)
OF_VILLAGE = {("OPEN", "RECORDED"), ("OPEN", "WITHDRAWN"), ("RECORDED", "WITHDRAWN")}
OF_PLATFORM = {*OF_VILLAGE, ("OPEN", "LAPSED")}


async def test_a_capture_takes_the_declared_steps_and_no_other(
    small_city: SmallCity, admin: asyncpg.Connection
) -> None:
    points = await build_points(small_city, admin)
    phone = await SmallPhone.enrolled(points)
    item = phone.item()
    await phone.send(item)
    # Whoever is of the household reads no capture, and another village none of this one's.
    callers = {
        "village": (phone.actor, OF_VILLAGE),
        "platform": (PLATFORM, OF_PLATFORM),
        "another village": (replace(phone.actor, tenant_id=small_city.banks[1].tenant_id), set()),
        "resident": (points.resident, set()),
    }
    for name, (actor, declared) in callers.items():
        found = await steps(
            small_city,
            admin,
            "grid_captures",
            CaptureState,
            item.capture_id,
            actor=actor,
            assignment=CAPTURE,
        )
        assert found == declared, name
