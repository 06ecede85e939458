"""Setting a claim right before its first check: what it says changes, its id, household, place and photos do not."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid import queries
from suxin.grid.caps import require_within
from suxin.grid.claiming import claimable, household_of, require_sound
from suxin.grid.contents import ClaimContent, digest_with
from suxin.grid.counting import as_counted, counted
from suxin.grid.models import PointClaim
from suxin.grid.telling import record_step
from suxin.kernel.working_days import local_day

_SAID: Final = ("member_id", "rule_code", "times", "happened_on", "note")


async def revise_for(
    session: AsyncSession, claim: PointClaim, *, content: ClaimContent, now: datetime
) -> bool:
    """Let a claim say something else, once it is known who may; return whether anything changed. By which rule it was before is on record.

    :raises StepNotPossible: if it waits for its first check no more
    :raises Refusal: as for recording it: its rule, its member, its caps
    """
    if all(getattr(claim, name) == getattr(content, name) for name in _SAID):
        return False
    claim.require_revisable()
    require_sound(content, today=local_day(now))
    await household_of(session, claim.tenant_id, content)
    photos = (await session.scalars(queries.photos_of(claim.tenant_id, claim.id))).all()
    version = await queries.rules_in_force(session, claim.tenant_id, on=content.happened_on)
    wanted = version.rules.rule(content.rule_code)
    rule = claimable(wanted, content, claim.claimed_as, photos=len(photos))
    before = {"from_rule": claim.rule_code, "from_points": claim.points}
    claim.content_hash = digest_with(content, [one.original_sha256 for one in photos])
    claim.member_id, claim.happened_on = content.member_id, content.happened_on
    claim.rule_set_id, claim.rule_code, claim.rule_name = version.id, rule.code, rule.name
    claim.times, claim.points, claim.note = content.times, rule.points * content.times, content.note
    with session.no_autoflush:
        require_within(rule, as_counted(claim), await counted(session, claim))
    record_step(session, claim, "revised", now=now, detail=before)
    await session.flush()
    return True
