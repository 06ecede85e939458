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


STEPS = {"types", "architecture", "schema", "errors", "imports", "lint", "format"}


def test_check_runs_every_step_and_fails_when_one_does(
    runner: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def run(name: str, words: tuple[str, ...]) -> tuple[int, str]:
        ran.append(name)
        assert words
        return (3 if name == "types" else 0), f"account of {name}"

    monkeypatch.setattr(runner, "_told", run)
    assert runner.check([]) == 3
    assert set(ran) == STEPS
    assert len(ran) == len(STEPS)
    told = capsys.readouterr().out
    assert all(f"account of {name}" in told for name in STEPS)


@pytest.mark.parametrize(("code", "outcome"), [(0, "ok"), (4, "FAILED")])
def test_a_step_tells_its_outcome_and_all_that_it_printed(
    runner: ModuleType, code: int, outcome: str
) -> None:
    program = (
        "import sys; print('seen'); print('wrong', file=sys.stderr); sys.exit(int(sys.argv[1]))"
    )
    found, account = runner._told("types", (sys.executable, "-c", program, str(code)))
    assert found == code
    assert f"── types: {outcome} (" in account
    assert {"seen", "wrong"} <= set(account.split())


def test_check_runs_a_named_step_alone_and_knows_its_steps(
    runner: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(runner, "_told", lambda name, _words: (ran.append(name) or 0, ""))
    assert runner.check(["imports"]) == 0
    assert ran == ["imports"]
    assert runner.check(["everything"]) == 2
