"""Photos: made anew, so that nothing but the picture is left (no place, no time, no device), and what they look like in 64 bits.

A file is read with bounds on its bytes and its pixels before anything is unpacked.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from suxin.grid.refusals import PhotoUnreadable
from suxin.kernel.sealed_documents import DocumentTooLarge

MAX_PHOTO_BYTES: Final = 6 * 1024 * 1024
"""A phone's photo; larger ones are made smaller by the page before they are sent."""

MAX_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 1_600
QUALITY: Final = 82
ALIKE_BITS: Final = 6
"""In how many of 64 bits two looks differ at most that are of one scene. Proposed."""

_SIDE: Final = 8
_FORMATS: Final = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo as it is kept: a JPEG, not larger than was asked for, with the digest of the file that it was made from."""

    jpeg: bytes
    original_sha256: str
    look: int
    width: int
    height: int


def made_anew(
    content: bytes, *, field: str = "photos", longest_side: int = LONGEST_SIDE
) -> Picture:
    """Return a photo made anew from a file: upright, not larger than is needed, and without what a camera writes beside it.

    ``field`` is what a refusal is said of, ``longest_side`` in pixels.

    :raises DocumentTooLarge: if the file is larger than ``MAX_PHOTO_BYTES``, or empty
    :raises PhotoUnreadable: if it is no JPEG, PNG or WebP, is damaged, or has too many pixels
    Source: PIPL art. 6, 28
    """
    if not 1 <= len(content) <= MAX_PHOTO_BYTES:
        raise DocumentTooLarge(field=field, limit_mb=MAX_PHOTO_BYTES // 1024**2)
    try:
        with warnings.catch_warnings():
            # A picture that unpacks to a multiple of its size is refused by its pixels below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise PhotoUnreadable(field=field)
                picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:  # fmt: skip
        raise PhotoUnreadable(field=field) from error
    picture.thumbnail((longest_side, longest_side))
    # A new picture of the same pixels: what the old one carried beside them is not in it.
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=QUALITY)
    return Picture(
        jpeg=written.getvalue(),
        original_sha256=hashlib.sha256(content).hexdigest(),
        look=look_of(bare),
        width=bare.width,
        height=bare.height,
    )


def look_of(picture: Image.Image) -> int:
    """Return what a picture looks like as 64 bits, signed: whether it gets brighter from left to right at each place (difference hash)."""
    small = picture.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BILINEAR).tobytes()
    bits = 0
    for row in range(_SIDE):
        for column in range(_SIDE):
            at = row * (_SIDE + 1) + column
            bits = bits << 1 | (small[at] < small[at + 1])
    return bits - (1 << 64) if bits >> 63 else bits


def alike(one: int, other: int) -> bool:
    """Return whether two looks are of one scene."""
    return ((one ^ other) & (1 << 64) - 1).bit_count() <= ALIKE_BITS
