"""Why a machine cannot be used or set aside."""

from app.kernel.errors import Conflict, RuleBroken


class DeviceNotLicensed(RuleBroken):
    """The machine's licence ends before the exam (配置许可)."""

    code = "device-not-licensed"


class DeviceUnfit(RuleBroken):
    """The machine is of another kind, or lacks what the exam needs."""

    code = "device-unfit"


class BlockOverBookings(Conflict):
    """Bookings lie in the time to be set aside; they must be moved first."""

    code = "block-over-bookings"


class BlockEnded(Conflict):
    """The block has ended already."""

    code = "block-ended"


class BlockPeriodImpossible(RuleBroken):
    """The block ends before it begins, begins long ago, or lasts more than 60 days."""

    code = "block-period-impossible"
