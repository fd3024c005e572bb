"""What can go wrong with a lot or a coded pack; codes follow the misuse catalogue."""

from app.kernel.errors import Conflict, Locked, NotFound, RuleBroken


class UnknownCode(NotFound):
    """Nobody announced this code, or it is not visible to the actor."""

    code = "unknown-code"


class NotATraceCode(RuleBroken):
    """The text scanned is another kind of code; ``data['kind']`` names it."""

    code = "not-a-trace-code"


class MalformedCode(RuleBroken):
    """The text is a code by its looks and not by its contents, or was damaged on the way.

    ``data['cause']`` is ``identifier``, ``length``, ``characters``, ``check-digit``, ``date``,
    ``value``, ``repeated``, ``companion``, ``separator`` or ``link``; of damage
    ``spreadsheet``, ``keyboard`` or ``caps-lock``. ``data['identifier']`` says at which part.
    """

    code = "malformed-code"


class WrongItem(RuleBroken):
    """The pack is of another item than the document asks for (串换)."""

    code = "wrong-item"


class LotMismatch(Conflict):
    """Lot or expiry on the label differ from what was announced."""

    code = "lot-mismatch"


class LotHeld(Locked):
    """Quality or a recall holds the lot; ``data`` says since when, why and what to do."""

    code = "lot-held"


class Recalled(LotHeld):
    """The lot is recalled; ``data['recall_class']`` is I, II, III or none."""

    code = "recalled"


class QualityHold(LotHeld):
    """Quality keeps the lot from being used."""

    code = "quality-hold"


class HeldByRecall(RuleBroken):
    """The hold belongs to a recall; it is lifted there, by two people."""

    code = "held-by-recall"


class LotExpired(Conflict):
    """The last usable day has passed."""

    code = "lot-expired"


class LotStateChanged(Conflict):
    """The lot is held already, or already free."""

    code = "lot-state-changed"


class ReasonMissing(RuleBroken):
    """The act needs a reason people can read."""

    code = "reason-missing"


class AlreadyPacked(Conflict):
    """The pack lies in another container."""

    code = "already-packed"


class AlreadyDone(Conflict):
    """The same was done to this code before; nothing was changed."""

    code = "already-done"


class NotHere(Conflict):
    """The pack is recorded at another place."""

    code = "not-here"


class AlreadyDispensed(Conflict):
    """The pack has left to a patient; ``data`` says where and when."""

    code = "already-dispensed"


class Exhausted(Conflict):
    """The pack holds less than asked."""

    code = "exhausted"


class UnitChanged(Conflict):
    """Somebody else moved the pack in the same moment."""

    code = "unit-changed"


class BaseChanged(Conflict):
    """Seals name things under one base; it can be no other once the first seal is made."""

    code = "base-changed"


class CheckpointUnknown(RuleBroken):
    """The text is no checkpoint, or none that this installation signed."""

    code = "checkpoint-unknown"


class PackNotWanted(RuleBroken):
    """The scanned pack is not of the goods named, lies elsewhere, or is one too many."""

    code = "pack-not-wanted"


class PacksLacking(RuleBroken):
    """Packs of an item were not scanned; ``data['lacking']`` is how many base units."""

    code = "packs-lacking"


class LotDateWrong(RuleBroken):
    """A lot is not made tomorrow, nor after its last usable day."""

    code = "lot-date-wrong"


class ForeignLabel(RuleBroken):
    """The label is sealed, and not by this installation, or for another code."""

    code = "foreign-label"


class StaleLabel(Conflict):
    """The label is ours and no longer holds: its day has passed, or the thing has changed."""

    code = "stale-label"
