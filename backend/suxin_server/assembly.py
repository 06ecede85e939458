"""Assembly of the web process: its runtime made from the settings, and every edge's routes in one list."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get
from litestar.status_codes import HTTP_401_UNAUTHORIZED, HTTP_403_FORBIDDEN
from litestar.types import ControllerRouterHandler
from pydantic import SecretStr
from redis.asyncio import Redis

from suxin.kernel.database import Database, RoleUnsafe
from suxin.kernel.sealing import Sealer
from suxin_graphql import attachment_files as graphql_attachments
from suxin_graphql import docs as graphql_docs
from suxin_graphql import export_files as graphql_exports
from suxin_graphql import http as graphql
from suxin_graphql.served_documents import served_folder
from suxin_graphql.trusted import FolderUnfit
from suxin_mini_program import routes as mini_program
from suxin_oauth import routes as oauth
from suxin_outbound.channels import OutboundChannel
from suxin_outbound.client_key_sets import ClientKeySets
from suxin_outbound.guarded import GuardedClient
from suxin_outbound.identity import IdentityClient
from suxin_outbound.identity_providers import IdentityProviders
from suxin_outbound.sms import SmsClient
from suxin_outbound.wechat import WeChatClient
from suxin_server import metrics as measures
from suxin_server.demo_preview import preview_routes
from suxin_server.faults import Fault, NotAvailable
from suxin_server.health import liveness, readiness
from suxin_server.key_file import keyring_source
from suxin_server.metrics import Metrics
from suxin_server.migration import newest_revisions
from suxin_server.patience import NO_ANSWER, once_it_answers
from suxin_server.paying import call_reader
from suxin_server.settings import Settings
from suxin_server.tenants_addresses import client_of_providers
from suxin_server.uses import written_down
from suxin_tenants import PROFILES
from suxin_tenants import desk as desks
from suxin_tenants.merchant import till_api as tills
from suxin_tenants.merchant.payscore_calls import call_routes
from suxin_tenants.operator import source_api as sources
from suxin_web.budget_size import Budget
from suxin_web.budgets import Budgets
from suxin_web.clock import SystemClock
from suxin_web.document_rules import DocumentRules
from suxin_web.rate_limits import RateLimits
from suxin_web.replays import ValkeyReplays
from suxin_web.runtime import GivenRuntime, Runtime
from suxin_web.valkey_line import TIMEOUT_S, ValkeyLine

EDGES: Final[Sequence[ControllerRouterHandler]] = (
    *oauth.routes,
    *mini_program.routes,
    *graphql.routes,
    *graphql_docs.routes,
    *graphql_exports.routes,
    *graphql_attachments.routes,
    *desks.routes,
    *sources.routes,
    *tills.routes,
)
"""The routes of every edge; a new edge is added here."""


class RoleRefused(Fault):
    """The database role of the web process could step around row-level security."""

    exit_code = 8


@dataclass(frozen=True, slots=True)
class Assembly:
    """What one web process holds open."""

    runtime: Runtime
    broker: Redis
    outside: GuardedClient
    strangers: GuardedClient
    """The client for addresses that tenants gave."""

    providers: GuardedClient
    """The client for tenants' identity providers."""

    replays: ValkeyReplays
    metrics: Metrics
    metrics_token: SecretStr
    """Empty where none is set."""

    besides: Sequence[ControllerRouterHandler] = ()
    """Routes that only a demo has, and those of a service that only some installations use."""

    patience_s: float = 0
    """How long to wait for a database that does not answer yet."""

    async def require_safe_role(self) -> None:
        """Check the database and the role before anything is served.

        :raises RoleRefused: if the role is unsafe
        :raises NotAvailable: if the database does not answer
        """
        try:
            await once_it_answers(
                self.runtime.database.require_safe_role, patience_s=self.patience_s
            )
        except RoleUnsafe as unsafe:
            raise RoleRefused(
                zh=f"拒绝启动：数据库角色可绕过行级安全（{unsafe}）",
                en=f"refusing to start: {unsafe}",
            ) from None
        except NO_ANSWER as error:
            raise NotAvailable(
                zh="连不上数据库，请检查 DATABASE_URL",
                en=f"the database does not answer ({type(error).__name__}); check DATABASE_URL",
            ) from None

    async def close(self) -> None:
        """Close every connection."""
        await self.outside.close()
        await self.strangers.close()
        await self.providers.close()
        await self.replays.close()
        await self.runtime.limits.close()
        await self.runtime.budgets.close()
        await self.broker.aclose()
        await self.runtime.redeeming.close()
        await self.runtime.database.close()


def assemble(settings: Settings) -> Assembly:
    """Make what a web process holds from its settings; nothing is connected yet.

    :raises NotAvailable: if a setting is missing
    """
    broker_url = settings.need("redis_url")
    outside = GuardedClient.to_trusted()
    wechat = WeChatClient(
        base_url=settings.need("wechat_base_url"),
        app_id=settings.wechat_app_id,
        app_secret=settings.wechat_app_secret.get_secret_value(),
        guarded=outside,
    )
    sms = SmsClient(
        base_url=settings.need("sms_base_url"),
        api_key=settings.sms_api_key.get_secret_value(),
        guarded=outside,
    )
    line = ValkeyLine(broker_url)
    replays = ValkeyReplays(line)
    strangers, providers = GuardedClient.to_public(), client_of_providers(settings)
    runtime = Runtime(
        database=Database.connect(
            settings.need("database_url"), pool_size=settings.database_pool_size
        ),
        clock=SystemClock(),
        profiles=PROFILES,
        sealer=Sealer(keyring_source(settings), settings.sealing_profile),
        wechat=wechat,
        identity=IdentityClient(
            base_url=settings.need("identity_base_url"),
            app_id=settings.identity_app_id,
            secret=settings.identity_secret.get_secret_value(),
            guarded=outside,
        ),
        messages=OutboundChannel(wechat=wechat, sms=sms),
        limits=RateLimits(line, scale=settings.rate_limit_scale),
        replays=replays,
        client_keys=ClientKeySets(strangers),
        providers=IdentityProviders(providers),
        public_url=settings.url,
        demo=settings.demo,
        documents=_document_rules(settings),
        budgets=Budgets.connect(broker_url, _budget(settings)),
        exports_folder=settings.exports_folder.absolute(),
    )
    broker = Redis.from_url(broker_url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
    return Assembly(
        runtime,
        broker,
        outside,
        strangers,
        providers,
        replays,
        Metrics(),
        settings.metrics_token or SecretStr(""),
        (*preview_routes(settings, outside), *_call_routes(settings)),
        settings.database_patience_s,
    )


def _call_routes(settings: Settings) -> Sequence[ControllerRouterHandler]:
    """Return where WeChat Pay Score calls back, where it is used.

    :raises NotAvailable: if its keys are not what they should be
    """
    reader = call_reader(settings)
    return () if reader is None else call_routes(reader)


def _budget(settings: Settings) -> Budget:
    """Return what the operations of one client may cost."""
    return Budget(
        size=settings.graphql_budget * settings.rate_limit_scale,
        restored_per_second=settings.graphql_budget_per_second * settings.rate_limit_scale,
    )


def _document_rules(settings: Settings) -> DocumentRules:
    """Read what of GraphQL is open to everyone, and which documents are trusted beside the product's own.

    :raises NotAvailable: if one of them cannot be served, naming its file
    """

    def is_open(given: bool | None) -> bool:  # noqa: FBT001 - a setting as it stands
        return settings.demo if given is None else given

    try:
        folder = settings.graphql_documents
        trusted = {} if folder is None else served_folder(folder)
    except FolderUnfit as unfit:
        raise NotAvailable(
            zh=f"设置不正确：SUXIN_GRAPHQL_DOCUMENTS：{unfit}",
            en=f"wrong settings: SUXIN_GRAPHQL_DOCUMENTS: {unfit}",
        ) from None
    return DocumentRules(
        ad_hoc=is_open(settings.graphql_ad_hoc),
        introspection=is_open(settings.graphql_introspection),
        explorer=is_open(settings.graphql_explorer),
        trusted=trusted,
    )


@asynccontextmanager
async def opened(assembly: Assembly) -> AsyncIterator[None]:
    """Check that the web process may serve, and close everything at the end."""
    try:
        await assembly.require_safe_role()
        async with written_down(assembly.runtime.database):
            yield
    finally:
        await assembly.close()


def routes(assembly: Assembly) -> list[ControllerRouterHandler]:
    """Return every route of the web process: the edges', health and metrics."""
    return [*EDGES, *assembly.besides, *operations_routes(assembly)]


def operations_routes(assembly: Assembly) -> list[ControllerRouterHandler]:
    """Return the routes for whoever runs the server."""
    heads = newest_revisions()

    @get("/health/live", include_in_schema=False)
    async def live() -> dict[str, object]:
        return liveness().as_json()

    @get("/health/ready", include_in_schema=False)
    async def ready(runtime: GivenRuntime) -> Response[dict[str, object]]:
        report = await readiness(
            runtime.database, assembly.broker, heads=heads, now=runtime.clock.now()
        )
        return Response(report.as_json(), status_code=200 if report.well else 503)

    @get("/metrics", include_in_schema=False)
    async def scrape(request: Request[Any, Any, Any], runtime: GivenRuntime) -> Response[bytes]:
        token = assembly.metrics_token.get_secret_value()
        client = request.client.host if request.client else None
        if not measures.may_scrape(token, request.headers, client):
            return _metrics_closed(by_token=bool(token))
        text = await assembly.metrics.page(runtime.database, now=runtime.clock.now())
        return Response(text, media_type=measures.CONTENT_TYPE)

    return [live, ready, scrape]


def _metrics_closed(*, by_token: bool) -> Response[bytes]:
    if by_token:
        zh, en = "需要指标令牌", "the metrics token is needed"
    else:
        zh, en = (
            "只对本机开放，或设置 SUXIN_METRICS_TOKEN",
            "only for this machine, or set SUXIN_METRICS_TOKEN",
        )
    return Response(
        f"{zh} · {en}\n".encode(),
        status_code=HTTP_401_UNAUTHORIZED if by_token else HTTP_403_FORBIDDEN,
        media_type="text/plain; charset=utf-8",
        headers={"WWW-Authenticate": "Bearer"} if by_token else {},
    )
