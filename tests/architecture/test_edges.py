import enum
import importlib
import inspect
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask

import app as package
from app.kernel.errors import DomainError
from app.web.guard import is_machine_path
from app.web.labels import LABELS
from app.web.messages import REFUSALS

NOT_OURS = {"static"}


def modules() -> list[ModuleType]:
    """Every module of the application; the demo's may need more than production has."""
    names = [
        info.name
        for info in pkgutil.walk_packages(package.__path__, "app.")
        if not info.name.startswith(("app.demo", "app.embedded"))
        and not info.name.endswith(".__main__")
    ]
    return [importlib.import_module(name) for name in names]


def test_every_edge_says_who_may_use_it(app: Flask) -> None:
    unmarked = [
        name
        for name, view in app.view_functions.items()
        if name not in NOT_OURS and "access" not in view.__dict__
    ]

    assert unmarked == []


def test_every_refusal_has_a_sentence() -> None:
    refusals = {
        kind
        for module in modules()
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, DomainError)
    }

    assert {kind.code for kind in refusals} - set(REFUSALS) == set()
    assert all(kind.code == kind.code.lower().replace("_", "-") for kind in refusals)


def test_every_value_that_has_words_has_all_of_them() -> None:
    enumerations = {
        kind.__name__: kind
        for module in modules()
        for kind in vars(module).values()
        if inspect.isclass(kind) and issubclass(kind, enum.StrEnum) and kind.__name__ in LABELS
    }

    for name, words in LABELS.items():
        assert set(words) == {member.value for member in enumerations[name]}, name


def test_every_machine_address_is_in_the_api_document(app: Flask) -> None:
    with app.test_client() as client:
        spec = client.get("/api/v1/openapi.json").json
    assert spec is not None
    documented = {
        (path, method.upper())
        for path, item in spec["paths"].items()
        for method in item
        if method != "parameters"
    }
    served = {
        (openapi_path(rule.rule), method)
        for rule in app.url_map.iter_rules()
        if is_machine_path(rule.rule) and rule.endpoint.split(".")[0] != "api_document"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    assert served - documented == set()
    assert documented - served == set()


def openapi_path(rule: str) -> str:
    parts = []
    for part in rule.split("/"):
        name = part.removeprefix("<").removesuffix(">").rpartition(":")[2]
        parts.append(f"{{{name}}}" if part.startswith("<") else part)
    return "/".join(parts)


def test_the_api_document_keeps_its_own_format(app: Flask) -> None:
    with app.test_client() as client:
        spec = client.get("/api/v1/openapi.json").json
    assert spec is not None

    assert spec["openapi"].startswith("3.1")
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            place = f"{method} {path}"
            assert operation.get("summary"), f"{place} says nothing"
            success = [status for status in operation["responses"] if status < "400"]
            assert success, f"{place} never succeeds"
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert list(answer["content"]) == ["application/problem+json"], place


def test_no_page_is_without_a_template_of_its_own_domain() -> None:
    folders = {path.name for path in Path(package.__path__[0], "templates").iterdir()}

    assert {"errors", "_ui"} <= folders


@pytest.mark.parametrize("name", ["wsgi", "app.scheduler"])
def test_an_entry_point_has_no_side_effect_before_it_is_started(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody@localhost:1/none")
    monkeypatch.setenv("SECRET_KEY", "x")

    assert importlib.import_module(name)
