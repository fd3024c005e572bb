"""Run Valhalla beside the product: ``python -m tools.valhalla EXTRACT.osm.pbf [--port 8002]``.

The programs are those of the pyvalhalla wheel (3.9.1 or newer). They are started, never
imported, so the wheel for Python 3.12 unpacked into a folder serves older ones too: name that
folder's ``valhalla`` in ``VALHALLA_HOME``. The server listens on this machine only; point
``ROADS_URL`` at it, with ``ROADS_KIND=valhalla``. Maps of OpenStreetMap must be credited.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep

BUILD, SERVE, CONFIGURE = (
    "bin/valhalla_build_tiles",
    "bin/valhalla_service",
    "valhalla_build_config.py",
)
LIMITS = {
    "locations": "400",
    "matrix-distance": "2000000.0",
    "matrix-location-pairs": "160000",
}
READY_SECONDS, STOP_SECONDS = 30, 5
OK = 200


def home() -> Path | None:
    """Return the folder of Valhalla's programs, or None where it is not installed."""
    named = os.environ.get("VALHALLA_HOME")
    spec = None if named else find_spec("valhalla")
    folder = Path(named) if named else Path(spec.origin).parent if spec and spec.origin else None
    return folder if folder and (folder / SERVE).exists() else None


def build(programs: Path, extract: Path, tiles: Path, port: int) -> Path:
    """Build the tiles of an extract unless they are there; return the server's configuration."""
    tiles.mkdir(parents=True, exist_ok=True)
    settings = {
        "--mjolnir-tile-dir": str(tiles),
        "--httpd-service-listen": f"tcp://127.0.0.1:{port}",
        **{f"--service-limits-auto-max-{name}": most for name, most in LIMITS.items()},
    }
    words = [word for pair in settings.items() for word in pair]
    configuration = tiles / "valhalla.json"
    made = subprocess.run(
        [sys.executable, str(programs / CONFIGURE), *words], check=True, capture_output=True
    )
    configuration.write_bytes(made.stdout)
    if not any(tiles.glob("*/**/*.gph")):
        command = [str(programs / BUILD), "-c", str(configuration), str(extract)]
        subprocess.run(command, check=True, capture_output=True)
    return configuration


@contextmanager
def serving(programs: Path, configuration: Path, port: int) -> Iterator[str]:
    """Run the server until the block ends; yield its address once it answers."""
    command = [str(programs / SERVE), str(configuration), "1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(server, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    until = monotonic() + READY_SECONDS
    while monotonic() < until and server.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/status")
            if connection.getresponse().status == OK:
                return
        except (OSError, HTTPException):
            sleep(0.1)
        finally:
            connection.close()
    raise SystemExit("Valhalla did not start")


def main() -> None:
    """Build what is missing and serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("extract", type=Path)
    parser.add_argument("--tiles", type=Path, default=Path(".tongcang/valhalla"))
    parser.add_argument("--port", type=int, default=8002)
    given = parser.parse_args()
    programs = home()
    if programs is None:
        raise SystemExit("Valhalla is not installed: see the head of tools/valhalla.py")
    configuration = build(programs, given.extract, given.tiles, given.port)
    with serving(programs, configuration, given.port) as address:
        print(f"ROADS_URL={address} ROADS_KIND=valhalla")
        try:
            while True:
                sleep(3600)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
