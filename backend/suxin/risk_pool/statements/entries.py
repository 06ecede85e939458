"""What a custodian's statement says, whatever format it came in, and why one is not taken."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from suxin.kernel.money import MAX_AMOUNT_FEN, format_yuan
from suxin.kernel.refusals import Invalid, Refusal, RefusalKind

MAX_FILE_BYTES: Final = 4 * 1024 * 1024
"""The largest statement that is taken (proposed default): a quarter of a busy account."""
MAX_ENTRIES: Final = 5_000
"""How many entries one statement has at most; a longer period is sent in parts (proposed default)."""
MAX_REFERENCE: Final = 64
MAX_TEXT: Final = 300
"""The most that is kept of a remittance text or a name: two lines of ISO 20022's 140 characters each."""


class Direction(StrEnum):
    """Whether money came in or went out, as the custodian books it for the pool."""

    CREDIT = "CREDIT"
    DEBIT = "DEBIT"

    @property
    def zh(self) -> str:
        """As a statement calls it."""
        return "收入" if self is Direction.CREDIT else "支出"


class Format(StrEnum):
    """What a statement came as."""

    CAMT_053 = "CAMT_053"
    CSV = "CSV"


class StatementMalformed(Refusal):
    """The file is no statement in a format that is taken."""

    code = "STATEMENT_MALFORMED"
    kind = RefusalKind.INVALID
    zh = "文件不是可识别的对账单：{reason_zh}"
    en = "The file is no statement that can be read: {reason_en}"


class StatementUnbalanced(Refusal):
    """What went in and out does not lead from the opening balance to the closing one; nothing is taken."""

    code = "STATEMENT_UNBALANCED"
    kind = RefusalKind.INVALID
    zh = "期初余额 {opening} 元加减各笔流水应为 {expected} 元，对账单的期末余额为 {closing} 元"
    en = "Opening {opening} with all entries comes to {expected} yuan; the statement closes with {closing}"


class TooManyEntries(Refusal):
    """The statement has more entries than one import takes."""

    code = "TOO_MANY_ENTRIES"
    kind = RefusalKind.LIMITED
    zh = "一份对账单最多 {limit} 笔流水，请分段导入"
    en = "A statement has {limit} entries at most; import the period in parts"


class EntryNotBooked(Refusal):
    """The custodian announces the entry and has not booked it."""

    code = "ENTRY_NOT_BOOKED"
    zh = "该笔尚未记账，记账后再导入"
    en = "The entry is not booked yet"


class EntryRepeated(Refusal):
    """Two entries of one statement bear the same reference."""

    code = "ENTRY_REPEATED"
    kind = RefusalKind.INVALID
    zh = "流水号在同一对账单中重复"
    en = "Another entry of this statement has the same reference"


class EntryDiffers(Refusal):
    """An entry of this reference was taken before and says something else."""

    code = "ENTRY_DIFFERS"
    zh = "此前已登记同一流水号，内容不同"
    en = "An entry of this reference was taken before with another content"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One booked movement: the bank's reference, an amount in fen above zero, days, who, and what was written with it."""

    reference: str
    direction: Direction
    amount_fen: int
    booked_on: date
    value_on: date
    counterparty: str = ""
    remittance: str = ""

    @property
    def signed_fen(self) -> int:
        """What it does to the balance."""
        return self.amount_fen if self.direction is Direction.CREDIT else -self.amount_fen


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that is not taken, and why; ``signed_fen`` is what it does to the balance, if it is booked."""

    position: int
    reference: str
    refusal: Refusal
    signed_fen: int = 0


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as it was read; ``entries`` are by their position in it, from 1."""

    number: str
    account: str
    from_day: date
    to_day: date
    opening_fen: int
    closing_fen: int
    entries: Sequence[tuple[int, Entry]]
    rejected: Sequence[Rejected] = ()

    @property
    def count(self) -> int:
        """How many entries it has, good and bad."""
        return len(self.entries) + len(self.rejected)


def check_statement(read: Read) -> Read:
    """Return a statement whose days and balances hold together, without the entries whose reference it repeats.

    :raises StatementMalformed: if it has no number or account, or ends before it begins
    :raises TooManyEntries: if it has more than ``MAX_ENTRIES``
    :raises StatementUnbalanced: if its entries do not lead from its opening balance to its closing one
    """
    if not 1 <= len(read.number) <= MAX_REFERENCE or not read.account:
        raise StatementMalformed(
            field="file", reason_zh="缺少对账单号或账号", reason_en="no number or no account"
        )
    if read.to_day < read.from_day:
        raise StatementMalformed(
            field="file", reason_zh="截止日早于起始日", reason_en="it ends before it begins"
        )
    if read.count > MAX_ENTRIES:
        raise TooManyEntries(field="file", limit=MAX_ENTRIES)
    expected = (
        read.opening_fen
        + sum(entry.signed_fen for _, entry in read.entries)
        + sum(one.signed_fen for one in read.rejected)
    )
    if expected != read.closing_fen:
        raise StatementUnbalanced(
            field="file",
            opening=format_yuan(read.opening_fen),
            expected=format_yuan(expected),
            closing=format_yuan(read.closing_fen),
        )
    return _without_repeated(read)


def _without_repeated(read: Read) -> Read:
    seen: set[str] = set()
    good: list[tuple[int, Entry]] = []
    bad = list(read.rejected)
    for position, entry in read.entries:
        if entry.reference in seen:
            bad.append(
                Rejected(
                    position=position,
                    reference=entry.reference,
                    refusal=EntryRepeated(field="reference"),
                    signed_fen=entry.signed_fen,
                )
            )
        else:
            seen.add(entry.reference)
            good.append((position, entry))
    bad.sort(key=lambda one: one.position)
    return msgspec.structs.replace(read, entries=good, rejected=bad)


def check_entry(entry: Entry, *, today: date) -> Entry:
    """Return an entry that a book can take.

    :raises Invalid: if its reference, amount or days cannot be
    """
    if not 1 <= len(entry.reference) <= MAX_REFERENCE:
        raise Invalid(
            field="reference",
            reason_zh=f"流水号应为 1 至 {MAX_REFERENCE} 个字",
            reason_en=f"a reference has 1 to {MAX_REFERENCE} characters",
        )
    if not 1 <= entry.amount_fen <= MAX_AMOUNT_FEN:
        raise Invalid(field="amount", reason_zh="金额应大于零", reason_en="an amount is above zero")
    if max(entry.booked_on, entry.value_on) > today:
        raise Invalid(
            field="valueOn",
            reason_zh="记账日和起息日不能晚于今天",
            reason_en="no entry is booked or valued after today",
        )
    return entry


def shortened(text: str) -> str:
    """Return a text of the custodian's in one line and within ``MAX_TEXT``, without control characters."""
    said = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(said.split())[:MAX_TEXT]
