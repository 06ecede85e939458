"""The task runner, as far as it does not make an environment."""

import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

RUN = Path(__file__).parents[2] / "run.py"


def task(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, RUN, *words], capture_output=True, text=True, timeout=20, check=False
    )


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("run", RUN)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "LOCK", tmp_path / "requirements.lock")
    return module


def test_alone_it_lists_its_tasks() -> None:
    told = task()
    assert (told.returncode, told.stderr) == (0, "")
    for name in ("up", "test", "check", "fmt", "bench", "lock"):
        assert f"\n  {name:6} " in told.stdout


def test_an_unknown_task_is_an_error_and_lists_them_too() -> None:
    told = task("deploy")
    assert told.returncode == 2
    assert told.stderr == "没有这项任务 · no such task: deploy\n\n"
    assert "\n  up " in told.stdout


def test_the_environment_is_current_only_with_the_same_project_and_lock(
    runner: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text("one")
    first = runner.stamp()
    assert runner.stamp() == first
    (tmp_path / "requirements.lock").write_text("locked")
    second = runner.stamp()
    (tmp_path / "pyproject.toml").write_text("two")
    assert len({first, second, runner.stamp()}) == 3


def test_uv_installs_for_development_what_the_extra_names() -> None:
    told = tomllib.loads((RUN.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert told["dependency-groups"]["dev"] == told["project"]["optional-dependencies"]["dev"]


def test_check_stops_at_the_first_step_that_fails(
    runner: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def run(*words: str) -> int:
        ran.append(Path(words[0]).name)
        return 3 if "mypy" in words[0] else 0

    monkeypatch.setattr(runner, "run", run)
    assert runner.check([]) == 3
    assert ran == ["ruff", "ruff", "mypy"]
    told = capsys.readouterr().out
    assert "── lint: ok (" in told
    assert "── types: FAILED (" in told
    assert "imports" not in told


def test_check_runs_a_named_step_alone_and_knows_its_steps(
    runner: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(runner, "run", lambda *words: ran.append(words) or 0)
    assert runner.check(["imports"]) == 0
    assert [Path(words[0]).name for words in ran] == ["lint-imports"]
    assert runner.check(["everything"]) == 2
