"""What can go wrong with printing labels."""

from app.kernel.errors import RuleBroken


class NothingToLabel(RuleBroken):
    """What was chosen has nothing that needs a label."""

    code = "nothing-to-label"


class TooManyLabels(RuleBroken):
    """More labels at once than a person can stick; ``data['most']`` says how many may be."""

    code = "too-many-labels"
