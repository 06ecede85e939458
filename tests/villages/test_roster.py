"""Reading lists of households: what is good, what is not and why, in every format; no database."""

import pytest
from rosters import line, roster_csv, roster_xlsx

from suxin.kernel.identifiers import check_uscc
from suxin.kernel.refusals import Invalid
from suxin.villages.numbers import MAX_SERIAL, register_number
from suxin.villages.refusals import RosterMalformed, RosterTooLong
from suxin.villages.roster import HEADING, MAX_FILE_BYTES, MAX_LINES, read_roster
from suxin.villages.states import Relation

ONE, TWO, THREE = "321302197204040036", "321302197305050049", "321302199506060058"
GOOD = (
    line("1", "钱七", "户主", ONE, phone="13800000000"),
    line("1", "孙八", "妻", TWO, head="钱七"),
    line("2", "周九", "本人"),
)


@pytest.mark.parametrize(
    "content",
    [roster_csv(*GOOD), roster_csv(*GOOD, encoding="gb18030"), roster_csv(*GOOD, encoding="utf-8-sig"), roster_xlsx(*GOOD)],
    ids=["UTF-8", "GBK", "marked", "XLSX"],
)  # fmt: skip
def test_a_list_reads_alike_in_every_format(content, now):
    roster = read_roster(content, now=now)
    assert (roster.lines, roster.rejects) == (3, ())
    assert [
        (one.number, [(two.line, two.member.name, two.member.relation) for two in one.people])
        for one in roster.households
    ] == [
        ("1", [(2, "钱七", Relation.HEAD), (3, "孙八", Relation.SPOUSE)]),
        ("2", [(4, "周九", Relation.HEAD)]),
    ]


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([line("", "钱七", "户主")], {2: "INVALID"}),
        ([line("1", "钱七", "邻居", head="钱七")], {2: "INVALID"}),
        ([line("1", "钱七", "户主", "321302197204040037")], {2: "RESIDENT_ID_INVALID"}),
        ([line("1", "钱七", "户主", phone="123")], {2: "PHONE_INVALID"}),
        ([line("1", "钱七", "户主", head="别人")], {2: "INVALID"}),
        ([line("1", "钱七", "配偶")], {2: "HOUSEHOLD_HEAD_MISSING"}),
        (
            [line("1", "钱七", "户主"), line("1", "孙八", "户主")],
            {2: "ROSTER_HOUSEHOLD_NOT_TAKEN", 3: "ROSTER_LINES_DISAGREE"},
        ),
        (
            [line("1", "钱七", "户主", ONE), line("2", "孙八", "户主", ONE)],
            {3: "ROSTER_PERSON_TWICE"},
        ),
        (
            [line("1", "钱七", "户主"), line("1", "孙八", "配偶", head="钱七", group="二组")],
            {2: "ROSTER_HOUSEHOLD_NOT_TAKEN", 3: "ROSTER_LINES_DISAGREE"},
        ),
        ([("1", "钱七", "钱七", "户主")], {2: "INVALID"}),
    ],
)
def test_what_is_wrong_is_said_of_the_line_and_the_household_is_left_whole(rows, codes, now):
    good = line("9", "周九", "户主")
    roster = read_roster(roster_csv(*rows, good), now=now)
    assert {one["line"]: one["code"] for one in roster.rejects} == codes
    assert "9" in [one.number for one in roster.households]
    taken = {one.line for household in roster.households for one in household.people}
    assert taken & set(codes) == set()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"\xff\xfe\x00", RosterMalformed),
        (roster_csv(*GOOD, heading=HEADING[:-1]), RosterMalformed),
        (b"PK\x03\x04broken", RosterMalformed),
        (b"x" * (MAX_FILE_BYTES + 1), Invalid),
        (roster_csv(*[line("1", "钱七", "户主", group="", address="")] * (MAX_LINES + 1)), RosterTooLong),
    ],
    ids=["bytes", "heading", "zip", "size", "lines"],
)  # fmt: skip
def test_what_is_no_list_or_too_long_is_refused_whole(content, refusal, now):
    with pytest.raises(refusal):
        read_roster(content, now=now)


def test_a_hundred_thousand_lines_are_refused_by_size_before_they_are_read(now):
    rows = [line(str(number), "钱七", "户主") for number in range(100_000)]
    with pytest.raises(Invalid) as refused:
        read_roster(roster_csv(*rows), now=now)
    assert refused.value.field == "file"


def test_lines_of_two_encodings_are_taken_where_they_can_be_read_alone(now):
    lines = [line(str(number), "钱七", "户主", group="", address="") for number in range(9)]
    mixed = roster_csv(*lines) + roster_csv(line("99", "孙八", "户主"), encoding="gb18030")
    with pytest.raises(RosterMalformed):
        read_roster(mixed, now=now)
    mixed = roster_csv(*lines, encoding="gb18030") + roster_csv(line("99", "孙八", "户主"))
    try:
        roster = read_roster(mixed, now=now)
    except RosterMalformed:
        return
    assert "孙八" not in {two.member.name for one in roster.households for two in one.people}
    assert {one.people[0].member.name for one in roster.households} == {"钱七"}


@pytest.mark.parametrize("serial", [0, 30, 31, MAX_SERIAL])
def test_a_number_of_the_rural_register_has_the_form_of_a_credit_code(serial):
    number = register_number("321324102201", serial)
    assert number[:14] == "Y1321324102201"
    assert check_uscc(number, field="uscc") == number


def test_numbers_are_given_out_as_long_as_there_are_any():
    assert len({register_number("321324102201", serial) for serial in range(2_000)}) == 2_000
    with pytest.raises(ValueError, match="no household"):
        register_number("321324102201", MAX_SERIAL + 1)
