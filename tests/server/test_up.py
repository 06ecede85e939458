"""``suxin up`` and the other commands, as someone at a terminal meets them."""

import errno
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from forked_product import OURS, PLAIN, run_forked
from patience import PATIENCE_S

from suxin_server import up
from suxin_server.cli import cli
from suxin_server.data_folder import held
from suxin_server.demo.log_in import LOG_INS
from suxin_server.faults import Fault, HostUnusable, PortForbidden, PortTaken
from suxin_server.processes import command_line, free_port, is_alive, port_is_free, wait_until
from suxin_server.settings import Settings, wants_demo
from suxin_server.supervisor import Supervisor
from suxin_server.valkey import Valkey

pytestmark = pytest.mark.processes


@contextmanager
def running(folder: Path, port: int, demo: str = "--no-demo") -> Iterator[subprocess.Popen[bytes]]:
    output = folder.parent / "up.log"
    with output.open("wb") as sink:
        started = subprocess.Popen(
            [
                *(sys.executable, "-m", "suxin_server.cli", "up", demo),
                *("--port", str(port), "--data-dir", folder),
            ],
            stdout=sink,
            stderr=sink,
            env=PLAIN,
        )
    try:
        yield started
    except AssertionError as error:
        error.add_note(output.read_text())
        raise
    finally:
        started.kill()
        started.wait()


def of_folder(folder: Path) -> dict[int, str]:
    """Return the processes whose command line or working folder names the data folder."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        pid, place = int(entry.name), ""
        with suppress(OSError):
            place = str((entry / "cwd").readlink())
        if is_alive(pid) and (str(folder) in command_line(pid) or place.startswith(str(folder))):
            found[pid] = command_line(pid)
    return found


def test_a_second_up_on_the_same_folder_names_the_first_and_starts_nothing(folder: Path) -> None:
    with held(folder):
        told = run_forked("up", "--data-dir", folder, "--port", str(free_port()))
    assert told.returncode == 3
    assert told.stderr == (
        f"错误 · error: 数据目录 {folder} 已有一个宿信在运行（进程 {os.getpid()}）"
        f" · Suxin already runs on the data folder {folder} (pid {os.getpid()})\n"
    )
    assert told.stdout == ""
    assert [path.name for path in folder.iterdir()] == ["up.lock"]


def test_a_taken_port_is_named_and_nothing_is_started(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = run_forked("up", "--data-dir", folder, "--port", str(port))
    assert told.returncode == 4
    assert told.stderr.count("\n") == 1
    assert f"端口 {port}（127.0.0.1）已被其他程序占用" in told.stderr
    assert f"port {port} on 127.0.0.1 is taken" in told.stderr
    assert [path.name for path in folder.iterdir()] == ["up.lock"]


@pytest.mark.parametrize("host", ["192.0.2.7", "no-such-host.invalid"])
def test_a_host_that_is_not_this_machine_is_told_from_a_taken_port(folder: Path, host: str) -> None:
    told = run_forked("up", "--data-dir", folder, "--host", host, "--port", str(free_port()))
    assert told.returncode == 7
    assert told.stderr.count("\n") == 1
    assert f"不能在 {host} 上监听" in told.stderr
    assert "占用" not in told.stderr
    assert [path.name for path in folder.iterdir()] == ["up.lock"]


@pytest.mark.parametrize(
    ("number", "fault", "exit_code"),
    [
        (errno.EADDRINUSE, PortTaken, 4),
        (errno.EACCES, PortForbidden, 4),
        (errno.EADDRNOTAVAIL, HostUnusable, 7),
        (socket.EAI_NONAME, HostUnusable, 7),
    ],
)
def test_each_refusal_to_listen_is_called_what_it_is(
    number: int, fault: type[Fault], exit_code: int
) -> None:
    told = up.fault_of_place("127.0.0.1", 80, OSError(number, "as the system says it"))
    assert (type(told), told.exit_code) == (fault, exit_code)


@pytest.mark.parametrize(
    ("variable", "address"),
    [
        ("DATABASE_URL", "postgresql://suxin_app:geheim@127.0.0.1:{port}/suxin"),
        ("DATABASE_OWNER_URL", "postgresql://suxin_owner:geheim@127.0.0.1:{port}/suxin"),
        ("REDIS_URL", "redis://:geheim@127.0.0.1:{port}/0"),
    ],
)
def test_a_server_of_ones_own_that_does_not_answer_is_named_before_anything_starts(
    folder: Path, variable: str, address: str
) -> None:
    told = run_forked(
        *("up", "--data-dir", folder, "--port", str(free_port())),
        **{variable: address.format(port=free_port())},
    )
    assert told.returncode == 7
    assert told.stderr.count("\n") == 1
    assert f"{variable} 指明的服务器无法使用" in told.stderr
    assert f"the server at {variable} cannot be used" in told.stderr
    assert "geheim" not in told.stderr
    assert [path.name for path in folder.iterdir()] == ["up.lock"]


def test_a_valkey_that_asks_for_its_password_is_named(folder: Path, valkey: Valkey) -> None:
    told = run_forked(
        *("up", "--data-dir", folder, "--port", str(free_port())),
        REDIS_URL=f"redis://127.0.0.1:{valkey.port}/0",
    )
    assert told.returncode == 7
    assert "REDIS_URL 指明的服务器无法使用" in told.stderr
    assert "Authentication" in told.stderr


@pytest.mark.parametrize(
    ("variable", "address", "scheme"),
    [
        ("DATABASE_URL", "mysql://db/geheim", "postgresql://"),
        ("DATABASE_BATCH_URL", "db/geheim", "postgresql://"),
        ("REDIS_URL", "zz", "redis://"),
    ],
)
def test_an_address_of_another_kind_is_a_wrong_setting(
    folder: Path, variable: str, address: str, scheme: str
) -> None:
    told = run_forked("up", "--data-dir", folder, **{variable: address})
    assert told.returncode == 7
    assert told.stderr.count("\n") == 1
    assert f"{variable} 应以 {scheme}" in told.stderr
    assert "geheim" not in told.stderr
    assert not folder.exists()


def test_a_health_report_is_told_in_a_few_words() -> None:
    report = (
        '{"status": "unavailable", "checks": {"database": {"status": "ok", "tookMs": 3},'
        ' "valkey": {"status": "does not answer", "tookMs": 9}}}'
    )
    assert up.unwell(report) == "valkey: does not answer"
    assert up.unwell("/health/ready: refused") == "/health/ready: refused"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
def test_a_signal_leaves_nothing_running_and_the_folder_free(folder: Path) -> None:
    port = free_port()
    with running(folder, port) as started:
        assert wait_until((folder / "logs/worker.log").exists, timeout_s=PATIENCE_S)
        names = " ".join(of_folder(folder).values())
        assert "/postgres -D" in names
        assert "valkey-server" in names
        started.send_signal(signal.SIGINT)
        # That it takes less than two seconds follows from its limits (test_start.py); the benchmark measures it.
        assert started.wait(timeout=PATIENCE_S) == 0
    assert of_folder(folder) == {}
    ports = [int(path.read_text()) for path in folder.glob("*.port")]
    assert len(ports) == 8
    assert all(port_is_free("127.0.0.1", one) for one in [port, *ports])
    with held(folder):
        assert (folder / "up.lock").read_text() == f"{os.getpid()}\n"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
def test_a_signal_during_the_start_leaves_nothing_running(folder: Path) -> None:
    with running(folder, free_port(), "--demo") as started:
        # initdb is at work now, or about to be; the demo city is being made up.
        assert wait_until((folder / "postgres.passwords.json").exists, timeout_s=PATIENCE_S)
        started.send_signal(signal.SIGTERM)
        assert started.wait(timeout=PATIENCE_S) == 0
    assert of_folder(folder) == {}


def test_a_database_that_does_not_answer_is_one_line() -> None:
    address = f"postgresql://suxin_owner:geheim@127.0.0.1:{free_port()}/suxin"
    told = run_forked("migrate", DATABASE_OWNER_URL=address)
    assert told.returncode == 7
    assert told.stderr.count("\n") == 1
    assert "无法用 DATABASE_OWNER_URL 连接数据库" in told.stderr
    assert "geheim" not in told.stderr


def test_a_missing_setting_is_named() -> None:
    told = run_forked("migrate")
    assert told.returncode == 7
    assert told.stderr == (
        "错误 · error: 缺少设置 DATABASE_OWNER_URL（用 suxin up 会自动准备）"
        " · the setting DATABASE_OWNER_URL is missing (`suxin up` provides it by itself)\n"
    )


def test_a_wrong_setting_is_named_without_its_value() -> None:
    told = run_forked("migrate", SUXIN_PORT="tausend")
    assert told.returncode == 7
    assert told.stderr.count("\n") == 1
    assert "port" in told.stderr
    assert "tausend" not in told.stderr


def test_a_wrong_option_is_a_usage_error() -> None:
    told = run_forked("up", "--port", "70000")
    assert told.returncode == 2
    assert "70000" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("words", "variables", "demo"),
    [
        ((), {}, True),
        (("--no-demo",), {}, False),
        ((), {"DATABASE_URL": "postgresql://db/suxin"}, False),
        (("--demo",), {"DATABASE_URL": "postgresql://db/suxin"}, True),
        ((), {"SUXIN_WECHAT_BASE_URL": "https://wechat.example"}, False),
        (("--demo",), {"SUXIN_WECHAT_BASE_URL": "https://wechat.example"}, True),
    ],
)
def test_up_loads_the_demo_city_only_where_all_is_its_own_or_when_told(
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    variables: dict[str, str],
    *,
    demo: bool,
) -> None:
    for name in os.environ:
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    begun: list[Settings] = []
    monkeypatch.setattr(up, "run_up", begun.append)
    monkeypatch.setattr("suxin_server.command_loading.configure_logging", lambda _format: None)
    told = CliRunner().invoke(cli, ["up", *words], env=variables)
    assert told.exit_code == 0, told.output
    assert [wants_demo(settings) for settings in begun] == [demo]


def test_the_commands_are_listed() -> None:
    told = run_forked("--help")
    assert told.returncode == 0
    listed = {
        line.split()[0] for line in told.stdout.split("Commands:")[1].splitlines() if line.strip()
    }
    assert listed == {
        "calendar",
        "catalogue",
        "consent",
        "errors",
        "keys",
        "up",
        "migrate",
        "worker",
        "serve",
        "tenant",
        "records",
        "schema",
        "audit",
        "backup",
        "restore",
        "journey",
    }


@pytest.mark.parametrize(
    ("kept", "written", "own_registry", "loads"),
    [
        (True, (up.REGISTRY, LOG_INS), True, False),
        (False, (up.REGISTRY, LOG_INS), True, True),
        (True, (LOG_INS,), True, True),
        (True, (up.REGISTRY,), True, True),
        (True, (up.REGISTRY, LOG_INS), False, True),
    ],
)
def test_the_demo_city_is_loaded_again_unless_it_lies_in_a_kept_database(
    folder: Path, *, kept: bool, written: tuple[str, ...], own_registry: bool, loads: bool
) -> None:
    folder.mkdir()
    registry = folder / up.REGISTRY
    for name in written:
        (folder / name).write_text("{}")
    named = registry if own_registry else folder / "another.json"
    settings = Settings(data_dir=folder, demo=True, identity_registry_file=named)
    start = up._Start(Supervisor(), settings)
    start._kept_database = kept
    assert start._has_demo() is not loads


@pytest.mark.parametrize(("models", "begun"), [("", False), ("xichu", True)])
def test_the_citys_score_system_has_a_stand_in_where_models_are_its_own(
    folder: Path, models: str, *, begun: bool
) -> None:
    folder.mkdir()
    start = up._Start(Supervisor(), Settings(data_dir=folder, tiers_models=models))
    start._settle_stand_ins()
    assert {"wechat", "identity", "sms"} <= set(start._stand_ins)
    assert ("tiers" in start._stand_ins) is begun
    assert (start._settings.tiers_base_url is not None) is begun
