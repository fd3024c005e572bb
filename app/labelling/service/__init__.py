"""What may be asked of labelling: choose, print, print again."""

from app.labelling.service.choosing import READERS, Choice, choose, may_choose
from app.labelling.service.printing import PrintRequest, get_print, labels_of, print_labels

__all__ = [
    "READERS",
    "Choice",
    "PrintRequest",
    "choose",
    "get_print",
    "labels_of",
    "may_choose",
    "print_labels",
]
