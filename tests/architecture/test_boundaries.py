import ast
import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[2]
WRITING = {"delete", "insert", "update"}
NOT_DOMAINS = {"demo", "kernel", "scheduler", "web"}


def test_only_the_owner_writes_its_tables() -> None:
    """A domain changes another domain's rows through its service, never through its tables."""
    graph = grimp.build_graph("app", cache_dir=None)
    tables = graph.find_matching_modules("app.*.models")
    tables |= graph.find_matching_modules("app.*.models.**")
    strangers = {
        f"{importer} writes {written} of {imported}"
        for imported in tables
        for importer in graph.find_modules_that_directly_import(imported)
        if domain_of(importer) != domain_of(imported)
        for written in written_by(importer, imported)
    }

    assert strangers == set()


def domain_of(module: str) -> str:
    return module.split(".")[1]


def written_by(importer: str, imported: str) -> set[str]:
    """Tables of ``imported`` that a module constructs, inserts into, updates or deletes from."""
    tree = ast.parse(source_of(importer))
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == imported
        for alias in node.names
    } - enumerations(imported)
    written = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[0] if node.args else None
            target = first if node.func.id in WRITING else node.func
            if isinstance(target, ast.Name) and target.id in names:
                written.add(target.id)
    return written


def enumerations(module: str) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(source_of(module)))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "StrEnum" for base in node.bases)
    }


def source_of(module: str) -> str:
    path = ROOT.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return file.read_text("utf-8")


def test_every_domain_stands_under_the_contract_of_its_inside() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    inside = next(each for each in contracts if each["name"].startswith("Inside a domain"))
    domains = {
        f"app.{path.parent.name}"
        for path in ROOT.glob("app/*/__init__.py")
        if path.parent.name not in NOT_DOMAINS
    }

    assert domains - set(inside["containers"]) == set()
