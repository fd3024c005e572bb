"""docs/misuse.md is a contract: all 29 rows are there, and each names tests that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = 29
ROW = re.compile(r"^\| (\d+) \|.*$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
CATALOGUE = ROOT / "docs" / "misuse.md"


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("number", range(1, ROWS + 1))
def test_a_row_names_tests_of_its_own_that_exist(number: int) -> None:
    rows = [row for row in ROW.finditer(CATALOGUE.read_text("utf-8")) if row[1] == str(number)]
    assert len(rows) == 1
    named = TEST.findall(rows[0][0])
    assert named
    for file, name in named:
        assert name in functions_of(file)
        assert name.startswith(f"test_{number}_")


def test_no_row_is_beyond_the_catalogue() -> None:
    numbers = [int(row[1]) for row in ROW.finditer(CATALOGUE.read_text("utf-8"))]
    assert numbers == list(range(1, ROWS + 1))
