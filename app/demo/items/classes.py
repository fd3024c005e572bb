"""Which items are kept cool or cold, and which are controlled (麻精毒)."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from app.demo.facts import rows_of

_COOL_PREFIXES = ("头孢", "青霉素", "阿莫西林", "氨苄西林", "哌拉西林", "苯唑西林")
_BY_NAME = ("narcotic", "psychotropic_1", "psychotropic_2", "toxic")


@cache
def names_of() -> Mapping[str, frozenset[str]]:
    """Return the names under each rule of ``classes.csv``."""
    names: dict[str, set[str]] = defaultdict(set)
    for row in rows_of("classes.csv"):
        names[row["rule"]].add(row["name"])
    return {rule: frozenset(listed) for rule, listed in names.items()}


def storage_class(name: str, dose_form: str) -> str:
    """Return ``cold`` (冷藏 2–8 °C), ``cool`` (阴凉 ≤ 20 °C) or ``ambient`` (常温).

    A rule of thumb after common package leaflets, for the demo; a leaflet decides in earnest.
    """
    names = names_of()
    if name in names["cold"] or (name in names["cold_as_injection"] and dose_form == "注射液"):
        return "cold"
    if dose_form in names["cool_form"] or name.startswith(_COOL_PREFIXES):
        return "cool"
    return "ambient"


def special_class(name: str, dose_form: str) -> str:
    """Return the controlled class of a medicine.

    Sources: 麻醉药品和精神药品品种目录 (2013) with its amendments; since 2024-07-01
    dextromethorphan is class 2 and midazolam injection class 1 (2024 年第 54 号公告).
    Toxic medicines: 医疗用毒性药品管理办法 (1988) and later additions.
    """
    if name == "咪达唑仑" and dose_form == "注射液":
        return "psychotropic_1"
    names = names_of()
    return next((rule for rule in _BY_NAME if name in names[rule]), "none")


def special_class_of_piece(name: str) -> str:
    """Return ``toxic`` for the raw forms of the 28 toxic herbs; processed ones are free."""
    return "toxic" if name in names_of()["toxic_piece"] else "none"
