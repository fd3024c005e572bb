"""The demo's processes start, are watched, and end together, however the demo ends."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import embedded
from app.demo import reset
from app.demo.running import Children
from app.demo.settings import DemoFailed, DemoSettings, alone_in

PARENT = """
import os, time
from app.demo.running import Children
children = Children(os.environ)
children.start("the child", "http.server", "0")
print(children.running[0].process.pid, flush=True)
time.sleep(60)
"""
SOON_SECONDS = 20


@pytest.fixture
def children() -> Iterator[Children]:
    started = Children(os.environ)
    yield started
    started.stop()


def test_a_child_that_dies_is_told_with_its_last_lines(children: Children) -> None:
    children.start("the reader", "json.tool", "/there/is/no/such/file")

    with pytest.raises(DemoFailed, match=r"the reader ended with status 2(.|\n)*such/file"):
        children.wait_until_healthy("127.0.0.1", 9, SOON_SECONDS)


def test_waiting_for_a_web_server_ends(children: Children) -> None:
    with pytest.raises(DemoFailed, match=r"nothing answers at .* after 0 s"):
        children.wait_until_healthy("127.0.0.1", 9, 0)


def test_no_child_outlives_a_killed_parent() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _is_running(child)

        parent.kill()

    deadline = time.monotonic() + SOON_SECONDS
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(child)


def test_one_folder_has_one_demo(tmp_path: Path) -> None:
    with (
        alone_in(tmp_path),
        pytest.raises(DemoFailed, match=rf"is running \(process {os.getpid()}\)"),
        alone_in(tmp_path),
    ):
        pass

    with alone_in(tmp_path):
        pass


def test_reset_refuses_while_the_demo_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TONGCANG_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "secret_key").write_text("kept")

    with alone_in(tmp_path):
        assert reset.main() == 1

    assert "stop it first" in capsys.readouterr().err
    assert (tmp_path / "secret_key").exists()


def test_reset_removes_the_demos_files_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGCANG_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    (tmp_path / "secret_key").write_text("ours")
    (tmp_path / "thesis.txt").write_text("somebody else's")

    assert reset.main() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_dead_servers_number_taken_by_another_process_blocks_nothing(tmp_path: Path) -> None:
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n")
    (tmp_path / ".handle_pids.json").write_text("[1]")

    embedded.forget_the_dead(tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_no_number_is_told() -> None:
    with pytest.raises(DemoFailed, match="PORT"):
        DemoSettings.from_environment({"PORT": "eighty"})


def _is_running(number: int) -> bool:
    try:
        stat = Path(f"/proc/{number}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"
