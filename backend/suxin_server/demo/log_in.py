"""The demo's log-ins as ``suxin up`` shows them, written down with the city: showing them needs none of what made it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from suxin_server.cluster import write_secret

LOG_INS: Final = "demo-log-ins.json"
"""The file of the data folder that holds them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoLogIn:
    """One row of the table of log-ins: who, where, and with what.

    Applicants have no password: ``password`` is what they type for real-name proof, resident id and phone. Who comes to the
    counter has no log-in: the helper types her name, her resident id and the terminal's number.
    """

    who: str
    where: str
    login: str
    password: str
    note: str


def write_log_ins(path: Path, log_ins: Sequence[DemoLogIn]) -> None:
    """Write them down; a reader sees the old file or the new one."""
    write_secret(path, msgspec.json.encode(log_ins).decode())


def read_log_ins(path: Path) -> tuple[DemoLogIn, ...]:
    """Return what was written down."""
    return msgspec.json.decode(path.read_bytes(), type=tuple[DemoLogIn, ...])
