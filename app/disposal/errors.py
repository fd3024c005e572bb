"""What can go wrong when goods are written off and destroyed."""

from app.kernel.errors import Conflict, RuleBroken


class WriteOffStateChanged(Conflict):
    """The write-off is not in the state this step starts from."""

    code = "write-off-state-changed"


class NothingWrittenOff(RuleBroken):
    """A write-off names at least one lot at one place, each once, of more than nothing."""

    code = "nothing-written-off"


class GoodsOfSeveralFacilities(RuleBroken):
    """A document has the goods of one facility."""

    code = "goods-of-several-facilities"


class LossReasonNeeded(RuleBroken):
    """The reason "other" says in words what happened."""

    code = "loss-reason-needed"


class SignerNeeded(RuleBroken):
    """Whoever handed the write-off in does not confirm it alone."""

    code = "write-off-signer-needed"


class AlreadyDestroyed(Conflict):
    """More would be destroyed than was written off and is still there."""

    code = "already-destroyed"


class DestroyedWhole(RuleBroken):
    """Packs with codes of their own are destroyed as they were written off, all together."""

    code = "destroyed-whole"


class DestructionDayWrong(RuleBroken):
    """Goods are destroyed after they were written off, and not in the future."""

    code = "destruction-day-wrong"


class AuthorityNeeded(RuleBroken):
    """Controlled medicines are destroyed before the eyes of the health authority."""

    code = "authority-needed"
