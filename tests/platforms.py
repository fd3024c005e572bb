"""The platform's stand-in as a server of this process, for as long as a test needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from tools.platform_simulator import Behaviour, Simulator


@contextmanager
def platform(behaviour: Behaviour) -> Iterator[tuple[Simulator, str]]:
    """Yield the simulator and the address at which it is told."""
    with Simulator(("127.0.0.1", 0), behaviour) as simulator:
        thread = Thread(target=simulator.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield simulator, f"http://127.0.0.1:{simulator.server_port}/insurance"
        finally:
            simulator.shutdown()
            thread.join(5)
