import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for folder in ("app", "optimizer", "tests", "tools")
    for path in ROOT.glob(f"{folder}/**/*.py")
)
FILE_LINES = 350
FUNCTION_LINES = 50
SUPPRESSION = re.compile(r"#\s*(noqa|type:\x20ignore|pragma: no cover|nosec)\b(.*)")
PER_THOUSAND_LINES = 0.5
FORBIDDEN_PACKAGES = (
    "apiflask",
    "flask-apscheduler",
    "flask-login",
    "flask-migrate",
    "flask-sqlalchemy",
    "flask-talisman",
    "marshmallow-sqlalchemy",
    "procrastinate",
    "ray",
    "testcontainers",
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_and_so_are_its_functions(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= FILE_LINES

    too_long = [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES
    ]
    assert too_long == []


def test_suppressions_are_few_and_say_why() -> None:
    lines, found, unexplained = 0, [], []
    for path in SOURCES:
        text = path.read_text("utf-8")
        lines += text.count("\n") if path.parts[len(ROOT.parts)] != "tests" else 0
        for number, line in enumerate(text.splitlines(), 1):
            match = SUPPRESSION.search(line)
            if match:
                place = f"{path.relative_to(ROOT)}:{number}"
                found += [place] if path.parts[len(ROOT.parts)] != "tests" else []
                if match.group(1) == "noqa" and " - " not in match.group(2):
                    unexplained.append(place)

    assert unexplained == []
    assert len(found) <= max(1, lines * PER_THOUSAND_LINES / 1000), found


def test_the_python_lock_names_no_host() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text("utf-8")


def test_the_front_end_lock_names_no_host() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for package in packages.values():
        package.pop("funding", None)  # where to send money, not where to download

    assert "://" not in json.dumps(packages)


def test_packages_that_do_harm_are_not_locked() -> None:
    locked = (ROOT / "requirements.lock").read_text("utf-8")

    assert [name for name in FORBIDDEN_PACKAGES if f"\n{name}==" in f"\n{locked}"] == []
