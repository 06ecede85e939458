"""What a capture says, what an item is, and the digest by which a device and the platform know that they mean the same."""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, Self
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from suxin.grid.contents import ClaimContent, Place
from suxin.grid.field.states import ItemKind
from suxin.kernel.refusals import Invalid

MERGED: Final = ("member", "rule", "times", "day", "note")
"""The fields that an update may change."""

_HALF: Final = 32
"""Bytes of each of the two numbers of a signature (IEEE P1363, as browsers write it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What a capture says; ``photos`` are the SHA-256 of files that come by themselves, ``place`` thousandths of a degree."""

    household: UUID
    member: UUID | None
    rule: str
    times: int
    day: date
    note: str
    place: tuple[int, int] | None
    photos: tuple[str, ...]

    def stored(self) -> dict[str, Any]:
        """Return it as it is kept."""
        return {
            "household": str(self.household),
            "member": None if self.member is None else str(self.member),
            "rule": self.rule,
            "times": self.times,
            "day": self.day.isoformat(),
            "note": self.note,
            "place": None if self.place is None else list(self.place),
            "photos": list(self.photos),
        }

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """Return what was kept."""
        place = stored["place"]
        return cls(
            household=UUID(stored["household"]),
            member=None if stored["member"] is None else UUID(stored["member"]),
            rule=stored["rule"],
            times=stored["times"],
            day=date.fromisoformat(stored["day"]),
            note=stored["note"],
            place=None if place is None else (place[0], place[1]),
            photos=tuple(stored["photos"]),
        )

    def claim(self, files: tuple[bytes, ...]) -> ClaimContent:
        """Return what the claim says that it becomes, with the files of its photos."""
        return ClaimContent(
            household_id=self.household,
            member_id=self.member,
            rule_code=self.rule,
            times=self.times,
            happened_on=self.day,
            note=self.note,
            place=None if self.place is None else Place(lat_milli=self.place[0], lon_milli=self.place[1]),
            photos=files,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One step of a capture as a device sends it.

    ``trunk`` is the version of the capture that the device had from the platform (0: none); ``branch`` the chain of steps that it has made since,
    in which this has the place ``position``, from 1. ``content`` is the whole capture as the device has it after the step.
    """

    id: UUID
    capture_id: UUID
    kind: ItemKind
    trunk: int
    branch: UUID
    position: int
    captured_at_ms: int
    content: Captured
    content_hash: str
    signature: str

    @property
    def captured_at(self) -> datetime:
        """When the device says that it was made."""
        return datetime.fromtimestamp(self.captured_at_ms / 1000, UTC)


def item_digest(item: Item, *, staff_id: UUID, device_id: UUID) -> str:
    """Return the SHA-256 of an item in hexadecimal, as ``docs/offline.md`` lays it down for devices."""
    said = [
        str(item.id),
        str(item.capture_id),
        item.kind.value,
        item.trunk,
        str(item.branch),
        item.position,
        str(staff_id),
        str(device_id),
        item.captured_at_ms,
        list(item.content.stored().values()),
    ]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def checked_key(jwk: dict[str, Any]) -> dict[str, str]:
    """Return a device's public key: a point of P-256 and nothing else.

    :raises Invalid: if it is none
    """
    try:
        named = (jwk["kty"], jwk["crv"]) == ("EC", "P-256")
        _numbers(jwk).public_key()
    except (KeyError, TypeError, ValueError, binascii.Error):
        named = False
    if not named:
        raise Invalid(
            field="key", reason_zh="不是 P-256 公钥", reason_en="it is no public key of P-256"
        )
    return {"kty": "EC", "crv": "P-256", "x": jwk["x"], "y": jwk["y"]}


def signed_by(jwk: dict[str, str], text: str, signature: str) -> bool:
    """Return whether a device's key signed a text (ECDSA, P-256, SHA-256; base64url of both numbers)."""
    try:
        raw = _unpadded(signature)
        if len(raw) != 2 * _HALF:
            return False
        pair = (int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:]))
        key = _numbers(jwk).public_key()
        key.verify(encode_dss_signature(*pair), text.encode(), ECDSA(SHA256()))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def _numbers(jwk: dict[str, Any]) -> EllipticCurvePublicNumbers:
    x, y = (int.from_bytes(_unpadded(jwk[name])) for name in ("x", "y"))
    return EllipticCurvePublicNumbers(x, y, SECP256R1())


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
