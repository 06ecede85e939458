"""Forms: what a person typed, read without surprise.

Names and values come as text; each reader turns one into what a command takes, or notes beside which field it failed, so
that a page shows every mistake of a form at once.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, Self, TypeVar
from uuid import UUID

from suxin.kernel.ids import parse_id
from suxin.kernel.money import FEN_PER_WAN, FEN_PER_YUAN, parse_yuan
from suxin.kernel.refusals import Refusal
from suxin_tenants.words import said

MAX_VALUES: Final = 1_000
MAX_DIGITS: Final = 12
SECRET_FIELDS: Final = frozenset(
    {
        "_csrf",
        "idempotencyKey",
        "password",
        "secret",
        "currentPassword",
        "newPassword",
        "newPasswordAgain",
    }
)
_BPS_DECIMALS: Final = 2

Choice = TypeVar("Choice", bound=StrEnum)


class Form:
    """The fields of a form, and what was wrong with them (``errors``, by field)."""

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self._values = dict(values)
        self.errors: dict[str, str] = {}

    @classmethod
    def of(cls, sent: Any) -> Self:  # noqa: ANN401 - the framework's multi-dict, whose type says nothing more
        """Read what the framework parsed; files and control characters are left out."""
        values: dict[str, tuple[str, ...]] = {}
        for name, value in list(sent.multi_items())[:MAX_VALUES]:
            if isinstance(value, str):
                values[name] = (*values.get(name, ()), _clean(value))
        return cls(values)

    def take_file(self, name: str, content: bytes) -> None:
        """Let the text of a file be a field's value; note it where it is no text."""
        try:
            self._values[name] = (_clean(content.decode("utf-8-sig")),)
        except UnicodeDecodeError:
            self._values[name] = ("",)
            self.fail(name, "文件应为 UTF-8 编码的文本")

    def take_hash(self, name: str, digest: str) -> None:
        """Let a file's hash stand for it, so that the same form with another file is another form."""
        self._values[name] = (digest,)

    def text(self, name: str) -> str:
        """Return a field's text without blanks around it; empty where it is missing."""
        values = self._values.get(name, ())
        return values[0].strip() if values else ""

    def secret(self, name: str) -> str:
        """Return a field exactly as it was typed."""
        values = self._values.get(name, ())
        return values[0] if values else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return every value of a field that is not empty."""
        return tuple(value.strip() for value in self._values.get(name, ()) if value.strip())

    def has(self, name: str) -> bool:
        """Return whether a field was sent, be it empty."""
        return name in self._values

    def checked(self, name: str) -> bool:
        """Return whether a box was ticked."""
        return bool(self.texts(name))

    def shown(self) -> dict[str, list[str]]:
        """Return the fields that may be shown again or hashed: all but tokens and passwords."""
        return {
            name: list(values) for name, values in self._values.items() if name not in SECRET_FIELDS
        }

    def fail(self, name: str, message: str) -> None:
        """Note what is wrong with a field; the first finding stays."""
        self.errors.setdefault(name, message)

    def require(self, *names: str) -> None:
        """Note each of these fields that was left empty."""
        for name in names:
            if not self.secret(name).strip():
                self.fail(name, "此项必填")

    def check(self, name: str, check: Callable[[str], object]) -> None:
        """Note what a check of the core refuses about a field, unless it was left empty."""
        text = self.secret(name)
        if text.strip():
            try:
                check(text)
            except Refusal as refusal:
                self.fail(name, said(refusal, beside=True))

    def whole(self, name: str, *, default: int = 0) -> int:
        """Read a whole number; a negative one is for the core to refuse, with the range it has."""
        text = unicodedata.normalize("NFKC", self.text(name)).replace(",", "")
        if _is_whole(text.removeprefix("-")):
            return int(text)
        self.fail(name, "请填写整数" if text else "此项必填")
        return default

    def yuan(self, name: str, *, default: int = 0) -> int:
        """Read an amount in yuan; return fen."""
        try:
            return parse_yuan(self.text(name), field=name)
        except Refusal as refusal:
            self.fail(name, said(refusal, beside=True) if self.text(name) else "此项必填")
            return default

    def wan(self, name: str, *, default: int = 0) -> int:
        """Read an amount in 万元, exact to the fen; return fen."""
        number = self._decimal(name, decimals=6)
        return default if number is None else int(number * FEN_PER_WAN)

    def percent(self, name: str, *, default: int = 0) -> int:
        """Read a percentage with two decimals at most; return basis points."""
        number = self._decimal(name, decimals=_BPS_DECIMALS)
        return default if number is None else int(number * 100)

    def choice(self, name: str, kind: type[Choice]) -> Choice | None:
        """Read one member of an enumeration."""
        text = self.text(name)
        found = next((member for member in kind if member.value == text), None)
        if found is None:
            self.fail(name, "不在可选范围内" if text else "请选择")
        return found

    def choices(self, name: str, kind: type[Choice]) -> tuple[Choice, ...]:
        """Read some members of an enumeration, in the enumeration's order."""
        wanted = set(self.texts(name))
        found = tuple(member for member in kind if member.value in wanted)
        if len(found) != len(wanted):
            self.fail(name, "不在可选范围内")
        return found

    def day(self, name: str) -> date | None:
        """Read a day; what is missing or no day is noted."""
        try:
            return date.fromisoformat(self.text(name))
        except ValueError:
            self.fail(name, "请填写日期")
            return None

    def optional_day(self, name: str) -> date | None:
        """Read a day; nothing where the field is empty."""
        typed = self.text(name)
        if not typed:
            return None
        try:
            return date.fromisoformat(typed)
        except ValueError:
            self.fail(name, "日期形如 2026-11-20")
            return None

    def id(self, name: str) -> UUID | None:
        """Read an id; nothing where the field is empty."""
        if not self.text(name):
            return None
        try:
            return parse_id(self.text(name), field=name)
        except Refusal:
            self.fail(name, "不在可选范围内")
            return None

    def _decimal(self, name: str, *, decimals: int) -> Decimal | None:
        text = unicodedata.normalize("NFKC", self.text(name)).replace(",", "").removesuffix("%")
        whole, _, part = text.partition(".")
        if not _is_whole(whole.removeprefix("-")):
            self.fail(name, "请填写数字" if text else "此项必填")
            return None
        if len(part) > decimals:
            self.fail(name, f"最多 {decimals} 位小数")
            return None
        try:
            return Decimal(f"{whole}.{part or 0}")
        except InvalidOperation:
            self.fail(name, "请填写数字")
            return None


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS


def wan_text(amount_fen: int) -> str:
    """Write fen as a 万元 figure for an input: 12,345,600 fen are ``12.3456``."""
    whole, rest = divmod(amount_fen, FEN_PER_WAN)
    part = f"{rest:06d}".rstrip("0")
    return f"{whole}.{part}" if part else str(whole)


def yuan_text(amount_fen: int) -> str:
    """Write fen as a yuan figure for an input: 12,350 fen are ``123.50``."""
    whole, rest = divmod(amount_fen, FEN_PER_YUAN)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def percent_text(rate_bps: int) -> str:
    """Write basis points as a percentage for an input: 435 are ``4.35``."""
    return f"{rate_bps // 100}.{rate_bps % 100:02d}"


def listed(text: str) -> tuple[str, ...]:
    """Split a list that a person typed, at commas, pauses and line ends; each entry once."""
    for mark in "，、；;\r\n":
        text = text.replace(mark, ",")
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def options(members: Iterable[Any]) -> list[tuple[str, str]]:
    """Return an enumeration's members as a form offers them: stored value and Chinese label."""
    return [(member.value, member.zh) for member in members]


def _clean(value: str) -> str:
    """Drop what no person types and the database cannot hold: control characters other than line ends."""
    return "".join(
        character
        for character in value
        if character in "\n\r\t" or unicodedata.category(character) not in {"Cc", "Cs"}
    )
