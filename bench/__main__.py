"""``python -m bench [--only FAMILY]``: print the benchmark tables, ratios first.

``DATA`` may name a folder of real and synthetic data; what needs it says when it is missing.
"""

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from bench import booking, capture, forecast, recall, routing, stock, trace

FAMILIES: dict[str, Callable[[Path | None], None]] = {
    "booking": booking.report,
    "capture": capture.report,
    "forecast": forecast.report,
    "recall": recall.report,
    "routing": routing.report,
    "stock": stock.report,
    "trace": trace.report,
}


def main() -> None:
    """Run the families asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", choices=sorted(FAMILIES), metavar="FAMILY")
    only = parser.parse_args().only
    data = os.environ.get("DATA")
    for name, report in FAMILIES.items():
        if only in {None, name}:
            report(Path(data) if data else None)


if __name__ == "__main__":
    main()
