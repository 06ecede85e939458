"""Encodings: which of UTF-8 and GB18030 (GBK is part of it) a file is written in, told by its lines.

Nearly any bytes can be read as GB18030, so that a file of both would pass as one of it and hold nonsense. What is good
UTF-8 and reads as Chinese in it is UTF-8: the bytes of GBK hardly ever are.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

VOTES: Final = 20_000
"""How many lines that are not plain ASCII are asked."""

UTF_8_MARK: Final = b"\xef\xbb\xbf"
_UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_TWO_BYTES: Final = re.compile("[\u0080-\u07ff]")


class Encoding(StrEnum):
    """The encodings that are read."""

    UTF_8 = "utf-8"
    GB18030 = "gb18030"


def reads_as_utf_8(line: bytes) -> bool:
    """Tell whether a line that is not plain ASCII is meant as UTF-8.

    Pairs of GBK bytes that happen to be UTF-8 stand for letters of two bytes there; Chinese has three.
    """
    try:
        text = line.decode(Encoding.UTF_8)
    except UnicodeDecodeError:
        return False
    return _TWO_BYTES.search(text) is None


def encoding_of(lines: Iterable[bytes]) -> Encoding | None:
    """Return the encoding of most lines; UTF-8 where all are plain ASCII, nothing where most are neither.

    Lines after ``VOTES`` that are not ASCII are not asked, and the iterable is left where it is.
    """
    votes: dict[Encoding | None, int] = dict.fromkeys((*Encoding, None), 0)
    asked = 0
    for line in lines:
        if not asked and line.startswith(_UTF_16_MARKS):
            return None
        if line.isascii():
            continue
        votes[_encoding_of_line(line)] += 1
        asked += 1
        if asked >= VOTES:
            break
    most: Encoding | None = Encoding.UTF_8
    for one, count in votes.items():
        if count > votes[most]:
            most = one
    return most


def _encoding_of_line(line: bytes) -> Encoding | None:
    if line.startswith(UTF_8_MARK) or reads_as_utf_8(line):
        return Encoding.UTF_8
    try:
        line.decode(Encoding.GB18030)
    except UnicodeDecodeError:
        return None
    return Encoding.GB18030


def decoded_line(line: bytes, encoding: Encoding) -> str | None:
    """Return a line's text; nothing if it is in another encoding than the file."""
    if encoding is Encoding.GB18030 and not line.isascii() and reads_as_utf_8(line):
        return None
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None
