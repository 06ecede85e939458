"""The programs of docs/api/oauth.md, run as an integrator would run them one after the other."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bank_app import register_bank_app
from joserfc.jwk import ECKey

pytestmark = pytest.mark.processes

PAGE = Path(__file__).parents[2] / "docs" / "api" / "oauth.md"
PROGRAM = re.compile(r"```\w+\n((?:#|//) ([\w.]+).*?)```", re.DOTALL)
TIMEOUT_S = 60
SCOPE = "lending.product.read"


@pytest.fixture
async def folder(registered, small_city, tmp_path):
    """A folder with the page's programs and a key that is registered for a client of its own; and the client's id."""
    programs = {found[2]: found[1] for found in PROGRAM.finditer(PAGE.read_text(encoding="utf-8"))}
    assert list(programs) == ["new_key.py", "sign.py", "token.sh", "token.mjs"]
    for name, text in programs.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    printed = json.loads(run(tmp_path, {}, sys.executable, "new_key.py"))
    kept = ECKey.import_key(json.loads((tmp_path / "key.json").read_text()))
    assert [jwk["kid"] for jwk in printed["keys"]] == [kept.kid]
    assert "d" not in printed["keys"][0]
    client_id, _ = await register_bank_app(small_city, jwks=printed)
    return tmp_path, {"ISSUER": registered.issuer, "CLIENT_ID": client_id}


def run(folder: Path, variables: dict[str, str], *words: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "PATH": path, **variables},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_token_by_curl(folder):
    if shutil.which("curl") is None:
        pytest.skip("the page's programs: curl is not installed")
    place, variables = folder
    token = json.loads(run(place, variables, "bash", "token.sh"))
    assert (token["token_type"], token["scope"]) == ("DPoP", SCOPE)
    assert json.loads((place / "refused.json").read_text())["error"] == "use_dpop_nonce"


def test_the_same_by_openid_client(folder, node):
    place, variables = folder
    (place / "node_modules").symlink_to(Path(__file__).parent / "node_modules")
    assert json.loads(run(place, variables, node, "token.mjs")) == [SCOPE]
