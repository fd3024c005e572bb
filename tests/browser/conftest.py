"""One browser for the run, and the demo county for the tests that live in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import URL

from tests import chromium
from tests.browser import county
from tests.browser.county import County


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.program()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with chromium.launched(path) as browser:
        yield browser


@pytest.fixture(scope="module")
def county_served(
    server: URL, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[County]:
    """The demo county at dawn, for this module alone."""
    county.build_template(server, shared)
    with county.served(server, tmp_path_factory.mktemp("home")) as served:
        yield served
