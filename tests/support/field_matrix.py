"""Who must not touch what a worker's phone sent: commands and queries for the proofs as two tenants; two workers are in ``tests/field``."""

from collections.abc import Callable
from typing import Any

from filled_field import SHA256
from small_field import jwk_of, new_device_key
from small_world import World
from trespassing import EVERYONE_BUT_SUBJECTS, Case, by

from suxin.grid.field.models import CaptureItem
from suxin.grid.field.states import Choice
from suxin.kernel.ids import new_id
from suxin.kernel.refusals import Forbidden, NotFound

Given = Callable[[World], dict[str, Any]]
EVERYBODY = (*EVERYONE_BUT_SUBJECTS, "stranger")


def staffed(given: Given) -> list[Case]:
    return by(EVERYBODY, Forbidden, given)


def nothing(_world: World) -> dict[str, Any]:
    return {}


def village(world: World) -> dict[str, Any]:
    return {"tenant_id": world.field.tenant_id}


def device(world: World) -> dict[str, Any]:
    return {"device_id": world.field.device_id}


def enrolled(world: World) -> dict[str, Any]:
    return {
        "device_id": new_id(world.city.now),
        "name": "x",
        "key": jwk_of(new_device_key()),
    }


def sent(world: World) -> dict[str, Any]:
    return device(world) | {"items": [], "sealer": world.city.sealer}


def begun(world: World) -> dict[str, Any]:
    return {"sha256": SHA256, "size_bytes": 9, "capture_id": world.field.capture_id}


def piece(world: World) -> dict[str, Any]:
    return {"sha256": SHA256, "starts_at": 1, "piece": b"x", "sealer": world.city.sealer}


def choice(world: World) -> dict[str, Any]:
    return {
        "item_id": world.field.item_id,
        "choices": {"note": Choice.KEEP},
        "sealer": world.city.sealer,
    }


COMMANDS: dict[str, list[Case]] = {
    "grid.field.choosing.settle_conflict": staffed(choice),
    "grid.field.devices.end_device": staffed(device),
    "grid.field.devices.enrol_device": staffed(enrolled),
    "grid.field.receiving.receive_piece": staffed(piece),
    "grid.field.roster.roster": staffed(device),
    "grid.field.syncing.sync_items": staffed(sent),
    "grid.field.uploading.add_piece": staffed(piece),
    "grid.field.uploading.open_upload": staffed(begun),
}


def own_device(world: World) -> dict[str, Any]:
    return village(world) | device(world)


def capture(world: World) -> dict[str, Any]:
    return village(world) | {"capture_id": world.field.capture_id}


def captures(world: World) -> dict[str, Any]:
    return village(world) | {"ids": [world.field.capture_id]}


def items(world: World) -> dict[str, Any]:
    return village(world) | {"ids": [world.field.item_id]}


def item(world: World) -> dict[str, Any]:
    return village(world) | {"item_id": world.field.item_id}


def place(world: World) -> dict[str, Any]:
    return capture(world) | {"branch_id": world.field.branch_id, "position": 1}


def after(world: World) -> dict[str, Any]:
    found = CaptureItem(**capture(world), branch_id=world.field.branch_id, position=2)
    return {"item": found}


def worker(world: World) -> dict[str, Any]:
    return village(world) | {"staff_id": world.field.staff_id}


def photo(world: World) -> dict[str, Any]:
    return worker(world) | {"sha256": SHA256}


QUERIES: dict[str, tuple[str, Given, Any]] = {
    "grid.field.queries.own_devices": ("rival", nothing, Forbidden),
    "grid.field.queries.device_of": ("rival", own_device, NotFound),
    "grid.field.queries.devices_shown": ("rival", nothing, Forbidden),
    "grid.field.queries.device_shown": ("rival", device, Forbidden),
    "grid.field.queries.lock_device": ("rival", own_device, NotFound),
    "grid.field.queries.items_of_device": ("rival", own_device, None),
    "grid.field.queries.lock_capture": ("rival", capture, None),
    "grid.field.queries.items_known": ("rival", items, None),
    "grid.field.queries.item_at": ("rival", place, None),
    "grid.field.queries.nearest_before": ("rival", after, None),
    "grid.field.queries.version_of": ("rival", lambda w: capture(w) | {"version": 1}, None),
    "grid.field.queries.held_of": ("rival", capture, None),
    "grid.field.queries.count_held": ("rival", worker, None),
    "grid.field.queries.captures_at": ("rival", captures, None),
    "grid.field.queries.captures_begun": ("rival", captures, None),
    "grid.field.queries.uploads_live": (
        "rival",
        lambda world: worker(world) | {"digests": [SHA256]},
        None,
    ),
    "grid.field.queries.captures_waiting": ("rival", photo, None),
    "grid.field.queries.conflicts": ("rival", nothing, Forbidden),
    "grid.field.queries.conflicts_waiting": ("rival", nothing, Forbidden),
    "grid.field.queries.own_captures": (
        "rival",
        lambda world: {"ids": [world.field.capture_id]},
        Forbidden,
    ),
    "grid.field.queries.lock_item": ("rival", item, NotFound),
    "grid.field.queries.live_upload": ("rival", photo, None),
    "grid.field.queries.count_uploads": ("rival", worker, None),
    "grid.field.queries.pieces_of": (
        "rival",
        lambda world: village(world) | {"upload_id": world.field.upload_id},
        None,
    ),
}
