"""PDF of fulfilment: delivery note, issue note, pick list and the tote's label."""

from app.fulfilment.documents.issue import issue_note
from app.fulfilment.documents.notes import delivery_note, tote_label
from app.fulfilment.documents.picking import pick_list

__all__ = ["delivery_note", "issue_note", "pick_list", "tote_label"]
