"""Signatures from the pad: a small PNG as a data URL, checked before it is sealed; and the numbers of papers and terminals.

What is kept must open in ten years with any program: the chunks must be whole, and there must be something on it.
"""

import base64
import binascii
import re
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from typing import Final

from suxin.kernel.refusals import Invalid, Refusal, RefusalKind

MAX_SIGNATURE_BYTES: Final = 48 * 1024
"""So that its Base64 is no longer than what is sealed at once."""

MAX_SIDE_PIXELS: Final = 2_000
MIN_LINES: Final = 8
"""Fewer different lines of pixels are an empty pad, or a dot."""

_PREFIX: Final = "data:image/png;base64,"
_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_HEAD: Final = struct.Struct(">IIBBBBB")
_CHUNK: Final = struct.Struct(">I4s")
_CRC_BYTES: Final = 4
_RGBA_BITS: Final = (8, 6)
_BYTES_A_PIXEL: Final = 4
_PAPER: Final = re.compile(r"[0-9A-Z][0-9A-Z-]{5,31}", re.ASCII)
_TERMINAL: Final = re.compile(r"[0-9A-Z][0-9A-Z-]{7,39}", re.ASCII)


class SignatureUnusable(Refusal):
    """What came from the pad is no signature that can be kept."""

    code = "SIGNATURE_UNUSABLE"
    kind = RefusalKind.INVALID
    zh = "签名无法使用：{reason_zh}，请清除后重签，或改用纸质签字"
    en = "The signature cannot be used: {reason_en}; sign again, or on paper"


def check_signature(data_url: str) -> str:
    """Return the Base64 of the PNG in a data URL.

    :raises SignatureUnusable: if it is no PNG as the pad makes it, too large, or empty
    """
    encoded = data_url.removeprefix(_PREFIX)
    if not data_url.startswith(_PREFIX):
        raise _unusable("未收到签名图像", "no image came")
    if len(encoded) > MAX_SIGNATURE_BYTES * 4 // 3:
        raise _unusable("图像过大", "the image is too large")
    try:
        png = base64.b64decode(encoded, validate=True)
        lines = _lines(png)
    except (binascii.Error, ValueError, struct.error, zlib.error):
        raise _unusable("图像已损坏", "the image is damaged") from None
    if len(set(lines)) < MIN_LINES:
        raise _unusable("签名板为空", "the pad is empty")
    return encoded


def check_paper_number(text: str) -> str:
    """Return the number of a paper that somebody signed, as the counter files it.

    :raises Invalid: if it is not one
    """
    number = _compact(text)
    if not _PAPER.fullmatch(number):
        raise Invalid(
            field="paperNumber",
            reason_zh="应为 6 至 32 位数字、字母或短横",
            reason_en="it has 6 to 32 digits, letters or hyphens",
        )
    return number


def check_terminal_ref(text: str) -> str:
    """Return the number that the counter's terminal gave a reading of a card, or a picture.

    :raises Invalid: if it is not one
    """
    number = _compact(text)
    if not _TERMINAL.fullmatch(number):
        raise Invalid(
            field="terminalRef",
            reason_zh="应为 8 至 40 位数字、字母或短横",
            reason_en="it has 8 to 40 digits, letters or hyphens",
        )
    return number


def _compact(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _lines(png: bytes) -> list[bytes]:
    """Return the lines of pixels, filtered as they are stored.

    :raises ValueError: if it is not a whole PNG of the pad's kind and size
    """
    chunks = list(_chunks(png))
    if not chunks:
        raise ValueError
    width, height, *form = _HEAD.unpack(chunks[0][1])
    if chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND" or form != [*_RGBA_BITS, 0, 0, 0]:
        raise ValueError
    if not (0 < width <= MAX_SIDE_PIXELS and 0 < height <= MAX_SIDE_PIXELS):
        raise ValueError
    size = 1 + width * _BYTES_A_PIXEL
    packed = b"".join(content for kind, content in chunks if kind == b"IDAT")
    opened = zlib.decompressobj()
    pixels = opened.decompress(packed, size * height + 1)
    if len(pixels) != size * height:
        raise ValueError
    return [pixels[at : at + size] for at in range(0, len(pixels), size)]


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not png.startswith(_MAGIC):
        raise ValueError
    at = len(_MAGIC)
    while at < len(png):
        length, kind = _CHUNK.unpack_from(png, at)
        begin, end = at + _CHUNK.size, at + _CHUNK.size + length
        told = png[end : end + _CRC_BYTES]
        if zlib.crc32(png[at + _CRC_BYTES : end]).to_bytes(_CRC_BYTES) != told:
            raise ValueError
        yield kind, png[begin:end]
        at = end + _CRC_BYTES


def _unusable(reason_zh: str, reason_en: str) -> SignatureUnusable:
    return SignatureUnusable(field="signature", reason_zh=reason_zh, reason_en=reason_en)
