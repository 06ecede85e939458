"""Presentation codes (权益码): what somebody shows at a counter instead of saying who he is.

A pass is opened on the phone for one merchant and one matter. It has a random number and a key, from which the phone works
out a code for each window of 30 seconds, also without a connection until the pass ends::

    mac   = HMAC-SHA-256(key, "SXP1" | number, six digits | window, eight bytes, big-endian)
    typed = number | five digits of mac, truncated as in RFC 4226 §5.3 | check digit, ISO/IEC 7064 MOD 11,10
    QR    = "SXP1." | number | "." | base32 of the first 15 bytes of mac

The number is drawn anew for each pass and names nobody. On paper the window is always 0 and nine digits are written, because
paper lasts longer than a window. The lengths and times are proposed defaults (demo configuration).
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from stdnum.iso7064 import mod_11_10

from suxin.kernel.refusals import Refusal, RefusalKind
from suxin.subjects.models import PassKind

WINDOW: Final = timedelta(seconds=30)
"""How long one code is shown (RFC 6238 §5.2 recommends 30 seconds)."""

WINDOWS_ACCEPTED: Final = 2
"""The present window and the one before it: time enough to hold the phone out and to scan."""

NUMBER_DIGITS: Final = 6
PHONE_DIGITS: Final = 5
PAPER_DIGITS: Final = 9
PAPER_WINDOW: Final = 0
MAX_CODE_CHARACTERS: Final = 64

_LABEL: Final = "SXP1"
_MARK_BYTES: Final = 15
_QR: Final = re.compile(rf"{_LABEL}\.(?P<number>\d{{{NUMBER_DIGITS}}})\.(?P<mark>[A-Z2-7]{{24}})")
_PHONE_LENGTH: Final = NUMBER_DIGITS + PHONE_DIGITS + 1
_PAPER_LENGTH: Final = NUMBER_DIGITS + PAPER_DIGITS + 1
_GROUP: Final = 4
_OFFSET_MASK, _SIGN_MASK = 0x0F, 0x7FFF_FFFF


class CodeUnreadable(Refusal):
    """What was scanned or typed is no presentation code: another QR code, a digit too few, or one mistyped."""

    code = "PRESENTATION_CODE_UNREADABLE"
    kind = RefusalKind.INVALID
    zh = "这不是权益码，或有数字输错，请核对后重新输入"
    en = "This is not a presentation code, or a digit is wrong; please check it"


@dataclass(frozen=True, slots=True)
class Shown:
    """A code as it was scanned or typed: whose number it names, and what proves it."""

    number: int
    kind: PassKind
    proof: str
    scanned: bool


def read_code(text: str) -> Shown:
    """Return what a scanned or typed text says.

    :raises CodeUnreadable: if it is no code, or its check digit is wrong
    """
    plain = "" if len(text) > MAX_CODE_CHARACTERS else unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[\s\-]", "", plain).upper()
    scanned = _QR.fullmatch(plain)
    if scanned is not None:
        return Shown(int(scanned["number"]), PassKind.PHONE, scanned["mark"], scanned=True)
    kind = {_PHONE_LENGTH: PassKind.PHONE, _PAPER_LENGTH: PassKind.PAPER}.get(len(plain))
    if kind is None or not (plain.isascii() and plain.isdigit() and mod_11_10.is_valid(plain)):
        raise CodeUnreadable(field="code")
    number, proof = int(plain[:NUMBER_DIGITS]), plain[NUMBER_DIGITS:-1]
    return Shown(number, kind, proof, scanned=False)


def window_of(moment: datetime) -> int:
    """Return the number of the window that a moment lies in."""
    return int(moment.timestamp()) // int(WINDOW.total_seconds())


def typed_code(key: bytes, number: int, *, kind: PassKind, window: int) -> str:
    """Return the code as it is typed, in groups of four digits."""
    body = f"{number:0{NUMBER_DIGITS}d}{_digits(_mac(key, number, window), kind)}"
    whole = body + mod_11_10.calc_check_digit(body)
    return " ".join(whole[place : place + _GROUP] for place in range(0, len(whole), _GROUP))


def scanned_code(key: bytes, number: int, *, window: int) -> str:
    """Return the code as the phone's QR code holds it."""
    mark = base64.b32encode(_mac(key, number, window)[:_MARK_BYTES]).decode()
    return f"{_LABEL}.{number:0{NUMBER_DIGITS}d}.{mark}"


def proves(shown: Shown, keys: Iterable[bytes], windows: Iterable[int]) -> bool:
    """Tell whether a code was made with one of these keys in one of these windows; every one is tried, whichever fits."""
    tried = tuple(windows)
    compared = [
        hmac.compare_digest(_proof(shown, _mac(key, shown.number, window)), shown.proof)
        for key in keys
        for window in tried
    ]
    return any(compared)


def _proof(shown: Shown, mac: bytes) -> str:
    if shown.scanned:
        return base64.b32encode(mac[:_MARK_BYTES]).decode()
    return _digits(mac, shown.kind)


def _mac(key: bytes, number: int, window: int) -> bytes:
    said = f"{_LABEL}{number:0{NUMBER_DIGITS}d}".encode() + window.to_bytes(8)
    return hmac.digest(key, said, hashlib.sha256)


def _digits(mac: bytes, kind: PassKind) -> str:
    """Return the digits of a MAC: dynamically truncated for a phone (RFC 4226 §5.3), of its first eight bytes for paper."""
    if kind is PassKind.PAPER:
        return f"{int.from_bytes(mac[:8]) % 10**PAPER_DIGITS:0{PAPER_DIGITS}d}"
    offset = mac[-1] & _OFFSET_MASK
    truncated = int.from_bytes(mac[offset : offset + 4]) & _SIGN_MASK
    return f"{truncated % 10**PHONE_DIGITS:0{PHONE_DIGITS}d}"
