"""The villages of the demo city, and who lives in them: invented people at invented doors, under the towns' real codes.

沉涝村 and 双沟居委会 have their real codes; those of the two others were made up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from suxin.tenancy.profiles import TenantKind
from suxin.villages.drafts import HouseholdDraft
from suxin.villages.people import MemberDraft
from suxin.villages.states import Relation
from suxin_server.demo import cast, words
from suxin_server.demo.applicant import Applicant
from suxin_server.demo.cast import Organiser, Staff
from suxin_server.demo.dice import Dice
from suxin_server.demo.numbers import PHONES, phone, resident_id

HOUSEHOLDS: Final = 40
"""How many households each village has."""
GROUPS: Final = ("一组", "二组", "三组", "四组")
_FAMILY: Final = ("伟", "芳", "磊", "静", "勇", "燕", "涛", "梅")
_FIRST_ORDER: Final = 100


def _village(
    slug: str,
    name: str,
    short_name: str,
    people: tuple[str, str],
    *,
    more: tuple[Staff, ...] = (),
) -> Organiser:
    admin, worker = people
    return Organiser(
        slug=slug,
        kind=TenantKind.VILLAGE_GRID,
        name=f"{name}（演示）",
        short_name=short_name,
        area_code="321324",
        staff=(
            Staff(name=admin, login=f"{slug}.admin", role="village_admin"),
            Staff(name=worker, login=f"{slug}.grid", role="grid_worker"),
            *more,
        ),
    )


PANEL: Final = tuple(
    Staff(name=name, login=f"dianhu.panel{place}", role="committee")
    for place, name in enumerate(("卞和", "卞秋", "葛平", "苗青", "葛兰"), start=1)
)
"""Who votes on ratings in the village that goes on to whole-village credit."""

CHECKER: Final = Staff(name="苗正", login="dianhu.supervisor", role="supervisor")
HEADS: Final = {"village": cast.ZHAO_MIN, "dianhu": cast.ZHOU_GUILAN}
"""Who of the cast lives in the first household of a village."""

VILLAGES: Final = (
    _village(
        "dianhu", "泗洪县上塘镇垫湖村村民委员会", "垫湖村", ("卞诚", "卞勤"), more=(*PANEL, CHECKER)
    ),
    _village("chenlao", "泗洪县界集镇沉涝村村民委员会", "沉涝村", ("毕文", "毕武")),
    _village("shuanggou", "泗洪县双沟镇双沟居民委员会", "双沟居委会", ("柳青", "柳红")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One village's register: whose it is, under which code, and the grids that it draws."""

    slug: str
    code: str
    name: str
    grids: tuple[str, ...] = ("东片网格", "西片网格", "南片网格", "北片网格")


REGISTERS: Final = (
    Register(slug="village", code="321322001299", name="锦绣新村"),
    Register(slug="dianhu", code="321324102299", name="垫湖村"),
    Register(slug="chenlao", code="321324111224", name="沉涝村"),
    Register(slug="shuanggou", code="321324101001", name="双沟居委会"),
)


def households(register: Register) -> Iterator[tuple[HouseholdDraft, list[MemberDraft]]]:
    """Yield the households of a village, always the same; in the first of some lives one of the cast."""
    dice = Dice(f"village/{register.slug}")
    for number in range(1, HOUSEHOLDS + 1):
        group = GROUPS[(number - 1) * len(GROUPS) // HOUSEHOLDS]
        place = HouseholdDraft(
            number=f"{number:04d}", group_name=group, address=f"{group}{number}号"
        )
        head = _head(dice)
        if number == 1 and register.slug in HEADS:
            head = _of_cast(HEADS[register.slug])
        yield place, [head, *_family(dice, head)]


def _of_cast(applicant: Applicant) -> MemberDraft:
    return MemberDraft(
        name=applicant.name,
        relation=Relation.HEAD,
        resident_id=applicant.resident_id,
        phone=applicant.phone,
    )


def _head(dice: Dice) -> MemberDraft:
    born = date(1948, 1, 1) + timedelta(days=dice.randrange(14_000))
    return MemberDraft(
        name=words.person_name(dice),
        relation=Relation.HEAD,
        resident_id=resident_id(born, dice.randrange(_FIRST_ORDER, 1_000)),
        phone=phone(dice.randrange(PHONES // 2, PHONES)),
    )


def _family(dice: Dice, head: MemberDraft) -> Iterator[MemberDraft]:
    if dice.happens(80):
        spouse = words.person_name(dice)
        yield MemberDraft(
            name=spouse, relation=Relation.SPOUSE, birth_year=dice.randrange(1950, 1990)
        )
    for given in dice.sample(_FAMILY, dice.randrange(3)):
        yield MemberDraft(
            name=head.name[0] + given,
            relation=Relation.CHILD,
            birth_year=dice.randrange(1985, 2020),
        )
