"""What can go wrong when platforms are told what happened to goods."""

from app.kernel.errors import Conflict, RuleBroken


class ProfileBroken(RuleBroken):
    """The field map of a province cannot be used; the subject names file and entries."""

    code = "upload-profile-broken"


class UploadStateChanged(Conflict):
    """The message is not in the state this step starts from."""

    code = "upload-state-changed"


class FeeNumbersDiffer(RuleBroken):
    """A settlement names each line of the dispensing by its own number of the fee."""

    code = "fee-numbers-differ"


class NothingOnBill(RuleBroken):
    """None of the codes is one the trace platform takes."""

    code = "nothing-on-bill"


class BillStateChanged(Conflict):
    """The platform has taken the bill already."""

    code = "bill-state-changed"
