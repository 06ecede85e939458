"""Lists of households as villages send them: a line for each person, read into households, each line with what is wrong with it.

A household is taken whole or not at all: half a household would have no head, or lose one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from suxin.kernel.refusals import Invalid, Refusal
from suxin.kernel.row_files import Layout, columns_missing, read_rows, reject
from suxin.villages.people import MemberDraft, checked_member
from suxin.villages.refusals import (
    HeadMissing,
    HouseholdFull,
    HouseholdNotTaken,
    LineElsewhere,
    PersonTwiceInFile,
    RosterMalformed,
    RosterTooLong,
)
from suxin.villages.states import RELATIONS_ZH, Relation
from suxin.villages.texts import MAX_ADDRESS, MAX_GROUP, MAX_MEMBERS, MAX_NUMBER, checked_text

MAX_LINES: Final = 10_000
"""How many people one list holds; a larger village sends its list in parts (proposed)."""
MAX_FILE_BYTES: Final = 2 * 1024 * 1024
HEADING: Final = (
    "户号", "户主", "姓名", "关系", "证件号码", "手机", "网格编码", "村民小组", "门牌",
)  # fmt: skip
"""The columns of a list; 户号, 户主, 姓名 and 关系 may not be empty, what follows may."""

LAYOUT: Final = Layout(
    heading=HEADING,
    max_bytes=MAX_FILE_BYTES,
    max_rows=MAX_LINES,
    malformed=RosterMalformed,
    too_many=RosterTooLong,
)
_SHARED: Final = ("户主", "网格编码", "村民小组", "门牌")
"""What every line of a household says alike."""
_RELATIONS: Final[Mapping[str, Relation]] = {
    **{zh: relation for relation, zh in RELATIONS_ZH.items()},
    "本人": Relation.HEAD,
    "妻": Relation.SPOUSE,
    "妻子": Relation.SPOUSE,
    "夫": Relation.SPOUSE,
    "丈夫": Relation.SPOUSE,
    "子": Relation.CHILD,
    "儿子": Relation.CHILD,
    "长子": Relation.CHILD,
    "次子": Relation.CHILD,
    "女": Relation.CHILD,
    "女儿": Relation.CHILD,
    "长女": Relation.CHILD,
    "次女": Relation.CHILD,
    "儿媳": Relation.CHILD_IN_LAW,
    "女婿": Relation.CHILD_IN_LAW,
    "孙子": Relation.GRANDCHILD,
    "孙女": Relation.GRANDCHILD,
    "外孙": Relation.GRANDCHILD,
    "外孙女": Relation.GRANDCHILD,
    "父": Relation.PARENT,
    "父亲": Relation.PARENT,
    "母": Relation.PARENT,
    "母亲": Relation.PARENT,
    "祖父": Relation.GRANDPARENT,
    "祖母": Relation.GRANDPARENT,
    "兄": Relation.SIBLING,
    "弟": Relation.SIBLING,
    "姐": Relation.SIBLING,
    "妹": Relation.SIBLING,
}
"""How registers of people's homes (户口簿) call it, besides our own words."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RosterLine:
    """One person of a list, by the line's number."""

    line: int
    member: MemberDraft


@dataclass(slots=True, kw_only=True, repr=False)
class RosterHousehold:
    """A household of a list: its place, whoever is in it, and which lines name it at all."""

    number: str
    first_line: int
    cells: Mapping[str, str]
    lines: list[int] = field(default_factory=list)
    people: list[RosterLine] = field(default_factory=list)
    refusals: dict[int, Refusal] = field(default_factory=dict)

    def refuse(self, refusal: Refusal) -> Iterator[dict[str, Any]]:
        """Return every line of the household as not taken, for its own reason, for this one, or for that of another line."""
        wrong = min(self.refusals, default=None)
        for line in self.lines:
            why = self.refusals.get(line)
            if why is None:
                why = refusal if wrong is None else HouseholdNotTaken(line=wrong)
            yield reject(line, self.number, why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A list as it was read: its good households, and the lines that were not taken."""

    lines: int
    households: tuple[RosterHousehold, ...]
    rejects: tuple[dict[str, Any], ...]


def read_roster(content: bytes, *, now: datetime) -> Roster:
    """Read a list of households; what is wrong with a line is said of the line.

    :raises Invalid: if the file is larger than ``MAX_FILE_BYTES``
    :raises RosterMalformed: if it is no such list
    :raises RosterTooLong: if it has more than ``MAX_LINES`` lines
    """
    rows = read_rows(content, LAYOUT)
    found: dict[str, RosterHousehold] = {}
    rejects: list[dict[str, Any]] = []
    for line, row in rows:
        try:
            cells = _cells(row)
            number = checked_text(cells["户号"], field="户号", least=1, most=MAX_NUMBER)
        except Refusal as refusal:
            rejects.append(reject(line, row[0] if row else "", refusal))
            continue
        household = found.setdefault(
            number, RosterHousehold(number=number, first_line=line, cells=cells)
        )
        household.lines.append(line)
        _take_line(household, line, cells, now=now)
    _refuse_twice(found.values())
    good: list[RosterHousehold] = []
    for household in found.values():
        why = _wrong_whole(household)
        if why is None and not household.refusals:
            good.append(household)
        else:
            rejects.extend(household.refuse(why or HouseholdNotTaken(line=household.first_line)))
    rejects.sort(key=lambda one: int(one["line"]))
    return Roster(lines=len(rows), households=tuple(good), rejects=tuple(rejects))


def _cells(row: list[str]) -> dict[str, str]:
    if len(row) != len(HEADING):
        raise columns_missing(len(row), len(HEADING))
    return dict(zip(HEADING, row, strict=True))


def _take_line(
    household: RosterHousehold, line: int, cells: Mapping[str, str], *, now: datetime
) -> None:
    try:
        checked_text(cells["村民小组"], field="村民小组", most=MAX_GROUP)
        checked_text(cells["门牌"], field="门牌", most=MAX_ADDRESS)
        for column in _SHARED:
            if cells[column] != household.cells[column]:
                raise LineElsewhere(field=column, line=household.first_line, column=column)
        household.people.append(RosterLine(line=line, member=_member(cells, now=now)))
    except Refusal as refusal:
        household.refusals[line] = refusal


def _member(cells: Mapping[str, str], *, now: datetime) -> MemberDraft:
    relation = _RELATIONS.get(cells["关系"])
    if relation is None:
        raise Invalid(
            field="关系",
            reason_zh="关系应为：" + "、".join(RELATIONS_ZH.values()),
            reason_en="not a relation that is known",
        )
    draft = checked_member(
        MemberDraft(
            name=cells["姓名"],
            relation=relation,
            resident_id=cells["证件号码"] or None,
            phone=cells["手机"] or None,
        ),
        now=now,
    )
    if relation is Relation.HEAD and draft.name != "".join(cells["户主"].split()):
        raise Invalid(
            field="户主",
            reason_zh="户主姓名应与关系为户主的成员一致",
            reason_en="the head's name is that of the member who is the head",
        )
    return draft


def _refuse_twice(households: Iterable[RosterHousehold]) -> None:
    """Refuse the later of two lines that name one person."""
    seen: dict[str, tuple[int, str]] = {}
    in_order = sorted(
        ((one.line, one.member, household) for household in households for one in household.people),
        key=lambda found: found[0],
    )
    for line, member, household in in_order:
        if member.resident_id is None:
            continue
        before = seen.setdefault(member.resident_id, (line, household.number))
        if before[0] != line:
            household.refusals[line] = PersonTwiceInFile(
                field="证件号码", line=before[0], number=before[1]
            )


def _wrong_whole(household: RosterHousehold) -> Refusal | None:
    """Return what is wrong with a household whose lines are good each."""
    if household.refusals:
        return None
    heads = sum(one.member.relation is Relation.HEAD for one in household.people)
    if heads != 1:
        return HeadMissing(field="关系", heads=heads)
    if len(household.people) > MAX_MEMBERS:
        return HouseholdFull(field="户号", limit=MAX_MEMBERS)
    return None
