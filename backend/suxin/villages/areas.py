"""Villages as areas of the city: the statistical list that is packaged ends with the towns, so the operator adds theirs."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.actor import Actor
from suxin.kernel.audit import append_act
from suxin.kernel.pinyin import pinyin_of
from suxin.kernel.working_days import local_day
from suxin.places.models import Area, AreaLevel
from suxin.villages.policies import AREA_ADD
from suxin.villages.refusals import VillageAreaKnown, VillageCodeMalformed
from suxin.villages.registers import TOWN_DIGITS
from suxin.villages.texts import MAX_VILLAGE_NAME, checked_text

_DIGITS: Final = 12


async def add_village_area(
    session: AsyncSession, actor: Actor, *, area_code: str, name: str, now: datetime
) -> Area:
    """Add a village to the city's areas under its official code; doing it again changes nothing.

    :raises Forbidden: if the actor may not add areas
    :raises Invalid: if the name is empty or too long
    :raises VillageCodeMalformed: if the code is not of twelve digits below a town in force
    :raises VillageAreaKnown: if the code is known under another name
    Source: 统计用区划代码 (six, nine and twelve digits, each code beginning with its parent's)
    """
    actor.require(AREA_ADD)
    code = area_code.strip()
    called = checked_text(name, field="name", least=2, most=MAX_VILLAGE_NAME)
    if len(code) != _DIGITS or not (code.isascii() and code.isdigit()):
        raise VillageCodeMalformed(field="areaCode")
    town = await session.get(Area, code[:TOWN_DIGITS])
    if town is None or town.level is not AreaLevel.TOWN or town.valid_until is not None:
        raise VillageCodeMalformed(field="areaCode")
    known = await session.get(Area, code)
    if known is not None and known.name == called:
        return known
    if known is not None:
        raise VillageAreaKnown(field="areaCode", area_code=code, name=known.name)
    area = Area(
        code=code,
        level=AreaLevel.VILLAGE,
        name=called,
        full_name=town.full_name + called,
        pinyin=pinyin_of(called),
        parent_code=town.code,
        statistical_only=False,
        predecessors=[],
        valid_from=local_day(now),
        valid_until=None,
    )
    session.add(area)
    append_act(
        session,
        action="villages.area.added",
        now=now,
        detail={"area_code": code, "name": called},
    )
    await session.flush()
    return area
