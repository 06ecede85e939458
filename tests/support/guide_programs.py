"""The programs of the guides for integrators, run in a folder against a running city, by a client that its desk registered."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from suxin_server.journeys.bank import desk_token, hidden_fields
from suxin_server.journeys.walking import Talk

GUIDES = Path(__file__).parents[2] / "docs/api"
TIMEOUT_S = 60
_PROGRAM = re.compile(r"```\w+\n((?:#|//) ([\w.]+).*?)```", re.DOTALL)


def programs_of(page: Path) -> dict[str, str]:
    """Return a guide's programs by the names of their files."""
    text = page.read_text(encoding="utf-8")
    return {found[2]: found[1] for found in _PROGRAM.finditer(text)}


def registered(url: str, keys: str, *, login: str, name: str, scopes: Sequence[str]) -> str:
    """Register a client at the desk as the quick start says, and return the id that the desk answers with."""
    desk = Talk(url)
    desk_token(desk, login)
    form = hidden_fields(desk.send("GET", "/desk/clients").text)
    given = {"name": name, "confidential": "yes", "jwks": keys, "scopes": list(scopes)}
    page = desk.send(
        "POST",
        "/desk/clients",
        data={**form, **given, "grantTypes": ["client_credentials"]},
        follow_redirects=True,
    )
    desk._client.close()
    found = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(page.url))
    assert found is not None, page.text
    return found[0]


def run(folder: Path, variables: dict[str, str], *words: str) -> str:
    """Run a program and return what it wrote."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONUTF8": "1", **variables},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
