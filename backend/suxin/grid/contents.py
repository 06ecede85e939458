"""What a claim says, and the digest by which a device and the platform know that they mean the same."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

MAX_NOTE: Final = 300
MAX_PHOTOS: Final = 3
MAX_AGE_DAYS: Final = 31
"""How many days ago something may have been done that is claimed today. Proposed."""

MILLI: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it was, in thousandths of a degree: about a hundred metres, and no more is taken (PIPL art. 6)."""

    lat_milli: int
    lon_milli: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimContent:
    """What a claim says. ``photos`` are the files as they were made, in their order."""

    household_id: UUID
    member_id: UUID | None
    rule_code: str
    times: int
    happened_on: date
    note: str
    place: Place | None = None
    photos: tuple[bytes, ...] = ()


def coarse(latitude: float, longitude: float) -> Place | None:
    """Return a place to about a hundred metres; none if it is not on earth."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004 - degrees
        return None
    return Place(lat_milli=round(latitude * MILLI), lon_milli=round(longitude * MILLI))


def digest(content: ClaimContent) -> str:
    """Return the SHA-256 of a claim in hexadecimal, as ``docs/points.md`` lays it down for devices.

    It is that of a JSON array without spaces, in UTF-8: household, member or null, rule, times, day, note, the place's two numbers or null, and the
    SHA-256 of each photo.
    """
    return digest_with(content, [hashlib.sha256(photo).hexdigest() for photo in content.photos])


def digest_with(content: ClaimContent, photos: Sequence[str]) -> str:
    """Return the digest of a claim whose photos are known by theirs alone."""
    place = content.place
    said = [
        str(content.household_id),
        None if content.member_id is None else str(content.member_id),
        content.rule_code,
        content.times,
        content.happened_on.isoformat(),
        content.note,
        None if place is None else [place.lat_milli, place.lon_milli],
        list(photos),
    ]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
