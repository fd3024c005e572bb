"""What other domains may ask of lots and coded units."""

from app.traceability.queries import StandingPack
from app.traceability.rules import PacksWanted, ScannedPack
from app.traceability.service.aftermath import note_incident
from app.traceability.service.announcing import AnnouncedPack, announce
from app.traceability.service.asking import claim_questions, keep_answers
from app.traceability.service.capturing import (
    Giving,
    Moving,
    dispense_all,
    move_all,
    observe,
    observe_all,
)
from app.traceability.service.dating import date_lot
from app.traceability.service.events import Happening, Origin
from app.traceability.service.labels import trust_label, trust_sheet
from app.traceability.service.lifeline import LifeLine, life_line
from app.traceability.service.lot_rows import NewLot, find_or_add_lots, makers_of
from app.traceability.service.lots import (
    LotKey,
    find_or_add_lot,
    get_lot,
    hold_lot,
    lift_hold,
    lock_lot_states,
    lock_lots,
    release_lot,
    state_of,
    tell_holders,
)
from app.traceability.service.matching import match_packs
from app.traceability.service.moving import move, pack, unpack
from app.traceability.service.naming import item_of_code
from app.traceability.service.proving import (
    Consistency,
    Inclusion,
    checkpoint_of_site,
    grew,
    growth_of,
    holds,
    inclusion_of,
    newest_checkpoint,
    prove_event,
    prove_growth,
    site_called,
)
from app.traceability.service.quarantine import (
    Cause,
    kinds_set_apart,
    open_hold,
    open_holds,
    release,
    set_apart,
)
from app.traceability.service.recognising import (
    Scanned,
    conflict_of,
    find_scanned,
    question_list,
    why_unknown,
)
from app.traceability.service.sealing import Sealed, Signer, seal, seal_turn, signer_of
from app.traceability.service.standing import content_of, standing_packs
from app.traceability.service.steps import lock_units, refuse_apart, tops_of
from app.traceability.service.story import Story, tell_story
from app.traceability.service.taking import dispense, take_back
from app.traceability.service.units import (
    get_unit,
    get_units,
    lot_of,
    new_tote,
    packs_in,
    place_of,
)
from app.traceability.service.verifying import (
    Keys,
    Verdict,
    Verified,
    Window,
    check_checkpoint,
    known_keys,
    names_of_sites,
    summed,
    unsealed,
    verify_log,
    verify_window,
    windows,
)

__all__ = [
    "AnnouncedPack",
    "Cause",
    "Consistency",
    "Giving",
    "Happening",
    "Inclusion",
    "Keys",
    "LifeLine",
    "LotKey",
    "Moving",
    "NewLot",
    "Origin",
    "PacksWanted",
    "Scanned",
    "ScannedPack",
    "Sealed",
    "Signer",
    "StandingPack",
    "Story",
    "Verdict",
    "Verified",
    "Window",
    "announce",
    "check_checkpoint",
    "checkpoint_of_site",
    "claim_questions",
    "conflict_of",
    "content_of",
    "date_lot",
    "dispense",
    "dispense_all",
    "find_or_add_lot",
    "find_or_add_lots",
    "find_scanned",
    "get_lot",
    "get_unit",
    "get_units",
    "grew",
    "growth_of",
    "hold_lot",
    "holds",
    "inclusion_of",
    "item_of_code",
    "keep_answers",
    "kinds_set_apart",
    "known_keys",
    "life_line",
    "lift_hold",
    "lock_lot_states",
    "lock_lots",
    "lock_units",
    "lot_of",
    "makers_of",
    "match_packs",
    "move",
    "move_all",
    "names_of_sites",
    "new_tote",
    "newest_checkpoint",
    "note_incident",
    "observe",
    "observe_all",
    "open_hold",
    "open_holds",
    "pack",
    "packs_in",
    "place_of",
    "prove_event",
    "prove_growth",
    "question_list",
    "refuse_apart",
    "release",
    "release_lot",
    "seal",
    "seal_turn",
    "set_apart",
    "signer_of",
    "site_called",
    "standing_packs",
    "state_of",
    "summed",
    "take_back",
    "tell_holders",
    "tell_story",
    "tops_of",
    "trust_label",
    "trust_sheet",
    "unpack",
    "unsealed",
    "verify_log",
    "verify_window",
    "why_unknown",
    "windows",
]
