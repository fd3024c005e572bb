"""One browser for the run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests import chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium.program()
    if path is None:
        pytest.skip("no Chromium on this machine")
    with chromium.launched(path) as browser:
        yield browser
