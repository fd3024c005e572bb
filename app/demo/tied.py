"""``python -m app.demo.tied PARENT MODULE …``: run a module that ends when its parent does.

A killed parent can stop nobody, and what it leaves behind would keep the port. Linux sends
the signal in its place; elsewhere the module just runs.
"""

import ctypes
import os
import runpy
import signal
import sys

PR_SET_PDEATHSIG = 1


def tie(parent: int) -> None:
    """Let this process end with its parent, which may be gone already."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    if os.getppid() != parent:
        sys.exit("The parent was gone before we started.")


def main() -> None:
    """Tie this process to its parent, then become the module."""
    tie(int(sys.argv[1]))
    del sys.argv[:2]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
