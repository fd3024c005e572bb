"""The front end comes from a lock without hosts, and no page asks for what the CSP refuses."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.chromium import ROOT
from tools import assets

TEMPLATES = sorted((ROOT / "app" / "templates").rglob("*.html"))
REFUSED = re.compile(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.IGNORECASE)


def test_the_lock_names_versions_and_hashes_but_no_host() -> None:
    text = (ROOT / "package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]

    assert "://" not in text
    assert all("integrity" in about for name, about in packages.items() if name)


def test_every_shipped_library_brings_its_licence() -> None:
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]

    text = (assets.VENDOR / "LICENCES.txt").read_text("utf-8")

    assert [name for name in wanted if f"{name} {wanted[name]} (" not in text] == []


def test_every_built_file_carries_its_hash_and_exists() -> None:
    manifest = json.loads((assets.VENDOR / "manifest.json").read_text("utf-8"))

    assert {"app.css", "app.js", "driver.js", "icons.svg", "map.js", "scan.js"} <= manifest.keys()
    assert all((assets.VENDOR / file).is_file() for file in manifest.values())
    assert [file for file in manifest.values() if not re.search(r"-\w{8,}\.\w+$", file)] == []


def test_nothing_is_built_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    assert assets.main() == 0
    monkeypatch.setattr(subprocess, "run", pytest.fail)

    assert assets.main() == 0


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_needs_nothing_the_policy_refuses(path: Path) -> None:
    text = path.read_text("utf-8")

    assert REFUSED.findall(text) == []
    assert INLINE.findall(text) == []
