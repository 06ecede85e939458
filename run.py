#!/usr/bin/env python3
"""The task runner: ``python3 run.py TASK [ARGUMENTS]`` needs nothing but Python 3.11 or newer.

It makes the virtual environment ``.venv`` once, from the hashed lock file, and again when ``pyproject.toml``, the lock or
the interpreter change; then it becomes the task.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - older interpreters parse this file, and shall be told
    sys.exit(
        "宿信需要 Python 3.11 或更新版本 / Suxin needs Python 3.11 or newer; this is "
        + ".".join(map(str, sys.version_info[:3]))
    )

import hashlib
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
EXE = ".exe" if os.name == "nt" else ""
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "suxin.stamp"
OUR_PATHS = ("backend", "graphql", "tenants", "mini_program_api", "migrations", "tests", "run.py")
NO_SUCH_TASK = 2

TASKS = {
    "up": "start everything on this machine (suxin up) · 启动全部服务",
    "test": "run the tests (pytest) · 运行测试",
    "check": "everything that .ci/run checks: format, lint, types, imports, architecture, schema, errors · 全部检查",
    "fmt": "format and fix the code (ruff) · 格式化代码",
    "bench": "run a benchmark by name; without a name, list them · 性能基准",
    "lock": "write requirements.lock anew (needs uv) · 更新依赖锁文件",
    "suxin": "any command of the product's own command line · 产品命令行",
}


def main() -> int:
    """Run the named task and return its exit code."""
    task, *rest = sys.argv[1:] or [""]
    if task not in TASKS:
        asked_for_help = task in {"", "-h", "--help", "help"}
        if not asked_for_help:
            print(f"没有这项任务 · no such task: {task}\n", file=sys.stderr)
        print("用法 · usage: python3 run.py TASK [ARGUMENTS]\n")
        for name, meaning in TASKS.items():
            print(f"  {name:6} {meaning}")
        return 0 if asked_for_help else NO_SUCH_TASK
    os.chdir(ROOT)
    if task == "lock":
        return lock(rest)
    make_environment()
    if task in (own := {"check": check, "bench": bench, "test": test}):
        return own[task](rest)
    if task == "fmt":
        fixed = run(program("ruff"), "check", "--fix", *OUR_PATHS)
        return run(program("ruff"), "format", *OUR_PATHS) or fixed
    become(*{"up": ("suxin", "up"), "suxin": ("suxin",)}[task], *rest)
    return 0


def program(name: str) -> str:
    """Return the path of a program of the virtual environment."""
    return str(BIN / f"{name}{EXE}")


def run(*words: str) -> int:
    """Run a program to its end and return its exit code."""
    return subprocess.run(words, check=False).returncode


def become(name: str, *rest: str) -> None:
    """Become a program of the virtual environment, so that signals reach it and not us."""
    words = [program(name), *rest]
    if os.name == "nt":
        sys.exit(run(*words))
    os.execv(words[0], words)  # noqa: S606 - the words come from whoever typed them


def stamp() -> str:
    """Return what the environment depends on, in one line."""
    digest = hashlib.sha256()
    for path in (ROOT / "pyproject.toml", LOCK):
        digest.update(path.read_bytes() if path.exists() else b"absent")
    # A venv keeps working only with the interpreter, and at the place, it was made for.
    digest.update(f"{sys.version_info[:2]} {VENV}".encode())
    return digest.hexdigest() + "\n"


def make_environment() -> None:
    """Make the virtual environment unless it is there and current."""
    wanted = stamp()
    if STAMP.exists() and STAMP.read_text() == wanted and Path(program("python")).exists():
        return
    began = time.monotonic()
    print("准备 Python 环境 · preparing the Python environment …", flush=True)
    if not _fits(VENV):
        _make_venv()
    if not _says(program("python"), "-c", "import pip; print(pip.__version__)"):
        # An environment made by uv has no pip of its own; what is installed in it stays.
        must(program("python"), "-m", "ensurepip", "--default-pip")
    pip = (program("python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check")
    if LOCK.exists():
        must(*pip, "--require-hashes", "-r", str(LOCK))
        # The lock pins the build back end as well, so nothing is fetched here.
        must(*pip, "--no-deps", "--no-build-isolation", "-e", ".")
    else:
        must(*pip, "-e", ".[dev]")
    STAMP.write_text(wanted)
    print(f"完成 · done in {time.monotonic() - began:.1f} s", flush=True)


def must(*words: str) -> None:
    """Run a program; end with its exit code when it fails."""
    code = run(*words)
    if code:
        print(f"失败 · failed ({code}): {' '.join(words)}", file=sys.stderr)
        sys.exit(code)


def check(rest: list[str]) -> int:
    """Run every check, as many at a time as there are cores; return the exit code of one that failed.

    The longest come first, so that no core waits for the last one.
    """
    steps: dict[str, tuple[str, ...]] = {
        "types": (program("mypy"),),
        "architecture": (program("pytest"), "-q", "tests/architecture"),
        "schema": (program("suxin"), "schema", "export", "--check"),
        "errors": (program("suxin"), "errors", "export", "--check"),
        "imports": (program("lint-imports"), "--no-logo"),
        "lint": (program("ruff"), "check", *OUR_PATHS),
        "format": (program("ruff"), "format", "--check", *OUR_PATHS),
    }
    unknown = set(rest) - set(steps)
    if unknown:
        print(f"steps are: {' '.join(steps)}", file=sys.stderr)
        return NO_SUCH_TASK
    failed = 0
    with ThreadPoolExecutor(os.cpu_count()) as at_once:
        begun = [
            at_once.submit(_told, name, steps[name]) for name in steps if name in rest or not rest
        ]
        for step in as_completed(begun):
            code, account = step.result()
            print(account, flush=True)
            failed = failed or code
    return failed


def _told(name: str, words: tuple[str, ...]) -> tuple[int, str]:
    """Run a check to its end; return its exit code and all that it has to say."""
    began = time.monotonic()
    done = subprocess.run(
        words, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    outcome = "ok" if done.returncode == 0 else "FAILED"
    took = f"── {name}: {outcome} ({time.monotonic() - began:.1f} s)"
    return done.returncode, f"── {name}\n{done.stdout}{took}"


def test(rest: list[str]) -> int:
    """Run the tests: all of them with a worker a core, or what is named as it is, and seen as it goes."""
    # They start a hundred processes of ours: each would compile all its sources anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # A worker that has nothing left takes of what another has.
    become("pytest", *(rest or ("-n", "auto", "--dist", "worksteal")))
    return 0


def bench(rest: list[str]) -> int:
    """Run one benchmark, or list them."""
    known = sorted(
        path.stem.removeprefix("bench_") for path in (ROOT / "tests/benchmarks").glob("bench_*.py")
    )
    if not rest or rest[0] not in known:
        print("benchmarks:", " ".join(known))
        return NO_SUCH_TASK if rest else 0
    become("python", str(ROOT / "tests/benchmarks" / f"bench_{rest[0]}.py"), *rest[1:])
    return 0


def lock(rest: list[str]) -> int:
    """Write the lock file anew, for every platform and without addresses."""
    uv = shutil.which("uv")
    if uv is None:
        print(
            "需要安装 uv · uv is needed for this task: https://docs.astral.sh/uv/", file=sys.stderr
        )
        return 1
    return run(
        *(uv, "pip", "compile", "--universal", "--generate-hashes", "--python-version", "3.11"),
        *("--no-emit-index-url", "--no-annotate", "--no-header"),
        *("--extra", "dev", "--extra", "build"),
        *("--output-file", LOCK.name, "pyproject.toml", *rest),
    )


def _fits(venv: Path) -> bool:
    """Tell whether the folder is a virtual environment, in its own place, of this interpreter's version."""
    told = "import sys; print(*sys.version_info[:2], sys.prefix)"
    return (
        _says(program("python"), "-c", told)
        == f"{sys.version_info[0]} {sys.version_info[1]} {venv}"
    )


def _says(*words: str) -> str:
    """Return what a program prints; nothing when it fails or is not there."""
    if not Path(words[0]).exists():
        return ""
    asked = subprocess.run(words, check=False, capture_output=True, text=True)
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True
    )
    if made.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    version = f"python3.{sys.version_info[1]}-venv"
    sys.exit(
        f"无法创建虚拟环境。Debian/Ubuntu 请先执行 / cannot make a virtual environment. On Debian or Ubuntu run first:\n"
        f"  apt-get install {version}\n{made.stdout}{made.stderr}"
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
