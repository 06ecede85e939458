"""The leash: a child of the supervisor ends when the supervisor does, even after kill -9.

Run as ``python -m suxin_server.leash MODULE ARGUMENTS…`` it watches the reading end of a pipe whose writing end only the
supervisor holds, and otherwise becomes that module. The kernel closes the pipe however the supervisor ended, on every
Unix; Linux's parent-death signal would do so when the *thread* ends that started the child.
"""

import os
import runpy
import signal
import sys
import threading
import time
from contextlib import suppress

LEASH_VARIABLE = "SUXIN_LEASH_FD"
GRACE_S = 1.5


def hold(descriptor: int) -> None:
    """Watch the pipe in the background and end this process and its group once it closes."""
    os.set_inheritable(descriptor, False)
    threading.Thread(target=_watch, args=(descriptor,), name="leash", daemon=True).start()


def main() -> None:
    """Take the leash up and become the named module."""
    descriptor = os.environ.pop(LEASH_VARIABLE, "")
    if descriptor:
        hold(int(descriptor))
    module = sys.argv[1]
    sys.argv = sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _watch(descriptor: int) -> None:
    with suppress(OSError):
        os.read(descriptor, 1)
    if sys.platform == "win32":
        os._exit(1)
    _end(signal.SIGTERM)
    time.sleep(GRACE_S)
    _end(signal.SIGKILL)


def _end(signal_number: int) -> None:
    # A child that leads its own group takes along what it started.
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal_number)
    else:
        os.kill(os.getpid(), signal_number)


if __name__ == "__main__":
    main()
