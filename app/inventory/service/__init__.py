"""What other domains may ask of the stock ledger."""

from app.inventory.queries import (
    Counted,
    book_as_at,
    county_levels,
    last_posting,
    levels_across,
    open_reservations,
    stock_levels,
)
from app.inventory.rules import Amc, MonthUse, months_of_stock
from app.inventory.service.apart import (
    follow_quarantine,
    give_content_back,
    lock_content,
    set_content_apart,
)
from app.inventory.service.closing import close_month, month_named, take_snapshots
from app.inventory.service.consuming import (
    arithmetic_of,
    average_across,
    average_consumption,
    county_use,
    use_by_period,
)
from app.inventory.service.correcting import (
    ConditionChange,
    Correction,
    change_condition,
    correct,
    may_be_reversed_by_hand,
)
from app.inventory.service.counting import hold_for_count
from app.inventory.service.destinations import destinations
from app.inventory.service.holding import freeze_lot, unfreeze_lot
from app.inventory.service.overviewing import (
    ItemStanding,
    StandingQuery,
    list_standings,
    standings,
)
from app.inventory.service.places import (
    add_place,
    get_place,
    get_place_by_id,
    list_bins,
    locked_place,
    place_for,
    places_called,
    recall_shelf,
    shelves_for,
    stock_place,
    stock_places,
    vehicle_place,
)
from app.inventory.service.posting import post, reverse
from app.inventory.service.posting_many import post_all
from app.inventory.service.proving import Finding, prove
from app.inventory.service.requests import (
    NO_LINE,
    Allocation,
    Demand,
    Movement,
    PostingRequest,
    Reserved,
    Spot,
    Terms,
    Undoing,
)
from app.inventory.service.reserving import (
    expired_lines,
    lines_promised,
    open_quantity,
    release,
    release_expired,
    release_part,
    reserve,
)
from app.inventory.service.scoping import choose_facility, scope_of, visible_facilities

__all__ = [
    "NO_LINE",
    "Allocation",
    "Amc",
    "ConditionChange",
    "Correction",
    "Counted",
    "Demand",
    "Finding",
    "ItemStanding",
    "MonthUse",
    "Movement",
    "PostingRequest",
    "Reserved",
    "Spot",
    "StandingQuery",
    "Terms",
    "Undoing",
    "add_place",
    "arithmetic_of",
    "average_across",
    "average_consumption",
    "book_as_at",
    "change_condition",
    "choose_facility",
    "close_month",
    "correct",
    "county_levels",
    "county_use",
    "destinations",
    "expired_lines",
    "follow_quarantine",
    "freeze_lot",
    "get_place",
    "get_place_by_id",
    "give_content_back",
    "hold_for_count",
    "last_posting",
    "levels_across",
    "lines_promised",
    "list_bins",
    "list_standings",
    "lock_content",
    "locked_place",
    "may_be_reversed_by_hand",
    "month_named",
    "months_of_stock",
    "open_quantity",
    "open_reservations",
    "place_for",
    "places_called",
    "post",
    "post_all",
    "prove",
    "recall_shelf",
    "release",
    "release_expired",
    "release_part",
    "reserve",
    "reverse",
    "scope_of",
    "set_content_apart",
    "shelves_for",
    "standings",
    "stock_levels",
    "stock_place",
    "stock_places",
    "take_snapshots",
    "unfreeze_lot",
    "use_by_period",
    "vehicle_place",
    "visible_facilities",
]
