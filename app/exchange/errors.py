"""What can go wrong between a sheet and the book."""

from app.kernel.errors import Conflict, RuleBroken


class ImportNotReady(Conflict):
    """The import has bad rows, or was confirmed before; ``data['state']``."""

    code = "import-not-ready"


class ImportChanged(Conflict):
    """Something changed since the preview: rows that were good are not any more."""

    code = "import-changed"


class ImportedBefore(Conflict):
    """The same file was imported before; ``data['reference']`` names the import."""

    code = "imported-before"


class ImportTargetMissing(RuleBroken):
    """Opening stock needs a facility, requisition lines need a draft."""

    code = "import-target-missing"
