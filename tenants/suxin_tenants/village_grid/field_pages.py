"""Work in the field (离线采集): an installable web app that records claims without signal, and what it says to the platform when there is some.

The page itself is the same for everybody and names nobody, so that a phone may keep it; who works with it comes as JSON. A service worker keeps
page and scripts, for addresses under ``/desk/field`` alone.
"""

import hashlib
import json
from typing import Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.grid.contents import MAX_NOTE, MAX_PHOTOS
from suxin.grid.field.devices import enrol_device
from suxin.grid.field.policies import (
    CAPTURE,
    MAX_PIECE_BYTES,
    MAX_PIN_TRIES,
    ROSTER_KEPT,
)
from suxin.grid.field.queries import own_captures
from suxin.grid.field.receiving import receive_piece
from suxin.grid.field.roster import changed, roster
from suxin.grid.field.standing import keeps_its_roster
from suxin.grid.field.syncing import Receipt, sync_items
from suxin.grid.field.uploading import UploadStanding, open_upload, standing
from suxin.grid.policies import CLAIM_RECORD
from suxin.grid.queries import rules_in_force
from suxin.grid.refusals import NoRulesInForce
from suxin.grid.states import Claimant
from suxin.kernel.actor import Actor
from suxin.kernel.working_days import local_day
from suxin.tenancy.queries import names_at_work
from suxin_tenants.desk_assets import DESK_ASSETS
from suxin_tenants.village_grid.field_messages import (
    CapturesAsked,
    DeviceSent,
    ItemsSent,
    PassShown,
    PhotoSent,
    PhotoShown,
    ReceiptsShown,
    RosterAsked,
    RosterShown,
    StandingAsked,
    StandingShown,
    captures_shown,
    item_of,
    part_shown,
    read_message,
    receipt_shown,
    rule_shown,
)
from suxin_tenants.village_grid.point_pages import require
from suxin_tenants.visits import PAGES, Answer, GivenVisit
from suxin_web.callers import AnyRequest, client_address
from suxin_web.csrf import csrf_token
from suxin_web.rate_limits import Limit
from suxin_web.request_ids import request_id_of
from suxin_web.runtime import GivenRuntime

SCOPE: Final = "/desk/field"
PUBLIC_PATH: Final = "/field/standing"
MAX_BODY_BYTES: Final = 512 * 1024
"""Room for as many items as one message may bring, each with the longest note."""

MAX_ASKED_BYTES: Final = 8 * 1024
STANDING: Final = Limit(name="field.standing", burst=30, per_minute=30)
_LOADED: Final = ("field/app.js", "scan.js", "field/field.css", "suxin.css", "logo.svg")
_IMPORTED: Final = tuple(
    f"field/{name}.js" for name in ("forms", "photos", "platform", "rules", "sending", "store", "vault")
)  # fmt: skip
_DECODER: Final = "vendor/qr/decode.js"


@get("/field")
async def show_field(visit: GivenVisit) -> Answer:
    """Show the app; it is the same for everybody."""
    require(visit, CLAIM_RECORD)
    return visit.part("village_grid/field.html", _page())


@get("/field/worker.js")
async def show_field_worker(visit: GivenVisit) -> Answer:
    """Give the service worker, which keeps the app's own files; it is another one when one of them is."""
    require(visit, CLAIM_RECORD)
    kept = [SCOPE, *map(PAGES.asset, _LOADED), *(_plain(path) for path in (*_IMPORTED, _DECODER))]
    versions = json.dumps([kept, [PAGES.asset(path) for path in (*_IMPORTED, _DECODER)]])
    page = visit.part("village_grid/field.html", _page()).content
    version = hashlib.sha256(versions.encode() + page).hexdigest()[:12]
    worker = visit.part("village_grid/field_worker.js", {"files": kept, "version": version})
    headers = {"Service-Worker-Allowed": SCOPE, "Cache-Control": "no-cache"}
    return Response(worker.content, media_type="text/javascript", headers=headers)


@get("/field/pass")
async def show_field_pass(visit: GivenVisit) -> Answer:
    """Tell a phone who works with it, and give it the rules that it records by."""
    require(visit, CLAIM_RECORD)
    tenant_id = visit.actor.own_tenant
    async with visit.reading() as session:
        tenant, staff = await names_at_work(session, tenant_id, visit.actor.staff_id)
        try:
            book = await rules_in_force(session, tenant_id, on=local_day(visit.world_now))
            rules = [one for one in book.rules.rules if Claimant.WORKER in one.claimants]
        except NoRulesInForce:
            rules = []
    return _json(
        PassShown(
            tenant_id=tenant_id,
            tenant=tenant,
            staff_id=visit.actor.own_staff,
            staff=staff,
            csrf=csrf_token(visit.request),
            server_time=visit.now,
            capture_until=visit.now + CAPTURE,
            roster_until=visit.now + ROSTER_KEPT,
            rules=[rule_shown(one) for one in rules],
        )
    )


@post("/field/devices", status_code=200, request_max_body_size=MAX_ASKED_BYTES)
async def send_field_device(visit: GivenVisit) -> Answer:
    """Enrol a phone; the same once more changes nothing."""
    require(visit, CLAIM_RECORD)
    sent = read_message(await visit.request.body(), DeviceSent)

    async def work(session: AsyncSession) -> None:
        await enrol_device(
            session,
            visit.actor,
            device_id=sent.device_id,
            name=sent.name,
            key=sent.key,
            now=visit.world_now,
        )

    await visit.runtime.database.run(visit.actor, work, now=visit.world_now)
    return _json(StandingShown(keep=True))


@post("/field/roster", status_code=200, request_max_body_size=MAX_ASKED_BYTES)
async def send_field_roster(visit: GivenVisit) -> Answer:
    """Give the parts of the roster that changed since a phone asked last."""
    require(visit, CLAIM_RECORD)
    sent = read_message(await visit.request.body(), RosterAsked)
    async with visit.reading() as session:
        parts = await roster(session, visit.actor, device_id=sent.device_id, now=visit.world_now)
    return _json(
        RosterShown(
            versions=[one.version for one in parts],
            parts=[part_shown(one) for one in changed(parts, sent.known)],
        )
    )


@post("/field/items", status_code=200, request_max_body_size=MAX_BODY_BYTES)
async def send_field_items(visit: GivenVisit) -> Answer:
    """Take what a phone recorded, and answer each item; sent again, each is answered as it stands."""
    require(visit, CLAIM_RECORD)
    sent = read_message(await visit.request.body(), ItemsSent)
    items = [item_of(one) for one in sent.items]

    async def work(session: AsyncSession) -> list[Receipt]:
        return await sync_items(
            session,
            visit.actor,
            device_id=sent.device_id,
            items=items,
            sealer=visit.runtime.sealer,
            now=visit.world_now,
        )

    receipts = await visit.runtime.database.run(visit.actor, work, now=visit.world_now)
    return _json(ReceiptsShown(receipts=[receipt_shown(one) for one in receipts]))


@post("/field/captures", status_code=200, request_max_body_size=MAX_ASKED_BYTES)
async def ask_captures(visit: GivenVisit) -> Answer:
    """Tell a phone where captures stand of which it has sent everything: their photos came, or somebody chose."""
    require(visit, CLAIM_RECORD)
    sent = read_message(await visit.request.body(), CapturesAsked)
    async with visit.reading() as session:
        return _json(captures_shown(await own_captures(session, visit.actor, sent.ids)))


@post("/field/photos", status_code=200, request_max_body_size=MAX_ASKED_BYTES)
async def send_field_photo(visit: GivenVisit) -> Answer:
    """Begin a photo, or tell how much of it is here."""
    require(visit, CLAIM_RECORD)
    sent = read_message(await visit.request.body(), PhotoSent)

    async def work(session: AsyncSession) -> UploadStanding:
        return await open_upload(
            session,
            visit.actor,
            sha256=sent.sha256,
            size_bytes=sent.size,
            capture_id=sent.capture_id,
            now=visit.world_now,
        )

    stands = await visit.runtime.database.run(visit.actor, work, now=visit.world_now)
    return _json(PhotoShown(offset=stands.received_bytes, done=stands.done))


@post("/field/photos/{sha256:str}/{at:int}", status_code=200, request_max_body_size=MAX_PIECE_BYTES)
async def send_field_piece(visit: GivenVisit, sha256: FromPath[str], at: FromPath[int]) -> Answer:
    """Take the next piece of a photo, which begins at ``at``."""
    require(visit, CLAIM_RECORD)
    piece = await visit.request.body()

    async def work(session: AsyncSession) -> UploadStanding:
        upload = await receive_piece(
            session,
            visit.actor,
            sha256=sha256,
            starts_at=at,
            piece=piece,
            sealer=visit.runtime.sealer,
            now=visit.world_now,
        )
        return standing(upload)

    stands = await visit.runtime.database.run(visit.actor, work, now=visit.world_now)
    return _json(PhotoShown(offset=stands.received_bytes, done=stands.done))


@post(PUBLIC_PATH, status_code=200, include_in_schema=False, request_max_body_size=MAX_ASKED_BYTES)
async def ask_standing(request: AnyRequest, runtime: GivenRuntime) -> Answer:
    """Tell a phone, by its own key, whether it may keep what it keeps; its worker may be logged in no more."""
    await runtime.limits.take(STANDING, client_address(request))
    sent = read_message(await request.body(), StandingAsked)
    now = runtime.clock.now()
    system = Actor.system(request_id_of(request), tenant_id=sent.tenant_id)
    async with runtime.database.snapshot(system, now=now) as session:
        keep = await keeps_its_roster(
            session,
            tenant_id=sent.tenant_id,
            device_id=sent.device_id,
            asked_at_ms=sent.asked_at_ms,
            signature=sent.signature,
            profiles=runtime.profiles,
            now=now,
        )
    return _json(StandingShown(keep=keep))


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_field,
    show_field_worker,
    show_field_pass,
    send_field_device,
    send_field_roster,
    send_field_items,
    ask_captures,
    send_field_photo,
    send_field_piece,
)


def _page() -> dict[str, object]:
    return {"max_note": MAX_NOTE, "max_photos": MAX_PHOTOS, "max_tries": MAX_PIN_TRIES}


def _plain(path: str) -> str:
    """Return the address under which one module imports another: it names no version."""
    return f"{DESK_ASSETS.prefix}/{path}"


def _json(shown: msgspec.Struct) -> Answer:
    return Response(msgspec.json.encode(shown), media_type="application/json")
