"""A data folder that servers can reach, and small programs to supervise."""

import os
import shutil
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from suxin_server.children import Child
from suxin_server.postgres import Postgres
from suxin_server.valkey import Valkey


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose parents every account may pass; pytest's own are private to their owner."""
    made = Path(tempfile.mkdtemp(prefix="suxin-test-"))
    made.chmod(0o711)
    yield made / "数据 data"
    shutil.rmtree(made)


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder, fast=True)
    server.start()
    yield server
    server.remove()


@pytest.fixture
def valkey(folder: Path) -> Iterator[Valkey]:
    server = Valkey(folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], Child]:
    """Make a child out of a few lines of Python."""

    def make(name: str, source: str) -> Child:
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
        return Child(
            name=name,
            module=name,
            arguments=(),
            environment={**os.environ, "PYTHONPATH": str(tmp_path)},
            log=tmp_path / "logs" / f"{name}.log",
        )

    return make
