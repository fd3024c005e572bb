"""What is asked of dispensing a pack, and what comes back."""

from dataclasses import dataclass
from datetime import datetime

from app.catalogue.models import Item
from app.dispensing.service.advising import Advice
from app.dispensing.service.signing import NO_PAPERS, Papers
from app.kernel.ids import ItemId
from app.traceability.models import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class DispenseRequest:
    """A pack's code and how many base units to take out; None takes all that is left.

    ``device`` and ``document`` tell a scan read twice from a second one; ``item_id`` is what
    the prescription asks for, ``client_event_id`` the client's own name of the act.
    What a device did earlier has its own moment, and another at which the book can have it.
    """

    code: str
    quantity: int | None = None
    note: str = ""
    papers: Papers = NO_PAPERS
    device: str = ""
    document: str = ""
    item_id: ItemId | None = None
    client_event_id: str = ""
    happened_at: datetime | None = None
    booked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was given under which reference, what is left, and what the giver should know.

    ``repeats`` says that this is the answer to a scan that was read twice: nothing was done.
    """

    reference: str
    unit: Unit
    item: Item
    quantity: int
    advice: tuple[Advice, ...] = ()
    ambiguous: bool = False
    repeats: bool = False
