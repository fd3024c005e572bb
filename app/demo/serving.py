"""Settings of the demo's web server: the product is read once, the county prepared, then served."""

import os
import sys
from multiprocessing import get_context
from typing import Protocol

from flask import Flask

from app.demo import loading
from app.demo.tied import tie

preload_app = True
"""Reading the product takes seconds; the workers are forks of what was read."""


class Loaded(Protocol):
    """What gunicorn has read."""

    def wsgi(self) -> Flask: ...


class Arbiter(Protocol):
    """As much of gunicorn's parent process as the hook below uses."""

    app: Loaded


def on_starting(server: Arbiter) -> None:
    """Migrate and load before anyone can connect.

    In a fork: what the load needed goes with it, and no worker inherits a connection.
    """
    preparing = get_context("fork").Process(target=_prepare, args=(server.app.wsgi(), os.getpid()))
    preparing.start()
    preparing.join()
    if preparing.exitcode:
        sys.exit("The county could not be prepared.")


def _prepare(app: Flask, parent: int) -> None:
    tie(parent)
    loading.prepare(app)
