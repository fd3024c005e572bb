"""Languages: Simplified Chinese by default, English by a switch that the browser keeps."""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, request
from flask_babel import Babel, Domain, get_locale

from app.web.guard import current_profile, is_machine_path

CHINESE, ENGLISH = "zh_Hans_CN", "en"
LOCALES = (CHINESE, ENGLISH)
COOKIE = "tongcang_locale"
FOLDER = Path(__file__).parents[1] / "translations" / CHINESE


class PoDomain(Domain):
    """Texts read straight from the ``.po`` files, one per domain: no compiled file goes stale."""

    def get_translations(self) -> Translations:
        """Return the texts of the request's language; English is the source itself."""
        return chinese() if str(get_locale()) == CHINESE else Translations()


@cache
def chinese() -> Translations:
    """Load every Chinese catalogue once per process."""
    merged = Catalog(locale=CHINESE)
    for path in sorted(FOLDER.glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=CHINESE):
                if message.id and message.string:
                    merged.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled)


def init_app(app: Flask) -> None:
    """Choose the language of each request."""
    babel = Babel(
        app,
        default_locale=CHINESE,
        default_timezone="Asia/Shanghai",
        locale_selector=choose_locale,
    )
    babel.domain_instance = PoDomain()


def choose_locale() -> str:
    """Return the language chosen by cookie, then by the person; programs ask by header."""
    chosen = request.cookies.get(COOKIE)
    if chosen in LOCALES:
        return chosen
    if is_machine_path(request.path) and request.accept_languages:
        best = request.accept_languages.best_match(["zh", "en"], default="zh")
        return ENGLISH if best == "en" else CHINESE
    profile = current_profile()
    return profile.locale if profile and profile.locale in LOCALES else CHINESE
