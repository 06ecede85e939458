"""The gate (检票口): an installable web app that verifies tickets without signal, and what it says to the platform when there is some.

The page itself is the same for everybody and names nobody, so that a phone may keep it; who works at it comes as JSON. A service worker keeps
page and scripts, for addresses under ``/desk/gate`` alone.
"""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.exceptions import ValidationException
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.kernel.signing import KeyUse
from suxin.perks.policies import REDEMPTION_GRANT
from suxin.perks.tickets.artefacts import SpentList, short, spent_text
from suxin.perks.tickets.policies import CAPTURE, MAX_SPENDS, MAX_TICKET_CHARACTERS
from suxin.perks.tickets.queries import spent_list
from suxin.perks.tickets.syncing import Receipt, Recorded, sync_spends
from suxin.tenancy.profiles import TenantKind
from suxin.tenancy.queries import names_at_work
from suxin_tenants.desk_assets import DESK_ASSETS
from suxin_tenants.visits import PAGES, Answer, GivenVisit, Visit
from suxin_web.bodies import decoded
from suxin_web.csrf import csrf_token

SCOPE: Final = "/desk/gate"
MAX_BODY_BYTES: Final = 768 * 1024
"""Room for as many spends as one message may tell of, each with the longest text of a ticket."""

MAX_GATE: Final = 20
_LOADED: Final = ("gate/app.js", "scan.js", "gate/gate.css", "suxin.css", "logo.svg")
_IMPORTED: Final = ("gate/rules.js", "gate/reading.js", "gate/store.js", "gate/platform.js")
_DECODER: Final = "vendor/qr/decode.js"


class SpendSent(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What a gate recorded: its own id of it, the ticket's text, how many were let in, and when by its clock."""

    id: UUID
    ticket: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_TICKET_CHARACTERS)]
    persons: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    at: Annotated[datetime, msgspec.Meta(tz=True)]


class SpendsSent(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """What one worker recorded at one gate."""

    gate: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_GATE, pattern=r"^[^\x00]*$")]
    staff_id: UUID
    spends: Annotated[list[SpendSent], msgspec.Meta(min_length=1, max_length=MAX_SPENDS)]


class ReceiptShown(msgspec.Struct, rename="camel", kw_only=True):
    """The answer to one of them: ``duplicate`` where it was told of before, with what was found then as ``first``."""

    id: UUID
    verdict: str
    first: str
    zh: str


class ReceiptsShown(msgspec.Struct, rename="camel", kw_only=True):
    """The answers, one for each."""

    receipts: list[ReceiptShown]


class PassShown(msgspec.Struct, rename="camel", kw_only=True):
    """What a gate keeps: whose it is, who works at it, the keys that tickets are signed with, and until when it records by itself."""

    tenant_id: UUID
    tenant: str
    name: str
    staff_id: UUID
    staff: str
    csrf: str
    server_time: datetime
    capture_until: datetime
    keys: list[dict[str, str]]


@get("/gate")
async def show_gate(visit: GivenVisit) -> Answer:
    """Show the app; it is the same for everybody."""
    _require(visit)
    return visit.part("perks/gate.html", {"max_gate": MAX_GATE})


@get("/gate/worker.js")
async def show_worker(visit: GivenVisit) -> Answer:
    """Give the service worker, which keeps the app's own files; it is another one when one of them is."""
    _require(visit)
    kept = [SCOPE, *map(PAGES.asset, _LOADED), *(_plain(path) for path in (*_IMPORTED, _DECODER))]
    versions = json.dumps([kept, [PAGES.asset(path) for path in (*_IMPORTED, _DECODER)]])
    page = visit.part("perks/gate.html", {"max_gate": MAX_GATE}).content
    version = hashlib.sha256(versions.encode() + page).hexdigest()[:12]
    worker = visit.part("perks/gate_worker.js", {"files": kept, "version": version})
    headers = {"Service-Worker-Allowed": SCOPE, "Cache-Control": "no-cache"}
    return Response(worker.content, media_type="text/javascript", headers=headers)


@get("/gate/pass")
async def show_pass(visit: GivenVisit) -> Answer:
    """Tell a gate who works at it, and give it the keys that it verifies tickets with."""
    _require(visit)
    keys = await visit.runtime.keys.at(visit.now)
    async with visit.reading() as session:
        tenant, staff = await names_at_work(session, visit.actor.own_tenant, visit.actor.staff_id)
    return _json(
        PassShown(
            tenant_id=visit.actor.own_tenant,
            tenant=short(visit.actor.own_tenant),
            name=tenant,
            staff_id=visit.actor.own_staff,
            staff=staff,
            csrf=csrf_token(visit.request),
            server_time=visit.now,
            capture_until=visit.now + CAPTURE,
            keys=keys.published(now=visit.now, use=KeyUse.ARTEFACT)["keys"],
        )
    )


@get("/gate/spent")
async def show_spent(visit: GivenVisit) -> Answer:
    """Give the signed list of what is spent; nothing new is 304, which says as much about its age."""
    _require(visit)
    async with visit.reading() as session:
        spent = await spent_list(session, visit.actor, now=visit.world_now)
    tenant_id, tag = visit.actor.own_tenant, _tag(spent)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if visit.request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    keys = await visit.runtime.keys.at(visit.now)
    text = spent_text(spent, tenant_id=tenant_id, keys=keys, now=visit.now)
    return Response(text.encode(), media_type="application/jose", headers=headers)


@post("/gate/spends", status_code=200, request_max_body_size=MAX_BODY_BYTES)
async def send_spends(visit: GivenVisit) -> Answer:
    """Take what a gate recorded, and answer each thing; sent again, each is answered as before."""
    _require(visit)
    sent = _read(await visit.request.body())
    keys = await visit.runtime.keys.at(visit.now)
    spends = [
        Recorded(id=one.id, ticket=one.ticket, persons=one.persons, at=one.at)
        for one in sent.spends
    ]

    async def work(session: AsyncSession) -> list[Receipt]:
        return await sync_spends(
            session,
            visit.actor,
            gate=sent.gate,
            recorded_by=sent.staff_id,
            spends=spends,
            keys=keys,
            now=visit.world_now,
        )

    receipts = await visit.runtime.database.run(visit.actor, work, now=visit.world_now)
    return _json(ReceiptsShown(receipts=[_shown(one) for one in receipts]))


HANDLERS: Final[tuple[ControllerRouterHandler, ...]] = (
    show_gate,
    show_worker,
    show_pass,
    show_spent,
    send_spends,
)


def _read(content: bytes) -> SpendsSent:
    """Return what a gate tells.

    :raises ValidationException: if a field is missing, unknown, or not what it should be
    """
    try:
        return decoded(content, SpendsSent)
    except msgspec.ValidationError as error:
        plain, _, path = str(error).partition(" - at `$.")
        raise ValidationException(extra=[{"message": plain, "key": path.rstrip("`")}]) from None


def _shown(receipt: Receipt) -> ReceiptShown:
    found = receipt.verdict
    verdict = "duplicate" if receipt.repeated else found.value
    return ReceiptShown(id=receipt.id, verdict=verdict, first=found.value, zh=found.zh)


def _tag(spent: SpentList) -> str:
    content = json.dumps([spent.whole, {str(one): left for one, left in spent.left.items()}])
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'


def _plain(path: str) -> str:
    """Return the address under which one module imports another: it names no version."""
    return f"{DESK_ASSETS.prefix}/{path}"


def _json(shown: msgspec.Struct) -> Answer:
    return Response(msgspec.json.encode(shown), media_type="application/json")


def _require(visit: Visit) -> None:
    visit.require_kind(TenantKind.ATTRACTION)
    visit.actor.require(REDEMPTION_GRANT)
