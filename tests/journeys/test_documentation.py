"""What the documentation shows runs as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from running_city import RunningCity

from suxin_server.demo import cast
from suxin_server.journeys.applicant import Applicant

pytestmark = pytest.mark.processes

REST = Path(__file__).parents[2] / "docs/api/rest.md"


def test_the_log_in_that_is_shown_runs_as_it_stands(running_city: RunningCity) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", REST.read_text(encoding="utf-8"), re.DOTALL)
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "SUXIN_URL": running_city.url, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    first, second = ran.stdout.splitlines()
    assert "'proved': True" in first
    assert second == "True"


def test_the_request_by_curl_runs_as_it_stands(running_city: RunningCity) -> None:
    (words,) = re.findall(r"```sh\n(.*?)```", REST.read_text(encoding="utf-8"), re.DOTALL)
    applicant = Applicant(running_city.url, cast.ZHANG_WEI)
    applicant.log_in()
    phone = applicant.talk.phone
    proof = phone._proof(httpx.Request("GET", f"{running_city.url}/mp/v1/me"))
    applicant.talk._client.close()
    shown = {
        "SUXIN_URL": running_city.url,
        "ACCESS_TOKEN": phone.access_token or "",
        "PROOF": proof,
        "NO_PROXY": "*",
    }
    ran = subprocess.run(
        ["/bin/sh", "-c", words],
        env={**os.environ, **shown},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("HTTP/1.1 200")
    assert '"proved":' in ran.stdout
