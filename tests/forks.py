"""Programs of the product as forks of one process that has read it: reading takes seconds."""

import multiprocessing
import os
import runpy
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from app.demo.tied import tie

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(
    ["app.factory", "app.demo.cli", "app.demo.serving", "app.scheduler", "gunicorn.app.wsgiapp"]
)
PATIENCE_SECONDS = 10


@dataclass
class Forks:
    """Programs that run until they are stopped; what they print goes to a file."""

    environment: Mapping[str, str]
    log: Path
    running: list[ForkServerProcess] = field(default_factory=list)

    def start(self, *module: str) -> ForkServerProcess:
        """Run a module as ``python -m`` would; it leads a group of its own."""
        process = FORKING.Process(
            target=_become, args=(dict(self.environment), str(self.log), module)
        )
        self.log.touch()
        process.start()
        self.running.append(process)
        return process

    def stop(self) -> None:
        """End all programs, the last one started first; kill what does not listen."""
        for process in reversed(self.running):
            end(process, signal.SIGTERM)
        for process in reversed(self.running):
            process.join(PATIENCE_SECONDS)
            end(process, signal.SIGKILL)
            process.join()
        self.running.clear()
        sys.stderr.write(self.log.read_text())


def end(process: ForkServerProcess, number: signal.Signals) -> None:
    """Send a signal to a program and to all it has started, if it runs."""
    if process.is_alive() and process.pid:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def _become(environment: Mapping[str, str], log: str, module: tuple[str, ...]) -> None:
    os.setsid()
    tie(os.getppid())
    os.environ.clear()
    os.environ.update(environment)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(output, stream)
    sys.argv[:] = module
    runpy.run_module(module[0], run_name="__main__", alter_sys=True)
