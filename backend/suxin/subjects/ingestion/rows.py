"""Rows as a source has them, checked in themselves and written down as staging takes them.

What only the database knows (whether there is such a subject, and whether the record is there already) is found when a chunk
is taken over. Everything that a row is checked for here costs it some microseconds: a batch may have millions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from suxin.kernel.identifiers import (
    check_resident_id,
    check_uscc,
    holds_resident_id,
    is_adult,
)
from suxin.kernel.refusals import Invalid, Refusal
from suxin.subjects.contents import check_written, publication_end
from suxin.subjects.expiry import over_since
from suxin.subjects.ingestion import limits
from suxin.subjects.ingestion.refusals import (
    NotInCatalogue,
    PersonUnderAge,
    PublishedTooLong,
    ResidentIdInText,
    RowMalformed,
    RowOfAnotherSource,
    RowOver,
    SubjectNotNamed,
    TwoSubjects,
)
from suxin.subjects.models import Polarity, RecordStatus
from suxin.subjects.shapes import SHAPES

StagedRow = tuple[str, str, str, str, str, str, str, str, str, str]
"""uscc, item, number, day, published until, valid until, polarity, status, amount, content; empty is nothing, as a person's uscc is."""

_USCC: Final = re.compile(r"[0-9A-HJ-NP-RTUW-Y]{2}[0-9]{6}[0-9A-HJ-NP-RTUW-Y]{10}", re.ASCII)
# Both may be left to the item and to the row's being new.
_POLARITIES: Final = frozenset(("", *Polarity))
_STATUSES: Final = frozenset(("", *RecordStatus))
_OWN_POLARITIES: Final = {item: shape.polarity.value for item, shape in SHAPES.items()}
_NEUTRAL: Final = Polarity.NEUTRAL.value
_ACTIVE: Final = RecordStatus.ACTIVE.value
_MAX_DIGITS: Final = 15
_NUL: Final = "\\u0000"
_INCOMPLETE: Final = frozenset(
    {
        "ROW_MALFORMED",
        "ROW_ENCODING",
        "LINE_TOO_LONG",
        "INVALID",
        "SUBJECT_NOT_NAMED",
        "TWO_SUBJECTS",
        "RESIDENT_ID_INVALID",
        "RESIDENT_ID_IN_TEXT",
    }
)
_CONTENT: Final = msgspec.json.Decoder(dict[str, object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the rows of a batch are checked against: its source, the catalogue's codes, and the day they are read on."""

    source: str
    items: frozenset[str]
    today: date


def staged_row(fields: Sequence[str], expected: Expected) -> tuple[StagedRow, date, str]:
    """Return a row, its fields in the order of ``columns.COLUMNS``, as staging takes it, the day it tells of, and its person.

    The person is a checked resident id, which may not be written down; it is empty where the row is about an organisation.

    :raises RowMalformed: if a field does not have its form
    :raises RowOfAnotherSource: if it names another source than its batch
    :raises NotInCatalogue: if its item is none that may be recorded
    :raises SubjectNotNamed, TwoSubjects: if it does not name one subject
    :raises UsccMalformed: if it has no credit code; whether the code is one of the city is not known here
    :raises ResidentIdInvalid, PersonUnderAge: if a person's number cannot be his, or he is a minor
    :raises ResidentIdInText: if a row about a person has a resident id elsewhere
    :raises PublishedTooLong: if a penalty would be published longer than the law allows
    :raises RowOver: if it speaks against its subject and is older than such a record is kept
    :raises Invalid: if the content is not what the item holds, or the days do not follow each other
    """
    uscc, person, item, number, day, content, source, published, valid, polarity, status, amount = (
        fields
    )
    _check_codes(item, number, source, expected)
    uscc, person = _subject(uscc, person, expected)
    _check_words(polarity, status)
    held = _content(content)
    if person:
        _check_texts(number, content, held, expected)
    check_written(item, held, len(content), amount_fen=_amount(amount))
    occurred = _day(day, "occurredOn")
    if occurred > expected.today:
        raise Invalid(field="occurredOn", reason_zh="晚于今天", reason_en="it lies in the future")
    said = polarity or _OWN_POLARITIES.get(item, _NEUTRAL)
    if said == Polarity.NEGATIVE and occurred <= over_since(expected.today):
        raise RowOver(field="occurredOn")
    staged = (
        uscc,
        item,
        number,
        occurred.isoformat(),
        _published_until(published, item, held, occurred),
        _valid_until(valid, occurred),
        said,
        status or _ACTIVE,
        amount,
        content or "{}",
    )
    return staged, occurred, person


def _subject(uscc: str, person: str, expected: Expected) -> tuple[str, str]:
    """Return the checked credit code or the checked resident id that a row has."""
    if person:
        if uscc:
            raise TwoSubjects(field="residentId")
        checked = check_resident_id(person, field="residentId", today=expected.today)
        if not is_adult(checked.birth_date, expected.today):
            raise PersonUnderAge(field="residentId")
        return "", checked.value
    if not uscc:
        raise SubjectNotNamed(field="uscc")
    if not _USCC.fullmatch(uscc):
        uscc = check_uscc(uscc, field="uscc", override_reason="as registered")
    return uscc, ""


def _check_texts(number: str, content: str, held: dict[str, object], expected: Expected) -> None:
    """Refuse a row about a person that has his number, or anybody's, where it would be kept."""
    # As it stands the content may hide digits behind escapes alone.
    said = msgspec.json.encode(held).decode() if "\\" in content else content
    for field, words in (("sourceRef", number), ("content", said)):
        if holds_resident_id(words, today=expected.today):
            raise ResidentIdInText(field=field)


def _check_codes(item: str, number: str, source: str, expected: Expected) -> None:
    if source and source != expected.source:
        raise RowOfAnotherSource(field="source")
    if item not in expected.items:
        raise NotInCatalogue(field="itemCode")
    if not number or len(number) > limits.MAX_REFERENCE_CHARACTERS:
        raise Invalid(
            field="sourceRef",
            reason_zh=f"记录编号应为 1 至 {limits.MAX_REFERENCE_CHARACTERS} 字",
            reason_en=f"it has 1 to {limits.MAX_REFERENCE_CHARACTERS} characters",
        )


def _check_words(polarity: str, status: str) -> None:
    if polarity not in _POLARITIES:
        raise _not_one_of("polarity", _POLARITIES)
    if status not in _STATUSES:
        raise _not_one_of("status", _STATUSES)


def _not_one_of(field: str, words: frozenset[str]) -> RowMalformed:
    known = sorted(word for word in words if word)
    return RowMalformed(
        field=field,
        reason_zh=f"只能是 {'、'.join(known)}，或不填",
        reason_en=f"it is one of {', '.join(known)}, or empty",
    )


def _amount(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
        raise RowMalformed(
            field="amountFen",
            reason_zh="金额应为整数，以分为单位",
            reason_en="an amount is a whole number of fen",
        )
    return int(text)


def _content(text: str) -> dict[str, object]:
    if not text:
        return {}
    try:
        held = _CONTENT.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise RowMalformed(
            field="content",
            reason_zh="内容应为 JSON 对象",
            reason_en="its content is a JSON object",
        ) from None
    # PostgreSQL keeps no NUL in a text, though JSON can write one.
    if _NUL in text:
        raise RowMalformed(
            field="content", reason_zh="内容含有空字符", reason_en="its content holds a NUL"
        )
    return held


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RowMalformed(
            field=field,
            reason_zh="日期应写作 2026-04-30",
            reason_en="a day is written as 2026-04-30",
        ) from None


def _published_until(text: str, item: str, content: dict[str, object], occurred: date) -> str:
    """Return the end of a publication: the row's own, or the latest that the law allows for a penalty."""
    latest = publication_end(item, content, occurred)
    if not text:
        return "" if latest is None else latest.isoformat()
    until = _day(text, "publishedUntil")
    if latest is not None and until > latest:
        raise PublishedTooLong(field="publishedUntil", latest=latest.isoformat())
    return until.isoformat()


def _valid_until(text: str, occurred: date) -> str:
    if not text:
        return ""
    until = _day(text, "validUntil")
    if until <= occurred:
        raise Invalid(
            field="validUntil", reason_zh="应晚于发生日期", reason_en="it ends before it occurred"
        )
    return until.isoformat()


def is_incomplete(refusal: Refusal) -> bool:
    """Tell whether a row was refused for what it lacks or holds itself, and not for what it does not agree with."""
    return refusal.code in _INCOMPLETE
