"""``suxin up``: the whole product on one machine, from an empty folder to a page that answers.

Addresses are settled before anything runs, so that PostgreSQL, Valkey, the stand-ins of the outside world and the web server
start side by side: the web server takes longest to load, and waits for the database by itself. The demo city is made up meanwhile
and written once the migrations are done. The worker, which no page waits for, starts last. What the settings name
elsewhere is not started here.
"""

import errno
import http.client
import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Final

import structlog
from pydantic import SecretStr

from suxin_server.children import Child
from suxin_server.data_folder import held, sealing_keys
from suxin_server.demo.log_in import LOG_INS, DemoLogIn, read_log_ins
from suxin_server.faults import Fault, HostUnusable, PartFailed, PortForbidden, PortTaken
from suxin_server.migration import migrate
from suxin_server.postgres import Postgres
from suxin_server.processes import refusal_to_listen, remembered_port, wait_until
from suxin_server.settings import Settings, child_environment, wants_demo
from suxin_server.stand_ins.keys import stand_in_key
from suxin_server.stand_ins.paths import EVENTS_PATH
from suxin_server.stand_ins.payscore_keys import payscore_settings
from suxin_server.supervisor import Part, StopRequested, Supervisor, stop_signals
from suxin_server.valkey import Valkey
from suxin_server.welcome import say_begun, show_welcome

READY_TIMEOUT_S: Final = 90.0
DEMO_TIMEOUT_S: Final = 120.0
PROBE_TIMEOUT_S: Final = 2.0
REPORT_BYTES: Final = 2_000
# Children of a supervisor that was killed need a moment to let go of the port.
PORT_PATIENCE_S: Final = 2.0
REGISTRY: Final = "registry.json"
REPAIR_STATE: Final = "repair-window.json"
PAYSCORE: Final = "payscore"
# What uses the servers is stopped first, all of it at once: two stages of one second at the most.
SERVERS, PROGRAMS = 0, 1
_OWNER_ONLY: Final = frozenset({"DATABASE_OWNER_URL"})
_NOT_FOR_WEB: Final = frozenset({"DATABASE_OWNER_URL", "DATABASE_BATCH_URL"})
_NO_SERVERS: Final = frozenset({*_NOT_FOR_WEB, "DATABASE_URL", "REDIS_URL"})
# The outside services, and the setting that holds our secret at each.
_OUTSIDE: Final = {
    "wechat": "wechat_app_secret",
    "identity": "identity_secret",
    "sms": "sms_api_key",
    "repair": "repair_secret",
    "payscore": "payscore_api_v3_key",
    "tiers": "tiers_secret",
    "town_app": "town_app_secret",
}

_OWN_HOSTS: Final = frozenset({"127.0.0.1", "localhost"})

log = structlog.get_logger("suxin.up")


def run_up(settings: Settings) -> None:
    """Start everything, keep it running, and stop it at Ctrl-C or SIGTERM.

    :raises DataDirInUse: if another one runs on this data folder
    :raises PortTaken: if something else listens on the web port
    :raises PortForbidden: if this account may not listen on it
    :raises HostUnusable: if the host is no address of this machine
    :raises NotAvailable: if a server that the settings name does not answer
    :raises PartFailed: if a part does not start
    """
    data_dir = settings.data_dir.absolute()
    settings = settings.model_copy(update={"data_dir": data_dir, "demo": wants_demo(settings)})
    with held(data_dir):
        # Nothing runs yet, so that a signal may still end this program as it ends any other.
        _require_place(settings.host, settings.port)
        _try_given_servers(settings)
        say_begun()
        with stop_signals() as stop_requested:
            supervisor = Supervisor(stop_requested)
            try:
                _Start(supervisor, settings).run()
                supervisor.watch(until=lambda: False)
            except StopRequested:
                log.info("stopping")
            finally:
                supervisor.stop_all()


def _try_given_servers(settings: Settings) -> None:
    named = (
        settings.database_url,
        settings.database_owner_url,
        settings.database_batch_url,
        settings.redis_url,
    )
    if any(address is not None for address in named):
        # Its clients take half a second to load, which a start with servers of our own need not spend.
        from suxin_server.given_servers import try_given_servers  # noqa: PLC0415 - see above

        try_given_servers(settings)


def _require_place(host: str, port: int) -> None:
    def settled() -> bool:
        found = refusal_to_listen(host, port)
        return found is None or found.errno != errno.EADDRINUSE

    wait_until(settled, timeout_s=PORT_PATIENCE_S)
    refused = refusal_to_listen(host, port)
    if refused is not None:
        raise fault_of_place(host, port, refused)


def fault_of_place(host: str, port: int, refused: OSError) -> Fault:
    """Return the fault behind the system's refusal to let a server listen."""
    if refused.errno == errno.EADDRINUSE:
        return PortTaken(host, port)
    if refused.errno in (errno.EACCES, errno.EPERM):
        return PortForbidden(host, port)
    return HostUnusable(host, refused.strerror or str(refused))


class _Start:
    """One start, step by step; the settings are completed on the way."""

    def __init__(self, supervisor: Supervisor, settings: Settings) -> None:
        self._supervisor = supervisor
        self._settings = settings
        self._data_dir = settings.data_dir
        self._began = time.monotonic()
        self._stand_ins: dict[str, int] = {}
        self._receiver: int | None = None
        self._kept_database = False

    def run(self) -> None:
        """Bring every part up and say so."""
        self._set(database_patience_s=int(READY_TIMEOUT_S))
        database = self._begin_database()
        broker = self._begin_broker()
        self._prepare_keys()
        self._settle_stand_ins()
        # It loads while the servers start and the migrations run, and calls itself ready only once all of it is.
        self._begin_program("web", "serve", without=_NOT_FOR_WEB)
        self._begin_stand_ins()
        demo = self._begin_demo()
        database()
        broker()
        self._migrate()
        self._wait_for_demo(demo)
        self._wait_until_ready()
        self._begin_program("worker", "worker", without=_OWNER_ONLY)
        show_welcome(
            self._settings,
            seconds=time.monotonic() - self._began,
            log_ins=self._log_ins(),
            stand_ins=tuple(self._stand_ins),
            founded=self._settings.demo or self._is_founded(),
        )

    def _is_founded(self) -> bool:
        # It loads the core, which a start with the demo city has no need of here.
        from suxin_server.tenant_admin import city_is_founded  # noqa: PLC0415 - see above

        return self._supervisor.call(partial(city_is_founded, self._settings))

    def _set(self, **found: object) -> None:
        self._settings = self._settings.model_copy(update=found)

    def _begin_database(self) -> Callable[[], None]:
        if self._settings.database_url is not None:
            # Said now, in one line, rather than by a worker that dies again and again.
            self._settings.need("database_batch_url")
            return lambda: None
        server = Postgres(self._data_dir, binaries=self._settings.postgres_bin)
        server.settle()
        self._kept_database = server.has_cluster
        self._set(
            database_url=SecretStr(server.dsn("suxin_app")),
            database_owner_url=SecretStr(server.dsn("suxin_owner")),
            database_batch_url=SecretStr(server.dsn("suxin_batch")),
        )
        begun = self._supervisor.begin(server, rank=SERVERS)
        return lambda: self._need(server, begun)

    def _begin_broker(self) -> Callable[[], None]:
        if self._settings.redis_url is not None:
            return lambda: None
        server = Valkey(self._data_dir, binary=self._settings.valkey_binary)
        server.settle()
        self._set(redis_url=SecretStr(server.url))
        begun = self._supervisor.begin(server, rank=SERVERS)
        return lambda: self._need(server, begun)

    def _need(self, part: Part, begun: "Future[None]") -> None:
        try:
            self._supervisor.result(begun)
        except OSError as error:
            raise PartFailed(part.name, str(error)) from error

    def _prepare_keys(self) -> None:
        if self._settings.sealing_keys is None and self._settings.sealing_keys_file is None:
            self._set(sealing_keys_file=sealing_keys(self._data_dir))

    def _settle_stand_ins(self) -> None:
        """Give every outside service that is not set an address of this machine, at which our own process will answer."""
        for service, secret in _OUTSIDE.items():
            if service == "tiers" and not self._settings.models_from_outside:
                continue
            if getattr(self._settings, f"{service}_base_url") is None:
                port = remembered_port(self._data_dir / f"{service}.port")
                address = f"http://127.0.0.1:{port}"
                key = SecretStr(stand_in_key(service))
                self._set(**{f"{service}_base_url": address, secret: key})
                if service == "payscore":
                    self._set(**payscore_settings(self._data_dir / PAYSCORE))
                self._stand_ins[service] = port
        if not self._stand_ins or not self._settings.demo:
            return
        if self._settings.identity_registry_file is None:
            # The demo city writes down there who represents which firm.
            self._set(identity_registry_file=self._data_dir / REGISTRY)
        if self._settings.public_url is None and self._settings.host in _OWN_HOSTS:
            self._settle_receiver()

    def _settle_receiver(self) -> None:
        """Let a bank of the demo city hear its events; a server that others reach calls nobody on its own machine."""
        self._receiver = remembered_port(self._data_dir / "receiver.port")
        url = f"http://127.0.0.1:{self._receiver}{EVENTS_PATH}"
        self._set(demo_receiver_url=url, local_webhooks=True)

    def _begin_stand_ins(self) -> None:
        if not self._stand_ins:
            return
        arguments: list[str] = []
        for service, port in self._stand_ins.items():
            arguments += [f"--{service}-port", str(port)]
        if self._receiver is not None:
            arguments += ["--receiver-port", str(self._receiver)]
        if self._settings.identity_registry_file is not None:
            arguments += ["--registry", str(self._settings.identity_registry_file)]
        if "repair" in self._stand_ins:
            arguments += ["--repair-state", str(self._data_dir / REPAIR_STATE)]
        if "payscore" in self._stand_ins:
            arguments += ["--payscore-keys", str(self._data_dir / PAYSCORE)]
        child = self._child("stand-ins", "suxin_server.stand_ins", *arguments, without=_NO_SERVERS)
        self._supervisor.begin(child, rank=PROGRAMS)

    def _migrate(self) -> None:
        if self._settings.database_owner_url is None:
            log.warning("DATABASE_OWNER_URL is not set, so migrations are not run here")
            return
        self._supervisor.call(
            partial(migrate, self._settings.database_owner_url.get_secret_value())
        )

    def _begin_program(self, part: str, command: str, *, without: frozenset[str]) -> None:
        child = self._child(part, "suxin_server.cli", command, without=without)
        self._supervisor.begin(child, rank=PROGRAMS)

    def _begin_demo(self) -> Child | None:
        if not self._settings.demo or self._has_demo():
            return None
        child = self._child("demo", "suxin_server.cli", "demo")
        self._supervisor.result(self._supervisor.begin(child, rank=PROGRAMS, once=True))
        return child

    def _has_demo(self) -> bool:
        """Tell whether the demo city was loaded before: its files are written once it is in the database."""
        registry = self._data_dir / REGISTRY
        return (
            self._kept_database
            and self._settings.identity_registry_file == registry
            and registry.exists()
            and (self._data_dir / LOG_INS).exists()
        )

    def _log_ins(self) -> tuple[DemoLogIn, ...]:
        return read_log_ins(self._data_dir / LOG_INS) if self._settings.demo else ()

    def _wait_for_demo(self, child: Child | None) -> None:
        if child is None:
            return
        self._supervisor.watch(until=lambda: child.exit_code is not None, timeout_s=DEMO_TIMEOUT_S)
        if child.exit_code != 0:
            raise PartFailed("demo", child.exit_reason() or "not finished in time")

    def _wait_until_ready(self) -> None:
        last = ""

        def ready() -> bool:
            nonlocal last
            status, last = self._supervisor.call(partial(probe, self._settings, "/health/ready"))
            return status == http.client.OK

        if not self._supervisor.watch(until=ready, timeout_s=READY_TIMEOUT_S):
            raise PartFailed("web", unwell(last))

    def _child(
        self, name: str, module: str, *arguments: str, without: frozenset[str] = frozenset()
    ) -> Child:
        return Child(
            name=name,
            module=module,
            arguments=arguments,
            environment=child_environment(self._settings, without=without),
            log=self._data_dir / "logs" / f"{name}.log",
        )


def probe(settings: Settings, path: str) -> tuple[int, str]:
    """Ask the web server for a page; return its status and the start of its body, or 0 and the failure."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(host, settings.port, timeout=PROBE_TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(REPORT_BYTES).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return 0, f"{path}: {error}"
    finally:
        connection.close()


def unwell(report: str) -> str:
    """Return what a health report finds wrong, in a few words; a text that is none stands for itself."""
    try:
        checks = json.loads(report)["checks"].items()
        found = [f"{name}: {check['status']}" for name, check in checks if check["status"] != "ok"]
    except (ValueError, LookupError, TypeError, AttributeError):
        return report
    return "; ".join(found) or report
