"""The REST API for the systems of source departments (``/sources/v1``): sending a batch, and what became of it.

Such a system is a client of the operator's with the scope ``subjects.record.ingest``. It sends as the name that it is registered
by, and sees its own source's batches alone. A batch is named by the department's own key in the address, so that sending it again is safe.
"""

from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Response, Router, get, put
from litestar.di import Provide
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncSession

from suxin.consent.oauth.queries import client_key, own_client_row
from suxin.kernel.actor import Actor
from suxin.kernel.refusals import Forbidden, NotFound, Unauthenticated
from suxin.subjects.ingestion import limits, queries
from suxin.subjects.ingestion.commands import receive_batch
from suxin.subjects.ingestion.deliveries import Delivery
from suxin.subjects.ingestion.models import IngestionBatch
from suxin.subjects.ingestion.policies import RECORD_INGEST
from suxin.subjects.ingestion.unpacking import MEBIBYTE
from suxin.tenancy.profiles import TenantKind
from suxin_tenants.paging import asked_line
from suxin_web.callers import AnyRequest, GivenActor, staff
from suxin_web.nonces import NextNonce
from suxin_web.refusals import RouteUnknown
from suxin_web.runtime import GivenRuntime, Runtime

PREFIX: Final = "/sources/v1"
MAX_BODY_BYTES: Final = limits.MAX_FILE_BYTES + MEBIBYTE
REJECTS_SHOWN: Final = 100
"""How many rejects an answer lists, from the first line asked for on."""


class RejectShown(msgspec.Struct, frozen=True, rename="camel"):
    """A row that was not taken."""

    line: int
    code: str
    field: str | None
    zh: str
    en: str


class BatchShown(msgspec.Struct, frozen=True, rename="camel"):
    """A batch as its source sees it; ``next_reject_line`` asks for the rejects that follow."""

    id: str
    source: str
    batch_key: str
    sha256: str
    state: str
    bytes_read: int
    bytes_total: int
    rows_read: int
    rows_added: int
    rows_changed: int
    rows_unchanged: int
    rows_rejected: int
    failure_code: str | None
    rejects: list[RejectShown]
    next_reject_line: int | None


@put("/batches/{batch_key:str}", request_max_body_size=MAX_BODY_BYTES)
async def send_batch(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, batch_key: FromPath[str]
) -> Response[bytes]:
    """Take the body in as the batch of this key: 202, whether it is new or was sent before."""
    _require_system(request, actor)
    now, content = runtime.clock.now(), await request.body()

    async def work(session: AsyncSession) -> IngestionBatch:
        source = await _source_of(session, actor)
        name = request.query_params.get("fileName") or batch_key
        delivery = Delivery(source=source, batch_key=batch_key, file_name=name, content=content)
        return await receive_batch(
            session, actor, delivery=delivery, sealer=runtime.sealer, now=now
        )

    batch = await runtime.database.run(actor, work, now=now)
    return _answer(
        BatchShown(**_told(batch), rejects=[], next_reject_line=None), HTTPStatus.ACCEPTED
    )


@get("/batches/{batch_key:str}")
async def show_batch(
    request: AnyRequest, runtime: GivenRuntime, actor: GivenActor, batch_key: FromPath[str]
) -> Response[bytes]:
    """Tell what became of a batch, with the rejects from the line ``fromLine`` on."""
    _require_system(request, actor)
    return _answer(await _shown(request, runtime, actor, batch_key), HTTPStatus.OK)


async def _shown(request: AnyRequest, runtime: Runtime, actor: Actor, batch_key: str) -> BatchShown:
    from_line = asked_line(request)
    async with runtime.database.snapshot(actor, now=runtime.clock.now()) as session:
        source = await _source_of(session, actor)
        batch = await queries.batch_of_key(session, source, batch_key)
        if batch is None:
            raise NotFound(thing_zh="批次", thing_en="batch")
        statement = queries.ingestion_rejects(batch.id, from_line=from_line)
        found = (await session.scalars(statement.limit(REJECTS_SHOWN + 1))).all()
        rejects = [
            RejectShown(line=one.line, code=one.code, field=one.field, zh=one.zh, en=one.en)
            for one in found[:REJECTS_SHOWN]
        ]
        following = found[REJECTS_SHOWN].line if len(found) > REJECTS_SHOWN else None
        return BatchShown(**_told(batch), rejects=rejects, next_reject_line=following)


def _require_system(request: AnyRequest, actor: Actor) -> None:
    """Refuse whoever is no system of the operator's with a token.

    :raises Unauthenticated: if a cookie alone speaks for him
    :raises RouteUnknown: if he is another tenant's
    :raises Forbidden: if he may not take records in
    """
    if "authorization" not in request.headers:
        raise Unauthenticated
    if actor.tenant_kind != TenantKind.OPERATOR:
        raise RouteUnknown
    actor.require(RECORD_INGEST)


async def _source_of(session: AsyncSession, actor: Actor) -> str:
    """Return the name that the client is registered by, which is its source's.

    :raises Forbidden: if it is no client of a tenant's
    """
    key = client_key(actor.client_id or "")
    if key is None:
        raise Forbidden(permission=RECORD_INGEST)
    return (await own_client_row(session, actor, key)).name


def _told(batch: IngestionBatch) -> dict[str, Any]:
    names = set(BatchShown.__struct_fields__) - {"id", "state", "rejects", "next_reject_line"}
    return {
        **{name: getattr(batch, name) for name in names},
        "id": str(batch.id),
        "state": batch.state.value,
    }


def _answer(shown: BatchShown, status: HTTPStatus) -> Response[bytes]:
    return Response(msgspec.json.encode(shown), status_code=status, media_type="application/json")


routes: Final[list[ControllerRouterHandler]] = [
    Router(
        PREFIX,
        route_handlers=[send_batch, show_batch],
        dependencies={"actor": Provide(staff)},
        middleware=[NextNonce],
        include_in_schema=False,
    )
]
