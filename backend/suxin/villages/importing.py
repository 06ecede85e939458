"""Taking a list of households into a register: whole households, what is said of them and no more, and an account of every line.

An empty cell says nothing, and nobody is taken out of the register because a list does not name him. The list itself is not kept.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.sealing import Sealer
from suxin.villages.models import RegisterImport
from suxin.villages.policies import REGISTER_MANAGE
from suxin.villages.refusals import ImportElsewhere
from suxin.villages.registers import record, recount, take_register
from suxin.villages.roster import RosterHousehold, read_roster
from suxin.villages.taking import LineRefused, Outcome, known_register

MAX_FILE_NAME: Final = 200


async def import_roster(
    session: AsyncSession,
    actor: Actor,
    *,
    import_id: UUID,
    file_name: str,
    content: bytes,
    sealer: Sealer,
    now: datetime,
) -> RegisterImport:
    """Take a list of households; return how many lines added, changed or said nothing new, and those that were not taken.

    The same file under the same id is the same import. Under another id it is taken again, and what it says is there already.

    :raises Forbidden: if the actor may not manage the register
    :raises NotFound, RegisterMerged: see ``take_register``
    :raises ImportElsewhere: if another file was imported under the id
    :raises Invalid: if the file is larger than ``roster.MAX_FILE_BYTES``
    :raises RosterMalformed, RosterTooLong: see ``read_roster``
    """
    village = await take_register(session, actor, REGISTER_MANAGE)
    sha256 = hashlib.sha256(content).hexdigest()
    before = await session.get(RegisterImport, (village.tenant_id, import_id))
    if before is not None and before.sha256 != sha256:
        raise ImportElsewhere(field="id")
    if before is not None:
        return before
    roster = read_roster(content, now=now)
    rejects: list[dict[str, Any]] = list(roster.rejects)
    outcomes = await _take_each(
        session, village.tenant_id, roster.households, rejects, sealer=sealer, now=now
    )
    done = RegisterImport(
        tenant_id=village.tenant_id,
        id=import_id,
        file_name=file_name.strip()[:MAX_FILE_NAME] or "村户名册",
        sha256=sha256,
        lines=roster.lines,
        households=len(roster.households) - outcomes["refused"],
        added=outcomes[Outcome.ADDED],
        changed=outcomes[Outcome.CHANGED],
        unchanged=outcomes[Outcome.UNCHANGED],
        rejects=sorted(rejects, key=lambda one: int(one["line"])),
        imported_by=actor.own_staff,
        imported_at=now,
    )
    session.add(done)
    record(
        session,
        "villages.register.imported",
        of=("register_import", import_id),
        now=now,
        detail={"lines": done.lines, "added": done.added, "rejected": len(rejects)},
    )
    await recount(session, village.tenant_id, now=now)
    return done


async def _take_each(
    session: AsyncSession,
    tenant_id: UUID,
    households: Sequence[RosterHousehold],
    rejects: list[dict[str, Any]],
    *,
    sealer: Sealer,
    now: datetime,
) -> Counter[str]:
    """Take each household, or say of its lines why not; return how many lines came to what."""
    register = await known_register(
        session, tenant_id, [one.number for one in households], sealer=sealer, now=now
    )
    counted: Counter[str] = Counter()
    for household in households:
        try:
            counted.update(register.take(household))
        except LineRefused as refused:
            household.refusals[refused.line] = refused.refusal
            rejects.extend(household.refuse(refused.refusal))
            counted["refused"] += 1
    await register.write(session)
    return counted
