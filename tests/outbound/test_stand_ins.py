"""The stand-ins as a process."""

import signal
import socket
import subprocess
import sys
import time

import pytest


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_at_once(start_stand_ins, number):
    with start_stand_ins() as (process, stand_ins):
        assert stand_ins.http.get(stand_ins.sms + "/_stand_in/calls").json() == {}
        began = time.monotonic()
        process.send_signal(number)
        assert process.wait(timeout=5) == 0
        took = time.monotonic() - began
    assert took < 1.0


def test_signal_stops_at_once_in_the_middle_of_a_slow_call(start_stand_ins):
    with start_stand_ins() as (process, stand_ins):
        stand_ins.fail("sms", "/v1/messages", delay_s=30)
        with socket.create_connection(("127.0.0.1", int(stand_ins.sms.rsplit(":", 1)[1]))) as slow:
            slow.sendall(b"POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
            time.sleep(0.2)
            began = time.monotonic()
            process.terminate()
            assert process.wait(timeout=5) == 0
            took = time.monotonic() - began
    assert took < 2.0


def test_ports_are_the_ones_given(start_stand_ins):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with start_stand_ins("--sms-port", str(port)) as (_, stand_ins):
        assert stand_ins.sms == f"http://127.0.0.1:{port}"


def test_taken_port_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "suxin_server.stand_ins", "--wechat-port", str(port)],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert done.returncode == 4
    assert done.stdout == ""
    assert f"port {port} is not free" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "fault", [{"path": "/no-such-path"}, {"path": "/v1/messages", "unheard": 1}, {}]
)
def test_fault_that_cannot_be_planted(stand_ins, fault):
    answer = stand_ins.http.post(stand_ins.sms + "/_stand_in/fail", json=fault)
    assert answer.status_code == 400
    assert stand_ins.calls("sms") == {}


def test_unknown_path_and_oversize_request(stand_ins):
    assert stand_ins.http.get(stand_ins.wechat + "/nothing").status_code == 404
    huge = stand_ins.http.post(stand_ins.sms + "/v1/messages", content=b"x" * 1_100_000)
    assert huge.status_code == 413
    assert stand_ins.messages("sms") == []
