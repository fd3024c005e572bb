"""Whoever opens a page does so at the moment the factories' stock came in."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.factories.stock import NOW


@pytest.fixture(autouse=True)
def nine_o_clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield
