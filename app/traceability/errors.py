"""What can go wrong with a lot or a coded pack; codes are those of docs/misuse.md."""

from app.kernel.errors import Conflict, Locked, NotFound, RuleBroken, Throttled


class UnknownCode(RuleBroken):
    """Nobody announced this code; ``data['advice']`` says what to do next."""

    code = "unknown-code"


class CodeUnseen(NotFound, UnknownCode):
    """Asked for by its address, the code does not exist, or never came near the actor."""

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

    code = "malformed"


class PlaceholderRefused(RuleBroken):
    """The code was invented to fill a field; goods without codes go by lot and quantity."""

    code = "placeholder-refused"


class CheckFailed(RuleBroken):
    """The platform says that the last four digits are wrong."""

    code = "check4-failed"


class NotActivated(RuleBroken):
    """The platform knows no activation of the code, or never gave it out."""

    code = "not-activated"


class CodeCancelled(RuleBroken):
    """The platform says that the code was cancelled (注销)."""

    code = "cancelled"


class RateLimited(Throttled):
    """Too many unknown codes from one device; ``data['retry_after']`` is in seconds."""

    code = "rate-limited"


class WrongItem(RuleBroken):
    """The pack is of another item than the document asks for (串换)."""

    code = "wrong-item"


class LotMismatch(Conflict):
    """The lot on the label differs from what was announced."""

    code = "lot-mismatch"


class ExpiryMismatch(LotMismatch):
    """The expiry on the label differs from what was announced."""

    code = "expiry-mismatch"


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


class PackSetApart(QualityHold):
    """One pack is in quarantine until quality has decided."""


class LotExpired(Conflict):
    """The last usable day has passed."""

    code = "expired"


class LotStateChanged(Conflict):
    """The lot is held already, or already free."""

    code = "lot-state-changed"


class ReasonMissing(RuleBroken):
    """The act needs a reason people can read."""

    code = "reason-missing"


class AlreadyPacked(Conflict):
    """The pack lies in another container."""

    code = "already-packed"


class Cycle(RuleBroken):
    """A container would lie in itself, or more than four deep; ``data['rule']`` says which."""

    code = "cycle"


class CartonIncomplete(Conflict):
    """Packs were taken out of this carton: scan what is left of it one by one."""

    code = "carton-incomplete"


class ParentChildMix(RuleBroken):
    """A carton and a pack of it in one document would count the pack twice."""

    code = "parent-child-mix"


class AlreadyDone(Conflict):
    """The same was done to this code before; nothing was changed."""

    code = "already-done"


class NotHere(Conflict):
    """The pack is recorded at another place."""

    code = "not-here"


class NotShippedHere(Conflict):
    """The goods were announced or sent, but not on this document."""

    code = "not-shipped-here"


class AlreadyDispensed(Conflict):
    """The pack has left to a patient; who asks again learns where and when."""

    code = "dispensed-here"


class DispensedElsewhere(AlreadyDispensed):
    """Another facility has dispensed the pack: re-entered, or a cloned code."""

    code = "dispensed-elsewhere"


class OutOfCirculation(Conflict):
    """The pack was destroyed, written off, lost or sent back; ``data['was']`` says which."""

    code = "out-of-circulation"


class Exhausted(Conflict):
    """The pack holds less than asked; ``data`` has its capacity and what was taken."""

    code = "exhausted"


class StateForbids(Conflict):
    """The step is not listed for the state the pack is in."""

    code = "state-forbids"


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


class StaleSheet(StaleLabel):
    """The label belongs to another delivery sheet than its tote does now, or has run out."""

    code = "stale-sheet"


class IdempotencyConflict(Conflict):
    """The event came before under this key, with other content."""

    code = "idempotency-conflict"
