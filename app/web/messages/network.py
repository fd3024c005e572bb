"""Sentences and words of facilities, roads and prices."""

from flask_babel import gettext as _

from app.web.messages.common import N_

REFUSALS = {
    "facility-not-served": N_("%(subject)s has no delivery day."),
    "price-missing": N_("No price holds for this exam on %(day)s."),
    "road-condition-unclear": N_(
        "Say where the road is closed, or how slow it is, and let it end after it begins."
    ),
    "road-sheet-unreadable": N_(
        "The file holds no drives. Save it as CSV with the columns 起点, 终点, 秒, 米."
    ),
    "road-unknown": N_("No road is known from %(origin)s to %(target)s."),
}

LABELS = {
    "ConditionKind": {
        "closed": N_("Road closed"),
        "cut_off": N_("Township cut off"),
        "slow": N_("Slow driving"),
    },
    "CoordinateSystem": {
        "wgs84": N_("WGS-84 (GPS, Tianditu)"),
        "gcj02": N_("GCJ-02 (Amap, Tencent)"),
        "bd09": N_("BD-09 (Baidu)"),
    },
    "Terrain": {
        "plain": N_("Plains"),
        "hill": N_("Hills"),
        "mountain": N_("Mountains"),
    },
}

ROW_FAULTS = {
    "missing_column": N_("The column %(value)s is missing."),
    "not_a_number": N_("“%(value)s” is no whole number of seconds or metres."),
    "same_place": N_("The drive leads from %(value)s to itself."),
    "too_fast": N_("%(value)s is faster than 150 km/h: are seconds and metres swapped?"),
    "too_many": N_("The sheet has more than %(value)s rows."),
    "twice": N_("The drive %(value)s stands in the sheet twice."),
    "unknown_place": N_("No facility has the code or name “%(value)s”."),
}
"""What is wrong with a row of a sheet of drives."""


def drives_said(provenance: str) -> str:
    """Say where a plan's drives come from; see ``Provenance.text``."""
    return "；".join(map(_part_said, provenance.split("; ")))


def _part_said(part: str) -> str:
    word, _space, rest = part.partition(" ")
    if word == "service-silent":
        return _("the routing service did not answer")
    if word in ("closed", "slowed"):
        counted = {"count": rest.count(",") + 1}
        closed, slowed = _("%(count)s closures", **counted), _("%(count)s slow roads", **counted)
        return closed if word == "closed" else slowed
    source, _times, count = part.rpartition(" × ")
    name = _("estimated") if word.startswith("great-circle@") else source
    return _("%(name)s: %(count)s drives", name=name, count=count)
