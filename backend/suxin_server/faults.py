"""Faults that running the product expects: each is one clear line, never a traceback.

A fault differs from a refusal: a refusal answers a caller of the product, a fault answers whoever starts it. The exit
code tells scripts which one it was.
"""

from pathlib import Path
from typing import ClassVar


class Fault(Exception):
    """Something outside the program keeps it from running; the message says what to do."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(f"{zh} / {en}")


class DataDirInUse(Fault):
    """Another ``suxin up`` already runs on this data folder."""

    exit_code = 3

    def __init__(self, data_dir: Path, pid: str) -> None:
        super().__init__(
            zh=f"数据目录 {data_dir} 已有一个宿信在运行（进程 {pid}）",
            en=f"Suxin already runs on the data folder {data_dir} (pid {pid})",
        )


class FileBusy(Fault):
    """Another command is changing a file that two must not change at once."""

    exit_code = 3

    def __init__(self, path: Path) -> None:
        super().__init__(
            zh=f"另一个命令正在修改 {path}，请稍后再试",
            en=f"another command is changing {path}; try again in a moment",
        )


class PortTaken(Fault):
    """The port that the web server is asked to listen on belongs to another program."""

    exit_code = 4

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            zh=f"端口 {port}（{host}）已被其他程序占用，请用 --port 换一个端口",
            en=f"port {port} on {host} is taken by another program; choose another with --port",
        )


class PortForbidden(Fault):
    """The operating system does not let this account listen on the port."""

    exit_code = 4

    def __init__(self, host: str, port: int) -> None:
        super().__init__(
            zh=f"系统不允许当前账号监听端口 {port}（{host}），请用 --port 换一个 1024 以上的端口",
            en=f"this account may not listen on port {port} of {host}; choose one above 1024 with --port",
        )


class HostUnusable(Fault):
    """The host that the web server is asked to listen on is no address of this machine."""

    exit_code = 7

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(
            zh=f"不能在 {host} 上监听，它不是本机的地址，请用 --host 指明：{reason}",
            en=f"cannot listen on {host}, which is no address of this machine; name one with --host: {reason}",
        )


class BinaryMissing(Fault):
    """No usable binary of a server that has to be started was found."""

    exit_code = 5


class PartFailed(Fault):
    """A part of the running product did not start."""

    exit_code = 6

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(zh=f"{name} 启动失败：{reason}", en=f"{name} did not start: {reason}")


class NotAvailable(Fault):
    """A command needs a setting, or a piece of the installation, that is not there."""

    exit_code = 7
