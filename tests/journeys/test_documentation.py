"""What the documentation shows runs as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from running_city import RunningCity

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
