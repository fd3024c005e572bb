import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from app.web import locale

APP = Path(__file__).parents[2] / "app"
KEYWORDS = {"_": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
IN_F_STRING = re.compile(r"\{_\('([^']+)'\)")
"""A call inside an f-string, which the extraction of Python 3.11 does not see."""
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
CATALOGUES = sorted(locale.FOLDER.glob("*.po"))


def used() -> dict[str, str]:
    """Every text in the source, with the first place that uses it."""
    found: dict[str, str] = {}
    for path in sorted(APP.rglob("*")):
        method = {".py": "python", ".html": "jinja2.ext:babel_extract"}.get(path.suffix)
        if method is None:
            continue
        options = {"trimmed": "true", "silent": "false"}
        for line, message, _, _ in extract_from_file(
            method, path, keywords=KEYWORDS, options=options
        ):
            singular = message if isinstance(message, str) else next(iter(message or [""]))
            found.setdefault(singular, f"{path.relative_to(APP.parent)}:{line}")
    for path in sorted(APP.rglob("*.py")):
        for text in IN_F_STRING.findall(path.read_text("utf-8")):
            found.setdefault(text, str(path.relative_to(APP.parent)))
    found.pop("", None)
    return found


def messages() -> Iterator[tuple[Path, Message]]:
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file, locale=locale.CHINESE, abort_invalid=True):
                if message.id:
                    yield path, message


def singular_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def text_of(message: Message) -> str:
    given = message.string
    return given if isinstance(given, str) else next(iter(given or [""]))


def test_every_text_has_its_chinese() -> None:
    translated = {singular_of(message) for _, message in messages()}
    missing = {text: place for text, place in used().items() if text not in translated}

    assert missing == {}


def test_no_translation_is_left_over() -> None:
    texts = used()
    unused = {
        f"{path.name}: {singular_of(message)}"
        for path, message in messages()
        if singular_of(message) not in texts
    }

    assert unused == set()


def test_one_text_is_translated_one_way() -> None:
    seen: dict[str, tuple[str, str]] = {}
    twice = []
    for path, message in messages():
        text = singular_of(message)
        if text in seen and seen[text][1] != text_of(message):
            twice.append(f"{text!r}: {seen[text]} and {path.name} {text_of(message)!r}")
        seen[text] = (path.name, text_of(message))

    assert twice == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_a_catalogue_is_whole(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale.CHINESE, abort_invalid=True)

    for message in catalogue:
        if message.id:
            assert not message.fuzzy, f"{message.id!r} is fuzzy"
            assert text_of(message), f"{message.id!r} is empty"
            wanted = set(PLACEHOLDER.findall(singular_of(message)))
            assert set(PLACEHOLDER.findall(text_of(message))) == wanted, message.id
