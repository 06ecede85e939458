"""The web process as it runs: it starts only when it may, answers over a real socket, and stops at once."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import pytest
from forked_product import run_forked
from patience import PATIENCE_S

from suxin.kernel.sealing import Keyring
from suxin_graphql.trusted import document_id
from suxin_server.assembly import assemble, opened, routes
from suxin_server.faults import NotAvailable
from suxin_server.settings import Settings
from suxin_server.web import create_app
from suxin_web.application import build_app

pytestmark = pytest.mark.processes

START_TIMEOUT_S = PATIENCE_S
NOWHERE = "http://127.0.0.1:9"


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture
def settings(city, valkey):
    return Settings(
        database_url=city.app,
        redis_url=valkey.url,
        sealing_keys=Keyring.generate().to_text(),
        wechat_base_url=NOWHERE,
        identity_base_url=NOWHERE,
        sms_base_url=NOWHERE,
        port=free_port(),
        log_format="json",
    )


def serving(settings) -> subprocess.CompletedProcess[str]:
    """Run a web server that refuses to start, to its end."""
    return run_forked("serve", timeout_s=START_TIMEOUT_S, **settings.as_environment())


@contextmanager
def started(settings):
    """Run the web server, which reads all of the product first; end it whatever happens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "suxin_server.cli", "serve"],
        env={**os.environ, **settings.as_environment()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=PATIENCE_S)
        process.stdout.close()


def wait_until_ready(process, url):
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return httpx.get(f"{url}/health/ready", timeout=2)
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(process.stdout.read() if process.poll() is not None else "not ready")


def test_it_serves_health_metrics_and_pages_and_stops_at_once(settings):
    with started(settings) as process:
        ready = wait_until_ready(process, settings.url)
        # A connection that stays open must not hold the stop up.
        with httpx.Client(base_url=settings.url) as client:
            page = client.get("/desk/log-in", follow_redirects=True)
            live = client.get("/health/live")
            client.get("/nothing?phone=13800138000")
            metrics = client.get("/metrics")
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=PATIENCE_S)
        text = process.stdout.read()
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert set(ready.json()["checks"]) == {"database", "role", "migrations", "valkey"}
    assert (live.status_code, page.status_code) == (200, 200)
    assert "server" not in page.headers
    assert 'route="/oauth/authorize",status="200"' in metrics.text
    assert 'route="(unmatched)",status="404"' in metrics.text
    assert code == 0
    assert "13800138000" not in text
    assert "Traceback" not in text


def test_a_role_that_could_bypass_the_policies_is_refused(settings, city):
    unsafe = settings.model_copy(
        update={"database_url": Settings(database_url=city.owner).database_url}
    )
    refused = serving(unsafe)
    text = refused.stdout + refused.stderr
    assert refused.returncode == 8
    assert "refusing to start: unsafe database role: suxin_owner owns tables" in text
    assert "拒绝启动" in text
    assert "Traceback" not in text


def test_a_database_that_does_not_answer_is_one_clear_line(settings):
    gone = settings.model_copy(
        update={
            "database_url": Settings(
                database_url="postgresql://a:geheim@127.0.0.1:9/b"
            ).database_url
        }
    )
    refused = serving(gone)
    text = refused.stdout + refused.stderr
    assert refused.returncode == 7
    assert "check DATABASE_URL" in text
    assert "geheim" not in text
    assert "Traceback" not in text


def test_a_taken_port_is_named(settings):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.port))
        taken.listen()
        refused = serving(settings)
    assert refused.returncode == 4
    assert str(settings.port) in refused.stdout + refused.stderr


async def test_without_migrations_it_is_alive_but_not_ready(settings, city, admin):
    await admin.execute("update alembic_version set version_num = '0000'")
    assembly = assemble(settings)
    async with opened(assembly):
        app = build_app(assembly.runtime, routes(assembly))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://suxin.test"
        ) as web:
            live, ready = await web.get("/health/live"), await web.get("/health/ready")
            await admin.execute("alter table alembic_version rename to elsewhere")
            never = await web.get("/health/ready")
    assert (live.status_code, ready.status_code) == (200, 503)
    assert ready.json()["checks"]["migrations"]["status"].startswith(
        "the database is at revision 0000, not "
    )
    assert ready.json()["checks"]["database"]["status"] == "ok"
    assert never.json()["checks"]["migrations"]["status"].startswith(
        "the database is at revision none, not "
    )


async def test_an_asgi_server_of_ones_own_opens_and_closes_it(settings):
    app, sent = create_app(settings), []
    steps = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive():
        return next(steps)

    async def send(message):
        sent.append(message["type"])

    await app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_an_assembly_shows_no_secret(settings):
    assembly = assemble(settings)
    shown = repr(assembly)
    await assembly.close()
    for secret in (settings.database_url, settings.redis_url, settings.sealing_keys):
        assert secret.get_secret_value() not in shown


@pytest.mark.parametrize(
    ("given", "opened"),
    [
        ({}, (False, False, False)),
        ({"demo": True}, (True, True, True)),
        ({"demo": True, "graphql_ad_hoc": False}, (False, True, True)),
        ({"demo": True, "graphql_introspection": False}, (True, False, True)),
        ({"demo": True, "graphql_explorer": False}, (True, True, False)),
        ({"graphql_ad_hoc": True, "graphql_introspection": True}, (True, True, False)),
        ({"graphql_explorer": True}, (False, False, True)),
    ],
)
async def test_graphql_is_open_in_a_demo_or_where_it_is_asked_for(settings, given, opened):
    assembly = assemble(settings.model_copy(update=given))
    await assembly.close()
    rules = assembly.runtime.documents
    assert (rules.ad_hoc, rules.introspection, rules.explorer) == opened
    assert rules.trusted == {}


async def test_documents_of_an_installations_own_are_trusted_or_named_as_unfit(settings, tmp_path):
    document = "query Own { viewer { areas } }"
    (tmp_path / "own.graphql").write_text(document)
    with_folder = settings.model_copy(update={"graphql_documents": tmp_path})
    assembly = assemble(with_folder)
    await assembly.close()
    assert assembly.runtime.documents.trusted == {document_id(document): document}
    (tmp_path / "own.graphql").write_text("{ nothing }")
    with pytest.raises(NotAvailable) as unfit:
        assemble(with_folder)
    told = f"SUXIN_GRAPHQL_DOCUMENTS: {tmp_path / 'own.graphql'}: Cannot query field 'nothing'"
    assert told in unfit.value.en
    assert unfit.value.zh.startswith("设置不正确：SUXIN_GRAPHQL_DOCUMENTS")
