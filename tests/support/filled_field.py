"""What a worker's phone sent, after everything has happened once: the first bank keeps it, as if it were a village."""

import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg
from filled_villages import FilledVillage
from sample_rows import insert, sample
from small_city import SmallCity

from suxin.grid.field.contents import Captured
from suxin.grid.field.models import (
    Capture,
    CaptureItem,
    CaptureVersion,
    FieldDevice,
    PhotoPiece,
    PhotoUpload,
)

SHA256 = "0" * 64


@dataclass(frozen=True, kw_only=True)
class FilledField:
    """The ids of what came from one phone."""

    tenant_id: UUID
    staff_id: UUID
    device_id: UUID
    capture_id: UUID
    item_id: UUID
    branch_id: UUID
    upload_id: UUID


async def fill_field(
    city: SmallCity, admin: asyncpg.Connection, village: FilledVillage, staff_id: UUID
) -> FilledField:
    """Let the first bank have a phone, a capture with a version and an item in conflict, and a photo on its way."""
    own = {"tenant_id": village.tenant_id}
    said = Captured(
        household=village.household_id,
        member=None,
        rule="hour",
        times=1,
        day=city.now.date(),
        note="",
        place=None,
        photos=(SHA256,),
    )
    content = json.dumps(said.stored())
    device = sample(FieldDevice, city.now, **own, staff_id=staff_id)
    await insert(admin, FieldDevice, device | {"name": "phone"})
    capture = sample(
        Capture,
        city.now,
        **own,
        captured_by=staff_id,
        content=content,
        complete_by=city.now + timedelta(days=7),
    )
    await insert(admin, Capture, capture)
    of_capture = own | {"capture_id": capture["id"]}
    await insert(admin, CaptureVersion, sample(CaptureVersion, city.now, **of_capture, version=1, content=content))  # fmt: skip
    item = sample(
        CaptureItem,
        city.now,
        **of_capture,
        kind="update",
        trunk_version=1,
        position=1,
        content=content,
        content_hash=SHA256,
        device_id=device["id"],
        captured_by=staff_id,
        verdict="conflict",
        open_fields=["note"],
    )
    await insert(admin, CaptureItem, item)
    upload = sample(PhotoUpload, city.now, **own, staff_id=staff_id, sha256=SHA256, size_bytes=9, received_bytes=1)  # fmt: skip
    await insert(admin, PhotoUpload, upload)
    piece = sample(PhotoPiece, city.now, **own, upload_id=upload["id"], starts_at=0, sha256=SHA256, key_sealed=b"x", content=b"x")  # fmt: skip
    await insert(admin, PhotoPiece, piece)
    return FilledField(
        tenant_id=village.tenant_id,
        staff_id=staff_id,
        device_id=device["id"],
        capture_id=capture["id"],
        item_id=item["id"],
        branch_id=item["branch_id"],
        upload_id=upload["id"],
    )
