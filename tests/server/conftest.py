"""A data folder that servers can reach, and small programs to supervise."""

import os
import subprocess
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from in_memory import folder_in_memory

from suxin_server.children import Child
from suxin_server.postgres import Postgres
from suxin_server.valkey import Valkey


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose parents every account may pass; pytest's own are private to their owner."""
    with folder_in_memory() as made:
        yield made / "数据 data"


@pytest.fixture
def folder_on_disk() -> Iterator[Path]:
    """The same where programs may lie: not every machine runs what lies in its memory."""
    with tempfile.TemporaryDirectory(prefix="suxin-test-") as made:
        Path(made).chmod(0o711)
        yield Path(made) / "数据 data"


@pytest.fixture(scope="session")
def prepared() -> Iterator[Path]:
    """A data folder whose cluster was made and prepared, and stopped."""
    with folder_in_memory() as made:
        server = Postgres(made / "data", fast=True)
        server.start()
        server.stop()
        yield made / "data"


@pytest.fixture
def prepared_folder(prepared: Path, folder: Path) -> Path:
    """A copy of it, for a test that is not about how it was made."""
    subprocess.run(["cp", "-a", prepared, folder], check=True)
    return folder


@pytest.fixture
def postgres(prepared_folder: Path) -> Iterator[Postgres]:
    server = Postgres(prepared_folder, fast=True)
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
