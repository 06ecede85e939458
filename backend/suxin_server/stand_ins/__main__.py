"""Serves the stand-ins in one process, each on its own port.

Port 0 takes a free one. Once all listen, one line of JSON on standard output names their addresses.
"""

import argparse
import asyncio
import json
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import uvicorn
from typing_extensions import override

from suxin_server.stand_ins.identity import IdentityStandIn
from suxin_server.stand_ins.payscore import PayScoreStandIn
from suxin_server.stand_ins.receiver import ReceiverStandIn
from suxin_server.stand_ins.repair import RepairStandIn
from suxin_server.stand_ins.sms import SmsStandIn
from suxin_server.stand_ins.tiers import TiersStandIn
from suxin_server.stand_ins.town_app import TownAppStandIn
from suxin_server.stand_ins.wechat import WeChatStandIn
from suxin_server.stand_ins.wire import StandIn

EXIT_PORT_TAKEN: Final = 4


class _Server(uvicorn.Server):
    """A server that leaves signals to the process, which has several of them to stop."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="suxin_server.stand_ins", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    for name in (
        "wechat",
        "identity",
        "sms",
        "repair",
        "receiver",
        "tiers",
        "payscore",
        "town_app",
    ):
        parser.add_argument(f"--{name}-port", type=int, default=0)
    parser.add_argument("--registry", type=Path, default=None, help="who represents which firm")
    parser.add_argument(
        "--repair-state",
        type=Path,
        default=None,
        help="where the window of credit repair keeps what it knows",
    )
    parser.add_argument(
        "--payscore-keys",
        type=Path,
        default=None,
        help="where the keys lie between the platform and WeChat Pay Score",
    )
    return parser.parse_args(words)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio sends small answers at once only on sockets that do.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(128)
    return listener


async def _serve(stand_ins: Mapping[str, StandIn], listeners: Mapping[str, socket.socket]) -> None:
    servers = [
        _Server(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                lifespan="off",
                ws="none",
                timeout_graceful_shutdown=1,
            )
        )
        for app in stand_ins.values()
    ]

    def stop(*_: object) -> None:
        for server in servers:
            server.should_exit = True
            server.force_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    # The sockets listen already: whoever calls before the servers take over waits a moment.
    addresses = {name: _address(listener) for name, listener in listeners.items()}
    sys.stdout.write(json.dumps({"ready": True, **addresses}) + "\n")
    sys.stdout.flush()
    await asyncio.gather(
        *(
            server.serve([listener])
            for server, listener in zip(servers, listeners.values(), strict=True)
        )
    )


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def main(words: Sequence[str] | None = None) -> int:
    """Serve until a signal comes; return the exit code."""
    given = _arguments(words)
    stand_ins: dict[str, StandIn] = {
        "wechat": WeChatStandIn(),
        "identity": IdentityStandIn(given.registry),
        "sms": SmsStandIn(),
        "repair": RepairStandIn(given.repair_state),
        "receiver": ReceiverStandIn(),
        "tiers": TiersStandIn(),
        "payscore": PayScoreStandIn(given.payscore_keys),
        "town_app": TownAppStandIn(),
    }
    listeners: dict[str, socket.socket] = {}
    for name in stand_ins:
        port = getattr(given, f"{name}_port")
        try:
            listeners[name] = _listen(given.host, port)
        except OSError as error:
            sys.stderr.write(f"{name}: 端口 {port} 不可用 / port {port} is not free: {error}\n")
            return EXIT_PORT_TAKEN
    asyncio.run(_serve(stand_ins, listeners))
    return 0


if __name__ == "__main__":
    sys.exit(main())
