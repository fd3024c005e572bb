"""Install from the lock files: .venv, static/vendor, and with ``--browser`` what tests need beside.

That is the schema that exchanged events are judged by, Chromium and a font.

Runs on the machine's own Python, so it needs nothing but the standard library. Does only
what is missing, so that a second run takes no time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / ".installed"
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FONT = "fonts-wqy-zenhei"
OLDEST_PYTHON = (3, 11)


def main() -> int:
    """Install what is missing; return the exit status."""
    if sys.version_info < OLDEST_PYTHON:
        print("Tongcang needs Python 3.11 or newer; set PYTHON=… to another interpreter.")
        return 1
    os.chdir(ROOT)
    try:
        install_packages()
        subprocess.run([str(BIN), "tools/assets.py"], check=True)
        if "--browser" in sys.argv:
            subprocess.run([str(BIN), "tools/epcis_schema.py"], check=True)
            install_browser()
    except subprocess.CalledProcessError as error:
        failed = " ".join(map(str, error.cmd[:4]))
        print(f"Installing failed at: {failed} …\nSee above; the same command goes on from there.")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def install_packages() -> None:
    """Make .venv and install the lock, every file by its hash."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if BIN.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return
    if not has_pip():
        make_environment()
    print("Installing the Python packages of requirements.lock …", flush=True)
    pip = [str(BIN), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Compiling everything takes two thirds of the time; Python compiles what is used at first use.
    # The lock is whole, so nothing is resolved: older pips look at the newest release of a package
    # asked for with an extra, and refuse it for having no hash.
    exact = ["--no-compile", "--no-deps", "--require-hashes", "-r", str(LOCK)]
    subprocess.run([*pip, *exact], check=True)
    STAMP.write_text(wanted)


def has_pip() -> bool:
    """Say whether .venv is whole; making it may have been interrupted."""
    ask = [str(BIN), "-m", "pip", "--version"]
    return BIN.exists() and subprocess.run(ask, capture_output=True, check=False).returncode == 0


def make_environment() -> None:
    """Make .venv; Debian keeps the module that does it in a package of its own."""
    make = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(make, capture_output=True, check=False).returncode == 0:
        return
    if not install_debian("python3-venv", "ca-certificates"):
        sys.exit("Python cannot make virtual environments here; install python3-venv.")
    subprocess.run(make, check=True)


def install_browser() -> None:
    """Install Chromium and a Chinese font where they are missing and this is allowed."""
    # The shell is Chromium without its windows: half the work for each page of a test.
    if not any(map(shutil.which, BROWSERS)) and not (
        install_debian("chromium-headless-shell") or install_debian("chromium")
    ):
        print("Not installed, and not allowed to: chromium")
    if not has_chinese_font() and not install_debian(FONT):
        print(f"Not installed, and not allowed to: {FONT}")


def has_chinese_font() -> bool:
    """Say whether pages in Chinese can be drawn."""
    fc_list = shutil.which("fc-list")
    if not fc_list:
        return False
    fonts = subprocess.run(
        [fc_list, ":lang=zh-cn", "family"],
        capture_output=True,
        text=True,
        check=False,
    )
    return bool(fonts.stdout.strip())


def install_debian(*packages: str) -> bool:
    """Install packages of the system; only root on a system with apt-get may."""
    apt = shutil.which("apt-get")
    if not apt or os.geteuid() != 0:
        return False
    print(f"Installing {', '.join(packages)} …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    update = subprocess.run([apt, "update", "-qq"], env=quiet, check=False)
    install = [apt, "install", "-qq", "-y", "--no-install-recommends", *packages]
    return (
        update.returncode == 0
        and subprocess.run(install, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode
        == 0
    )


if __name__ == "__main__":
    sys.exit(main())
