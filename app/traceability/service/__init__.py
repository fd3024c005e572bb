"""What other domains may ask of lots and coded units."""

from app.traceability.queries import StandingPack
from app.traceability.rules import PacksWanted, ScannedPack
from app.traceability.service.aftermath import keep_incident
from app.traceability.service.events import Happening, Origin
from app.traceability.service.lifeline import LifeLine, life_line
from app.traceability.service.lot_rows import NewLot, find_or_add_lots, makers_of
from app.traceability.service.lots import (
    LotKey,
    find_or_add_lot,
    get_lot,
    hold_lot,
    lock_lot_states,
    lock_lots,
    release_lot,
    state_of,
)
from app.traceability.service.matching import match_packs
from app.traceability.service.naming import item_of_code
from app.traceability.service.standing import standing_packs
from app.traceability.service.units import (
    AnnouncedPack,
    announce,
    dispense,
    get_unit,
    get_units,
    lock_units,
    move,
    new_tote,
    pack,
    packs_in,
    place_of,
    take_back,
    unpack,
)

__all__ = [
    "AnnouncedPack",
    "Happening",
    "LifeLine",
    "LotKey",
    "NewLot",
    "Origin",
    "PacksWanted",
    "ScannedPack",
    "StandingPack",
    "announce",
    "dispense",
    "find_or_add_lot",
    "find_or_add_lots",
    "get_lot",
    "get_unit",
    "get_units",
    "hold_lot",
    "item_of_code",
    "keep_incident",
    "life_line",
    "lock_lot_states",
    "lock_lots",
    "lock_units",
    "makers_of",
    "match_packs",
    "move",
    "new_tote",
    "pack",
    "packs_in",
    "place_of",
    "release_lot",
    "standing_packs",
    "state_of",
    "take_back",
    "unpack",
]
