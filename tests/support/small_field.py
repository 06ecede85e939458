"""A phone in the field of a test's small village: its key, what it records, and what it sends."""

import base64
import hashlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from small_points import SmallPoints

from suxin.grid.field.contents import Captured, Item, item_digest
from suxin.grid.field.devices import enrol_device
from suxin.grid.field.policies import MAX_PIECE_BYTES
from suxin.grid.field.receiving import receive_piece
from suxin.grid.field.states import ItemKind
from suxin.grid.field.syncing import Receipt, sync_items
from suxin.grid.field.uploading import open_upload
from suxin.kernel.actor import Actor
from suxin.kernel.ids import new_id
from suxin.kernel.working_days import local_day


def unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def jwk_of(key: EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    x, y = (unpadded(one.to_bytes(32)) for one in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def signature_of(key: EllipticCurvePrivateKey, text: str) -> str:
    r, s = decode_dss_signature(key.sign(text.encode(), ECDSA(SHA256())))
    return unpadded(r.to_bytes(32) + s.to_bytes(32))


def new_device_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@dataclass(kw_only=True)
class SmallPhone:
    """One worker's phone."""

    points: SmallPoints
    actor: Actor
    id: UUID = field(default_factory=uuid4)
    key: EllipticCurvePrivateKey = field(default_factory=new_device_key)

    @classmethod
    async def enrolled(
        cls, points: SmallPoints, by: str = "grid_worker", *, staff_id: UUID | None = None
    ) -> Self:
        actor = points.person(by)
        phone = cls(
            points=points, actor=actor if staff_id is None else replace(actor, staff_id=staff_id)
        )
        await phone.points.city.act(
            enrol_device, phone.actor, device_id=phone.id, name="手机", key=jwk_of(phone.key)
        )
        return phone

    def says(self, **changes: Any) -> Captured:
        values: dict[str, Any] = {
            "household": self.points.households[0],
            "member": self.points.members[0],
            "rule": "hour",
            "times": 2,
            "day": local_day(self.points.city.now),
            "note": "打扫活动广场",
            "place": None,
            "photos": (),
            **changes,
        }
        return Captured(**values)

    def item(self, **changes: Any) -> Item:
        """Record a step: the creation of a capture, unless said otherwise."""
        now: datetime = self.points.city.now
        values: dict[str, Any] = {
            "id": new_id(now),
            "capture_id": new_id(now),
            "kind": ItemKind.CREATE,
            "trunk": 0,
            "branch": uuid4(),
            "position": 1,
            "captured_at_ms": int(now.timestamp() * 1000),
            "content": self.says(),
            "content_hash": "",
            "signature": "",
            **changes,
        }
        bare = Item(**values)
        digest = item_digest(bare, staff_id=self.actor.own_staff, device_id=self.id)
        return replace(bare, content_hash=digest, signature=signature_of(self.key, digest))

    def after(self, item: Item, **said: Any) -> Item:
        """Record the next step of a branch: the same with another content."""
        return self.item(
            capture_id=item.capture_id,
            kind=ItemKind.UPDATE,
            trunk=item.trunk,
            branch=item.branch,
            position=item.position + 1,
            content=replace(item.content, **said),
        )

    def upon(self, item: Item, version: int, **said: Any) -> Item:
        """Record the first step upon a version that the platform has."""
        return self.item(
            capture_id=item.capture_id,
            kind=ItemKind.UPDATE,
            trunk=version,
            content=replace(item.content, **said),
        )

    async def send(self, *items: Item, now: datetime | None = None) -> list[Receipt]:
        city = self.points.city
        receipts: list[Receipt] = await city.act(
            sync_items,
            self.actor,
            device_id=self.id,
            items=items,
            sealer=city.sealer,
            now=now or city.now,
        )
        return receipts

    async def upload(self, file: bytes) -> str:
        """Send a photo piece by piece; return its digest."""
        city, sha256 = self.points.city, hashlib.sha256(file).hexdigest()
        begun = await city.act(
            open_upload, self.actor, sha256=sha256, size_bytes=len(file), capture_id=uuid4()
        )
        at = begun.received_bytes
        while at < len(file):
            piece = file[at : at + MAX_PIECE_BYTES]
            await city.act(
                receive_piece, self.actor, sha256=sha256, starts_at=at, piece=piece, sealer=city.sealer
            )  # fmt: skip
            at += len(piece)
        return sha256


def as_sent(item: Item) -> dict[str, Any]:
    """An item as a phone says it in JSON."""
    return {
        "id": str(item.id),
        "captureId": str(item.capture_id),
        "kind": item.kind.value,
        "trunk": item.trunk,
        "branch": str(item.branch),
        "position": item.position,
        "capturedAtMs": item.captured_at_ms,
        "content": item.content.stored(),
        "contentHash": item.content_hash,
        "signature": item.signature,
    }


def yesterday(points: SmallPoints) -> date:
    return date.fromordinal(local_day(points.city.now).toordinal() - 1)
