"""Sentences of imports: what is wrong with a file, a cell or a row."""

from collections import defaultdict
from typing import Any

from flask_babel import gettext

from app.web.messages.common import N_

REFUSALS = {
    "code-taken": N_("Another item has one of these codes. Upload the sheet again."),
    "import-changed": N_(
        "Row %(row)s is not good any more: something changed since the preview."
        " Upload the sheet again."
    ),
    "import-not-ready": N_("This import has bad rows, or was confirmed before."),
    "import-target-missing": N_("Say where the rows go."),
    "imported-before": N_("The same file was imported before, as %(reference)s."),
    "not-a-workbook": N_("This is not an Excel workbook (.xlsx), or the file is damaged."),
    "workbook-empty": N_("The first sheet is empty: it needs headings and a row below them."),
    "workbook-has-links": N_(
        "The workbook draws on other files. Copy its values into the template and send that."
    ),
    "workbook-has-macros": N_("Workbooks with macros are refused. Save it as .xlsx."),
    "workbook-old-or-locked": N_(
        "This is an old .xls file or has a password. Save it as .xlsx without a password."
    ),
    "workbook-too-large": N_(
        "The file is too large: at most %(megabytes)s MB and %(rows)s rows. Split the sheet."
    ),
}

FAULTS = {
    "ambiguous": N_("This fits several things."),
    "coded": N_("This item is managed by trace codes: bring it in by scanning."),
    "damaged-code": N_(
        "Excel has rounded this code, its last digits are lost."
        " Format the column as text and enter it again."
    ),
    "error-value": N_("The cell shows an error of Excel."),
    "expires-before-made": N_("Made after it expires."),
    "fixed-field": N_("This may not change: stock is counted in it."),
    "formula": N_("Formulas are not read. Copy the column and paste it as values."),
    "missing": N_("This must be filled in."),
    "missing-column": N_("The sheet has no such column."),
    "not-a-date": N_("This is no day. Write it as 2027-12-31."),
    "not-a-moment": N_("This is no time. Write it as 2027-12-31 09:30."),
    "not-a-whole-number": N_("This is no whole number."),
    "not-countable-time": N_("Counted before this count began, or in the future."),
    "not-money": N_("This is no amount in yuan with at most two decimals."),
    "not-offered": N_("The centre does not keep this item."),
    "not-one-of": N_("Use one of: %(words)s."),
    "not-positive": N_("This must be more than zero."),
    "not-yes-or-no": N_("Write 是 or 否."),
    "other-line": N_("This line is %(name)s, lot %(lot)s."),
    "other-name": N_("The code belongs to %(name)s."),
    "taken": N_("Another item has this code."),
    "too-large": N_("This is too large."),
    "too-long": N_("This is longer than %(most)s characters."),
    "too-many": N_("These are too many."),
    "twice": N_("This stands in the sheet twice."),
    "unknown-item": N_("There is no item of this code."),
    "unknown-line": N_("The count has no such line."),
    "unknown-place": N_("There is no such bin at this facility."),
    "unlocked-place": N_("Controlled medicines lie only in a double-locked bin."),
}
"""Code of a fault → English sentence; its placeholders are what the fault tells."""


def sentence(fault: Any) -> str:
    """Return what is wrong with a cell in the reader's language."""
    text = gettext(FAULTS[fault.code.value])
    return text % defaultdict(str, **fault.told) if "%(" in text else text


LABELS = {
    "ImportKind": {
        "items": N_("Items"),
        "opening": N_("Opening stock"),
        "requisition": N_("Requisition lines"),
        "count": N_("Stock count"),
    },
    "ImportState": {
        "refused": N_("Has bad rows"),
        "ready": N_("Ready to confirm"),
        "done": N_("Imported"),
    },
}
