"""What can go wrong when goods leave to a patient."""

from app.kernel.errors import Conflict, RuleBroken


class ScanAPack(RuleBroken):
    """A carton or tote was scanned; patients get packs."""

    code = "scan-a-pack"


class SplitNotAllowed(RuleBroken):
    """The pack may only be given whole."""

    code = "split-not-allowed"


class UndoNotAllowed(Conflict):
    """A rule forbids the undo; ``data['rule']`` names it.

    ``other-site``, ``too-late``, ``pack-left``, ``undone-before`` or ``is-an-undo``.
    """

    code = "undo-not-allowed"


class PrescriptionNeeded(RuleBroken):
    """Controlled medicines are given on a prescription, signed for by two people."""

    code = "prescription-needed"
