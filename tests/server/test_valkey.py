"""The embedded Valkey as a real process."""

import os
import signal
import stat
from pathlib import Path

import pytest
import redis
from patience import PATIENCE_S

from suxin_server.binaries import find_valkey
from suxin_server.faults import BinaryMissing, PartFailed
from suxin_server.processes import is_alive
from suxin_server.supervisor import Supervisor
from suxin_server.valkey import Valkey

pytestmark = pytest.mark.processes


def client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, decode_responses=True)


def test_it_keeps_what_it_is_told_and_refuses_to_forget(valkey: Valkey) -> None:
    with client(valkey.url) as told:
        settings = told.config_get("append*", "maxmemory-policy", "save", "bind")
    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "everysec"
    assert (settings["maxmemory-policy"], settings["save"]) == ("noeviction", "")
    assert settings["bind"] == "127.0.0.1"


def test_nobody_speaks_to_it_without_the_password(valkey: Valkey, folder: Path) -> None:
    with (
        client(f"redis://127.0.0.1:{valkey.port}/0") as stranger,
        pytest.raises(redis.AuthenticationError),
    ):
        stranger.ping()
    for name in ("password", "valkey.conf"):
        assert stat.S_IMODE((folder / "valkey" / name).stat().st_mode) == 0o600


def test_a_killed_server_is_started_again_with_its_data(folder: Path) -> None:
    server = Valkey(folder)
    supervisor = Supervisor()
    try:
        supervisor.begin(server).result()
        port, first = server.port, server.pid
        assert first is not None
        with client(server.url) as told:
            told.set("kept", "是")
        os.kill(first, signal.SIGKILL)
        assert supervisor.watch(
            until=lambda: supervisor.restarts("Valkey") == 1 and server.exit_reason() is None,
            timeout_s=PATIENCE_S,
        )
        assert server.port == port
        with client(server.url) as told:
            assert told.get("kept") == "是"
        second = server.pid
    finally:
        supervisor.stop_all()
    assert second is not None
    assert not is_alive(second)


def test_the_address_holds_before_anything_answers_there(folder: Path) -> None:
    server = Valkey(folder)
    server.settle()
    told, nobody = server.url, server.pid
    server.start()
    try:
        assert (server.url, nobody) == (told, None)
    finally:
        server.stop()


def test_a_server_left_running_is_adopted(valkey: Valkey, folder: Path) -> None:
    heir = Valkey(folder)
    heir.settle()
    assert heir.url == valkey.url
    heir.start()
    assert heir.adopted is True
    assert (heir.pid, heir.url) == (valkey.pid, valkey.url)


def test_a_stranger_on_the_remembered_port_is_neither_adopted_nor_harmed(
    valkey: Valkey, tmp_path: Path
) -> None:
    (tmp_path / "valkey").mkdir()
    (tmp_path / "valkey" / "valkey.pid").write_text(f"{valkey.pid}\n")
    (tmp_path / "valkey.port").write_text(f"{valkey.port}\n")
    other = Valkey(tmp_path)
    other.start()
    try:
        assert other.adopted is False
        assert other.port != valkey.port
        assert valkey.exit_reason() is None
    finally:
        other.stop()


def test_a_wanted_port_that_is_taken_is_said(valkey: Valkey, tmp_path: Path) -> None:
    with pytest.raises(PartFailed, match=f"port {valkey.port} on 127.0.0.1 is taken"):
        Valkey(tmp_path, valkey.port).start()


def test_on_windows_the_sentence_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suxin_server.binaries.sys.platform", "win32")
    monkeypatch.setattr("suxin_server.binaries.shutil.which", lambda _name: None)
    monkeypatch.setattr("suxin_server.binaries._package_folder", lambda _name: None)
    with pytest.raises(BinaryMissing) as fault:
        find_valkey(None)
    assert (
        fault.value.zh
        == "Windows 上没有内置的 Valkey：请设置 REDIS_URL 指向一个 Redis 或 Valkey 服务器"
    )
    assert "REDIS_URL" in fault.value.en
