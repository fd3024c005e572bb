"""Papers of a recall: who holds what as workbook and PDF, and the report that closes it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import format_datetime
from flask_babel import gettext as _
from fpdf import FPDF

from app.inventory.models import PlaceKind
from app.kernel.quantities import number_text, shown_unit
from app.recall.queries import Held, Holders, LotAccount, RecallRow, TaskRow
from app.recall.rules import Account, Milestone
from app.web.documents import pdf as paper
from app.web.documents.pdf import A4_LANDSCAPE, FAMILY, Column
from app.web.documents.workbook import As, SheetColumn, Value, write_workbook
from app.web.labels import bin_label, label

MOST_POINTERS = 200
FIGURES = (
    "received",
    "shipped",
    "on_hand",
    "collected",
    "dispensed",
    "awaiting",
    "destroyed",
    "sent_back",
    "lost",
    "difference",
)


def figure_names() -> dict[str, str]:
    """Return what the figures of an account are called, in the order of the report."""
    return {
        "received": _("Received from suppliers"),
        "shipped": _("Shipped to facilities"),
        "on_hand": _("On hand, not collected"),
        "collected": _("Collected"),
        "dispensed": _("Dispensed to patients"),
        "awaiting": _("Awaiting destruction"),
        "destroyed": _("Destroyed"),
        "sent_back": _("Sent back to the supplier"),
        "lost": _("Lost, and count variances"),
        "difference": _("Difference"),
    }


def place_text(held: Held) -> str:
    """Return what people call the place goods lie at."""
    if held.place_kind is PlaceKind.BIN:
        return bin_label(held.place_code)
    if held.place_kind is PlaceKind.VEHICLE:
        return held.place_name or held.place_code
    return label(held.place_kind)


def title_of(recall: RecallRow) -> str:
    """Return what a recall's paper is headed with; a drill says so first."""
    kind = label(recall.kind)
    return _("DRILL: %(kind)s", kind=kind) if recall.is_drill else kind


def holders_sheet(holders: Holders, pointers: Sequence[Mapping[str, Any]]) -> bytes:
    """Return everything that is held, one line for each place, pack, tote and pointer."""
    columns = [
        SheetColumn(_("What"), 14),
        SheetColumn(_("Facility"), 22),
        SheetColumn(_("Place"), 18),
        SheetColumn(_("Item"), 28),
        SheetColumn(_("Lot number"), 16),
        SheetColumn(_("Condition"), 12),
        SheetColumn(_("Quantity"), 12, As.NUMBER),
        SheetColumn(_("Unit"), 8),
        SheetColumn(_("Trace code or pointer"), 26),
        SheetColumn(_("Lies in"), 24),
    ]
    return write_workbook(_("Holders"), columns, [*_held_rows(holders), *_given(holders, pointers)])


def _held_rows(holders: Holders) -> list[list[Value]]:
    places = {(row.place_id, row.lot_id): row for row in holders.held}
    lots = {row.lot_id: row for row in holders.held}
    rows: list[list[Value]] = [
        [_("Goods"), row.facility, place_text(row), *_item(row), row.on_hand, row.base_unit, "", ""]
        for row in holders.held
    ]
    for pack in holders.packs:
        row = places.get((pack.place_id, pack.lot_id))
        if row is not None:
            rows.append(
                [
                    _("Coded pack"),
                    row.facility,
                    place_text(row),
                    *_item(row),
                    pack.remaining,
                    row.base_unit,
                    pack.code,
                    pack.container or "",
                ]
            )
    for tote in holders.totes:
        of = lots.get(tote.lot_id)
        told = _item(of) if of else ["", "", ""]
        unit = of.base_unit if of else ""
        state = label(tote.state)
        rows.append([_("Tote"), tote.destination, state, *told, tote.quantity, unit, tote.code, ""])
    return rows


def _item(row: Held) -> list[Value]:
    return [f"{row.item_name} {row.strength}", row.lot_number, label(row.condition)]


def _given(holders: Holders, pointers: Sequence[Mapping[str, Any]]) -> list[list[Value]]:
    sites = {row.facility_id: row.facility for row in holders.held}
    lots = {row.lot_id: row for row in holders.held}
    rows: list[list[Value]] = []
    for one in pointers:
        of = lots.get(one["lot_id"])
        item = f"{of.item_name} {of.strength}" if of else ""
        rows.append(
            [
                _("Patient (pointer)"),
                sites.get(one["facility_id"], ""),
                format_datetime(one["happened_at"], "yyyy-MM-dd HH:mm"),
                item,
                of.lot_number if of else "",
                "",
                one["quantity"],
                of.base_unit if of else "",
                one["pointer"],
                "",
            ]
        )
    return rows


def holders_paper(recall: RecallRow, holders: Holders) -> bytes:
    """Return who holds how much, place by place, A4 across."""
    page = paper.new_pdf(A4_LANDSCAPE)
    _head(page, recall, _("Holders"))
    columns = [
        Column(_("Facility"), 50),
        Column(_("Place"), 36),
        Column(_("Item"), 60),
        Column(_("Lot number"), 34),
        Column(_("Condition"), 24),
        Column(_("Quantity"), 30, "RIGHT"),
        Column(_("Unit"), 16),
    ]
    rows = [
        [
            row.facility,
            place_text(row),
            f"{row.item_name} {row.strength}",
            row.lot_number,
            label(row.condition),
            number_text(row.on_hand, row.base_unit),
            shown_unit(row.base_unit),
        ]
        for row in holders.held
    ]
    paper.add_table(page, columns, rows)
    _say(page, _("Packs with codes: %(count)s", count=f"{len(holders.packs):,}"))
    _say(page, _("Patients (pointers): %(count)s", count=f"{len(holders.given):,}"))
    return paper.to_bytes(page)


def report(
    recall: RecallRow,
    lots: Sequence[LotAccount],
    done: tuple[Sequence[TaskRow], Mapping[Milestone, float | None]],
) -> bytes:
    """Return the report that closes a recall, A4 across: accounts, holders, the clock."""
    tasks, reached = done
    page = paper.new_pdf(A4_LANDSCAPE)
    _head(page, recall, _("Close-out report"))
    names = figure_names()
    columns = [
        Column(_("Item"), 44),
        Column(_("Lot number"), 26),
        Column(_("Unit"), 12),
        *(Column(names[name], 20, "RIGHT") for name in FIGURES),
    ]
    paper.add_table(page, columns, [_account_row(lot) for lot in lots])
    if recall.missing_reason:
        _say(page, f"{_('Why goods were not found')}: {recall.missing_reason}")
    page.ln(3)
    paper.add_table(page, _task_columns(), [_task_row(task) for task in tasks])
    clock = "    ".join(f"{label(name)}: {seconds_text(at)}" for name, at in reached.items())
    page.ln(2)
    page.set_font(FAMILY, size=9.5)
    page.multi_cell(0, 6, clock, new_x="LMARGIN", new_y="NEXT")
    page.ln(4)
    signatures = "        ".join(
        f"{word}: ____________"
        for word in (_("Quality head"), _("Responsible director"), _("Date"))
    )
    page.cell(0, 8, signatures, new_x="LMARGIN", new_y="NEXT")
    return paper.to_bytes(page)


def seconds_text(seconds: float | None) -> str:
    """Return a time since the start as people say it: milliseconds first, days last."""
    if seconds is None:
        return "–"
    if seconds < 60:  # noqa: PLR2004 - a minute
        return _("%(seconds)s s", seconds=f"{seconds:.2f}".rstrip("0").rstrip("."))
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:02d}:{minutes:02d}:{rest:02d}"
    return _("%(days)s d %(clock)s", days=days, clock=clock) if days else clock


def _account_row(lot: LotAccount) -> list[str]:
    figures = [number_text(figure(lot.account, name), lot.base_unit) for name in FIGURES]
    item = f"{lot.item_name} {lot.strength}"
    return [item, lot.lot_number, shown_unit(lot.base_unit), *figures]


def figure(account: Account, name: str) -> int:
    """Return one figure of an account by its name."""
    value: int = getattr(account, name)
    return value


def _task_columns() -> list[Column]:
    return [
        Column(_("Facility"), 46),
        Column(_("Held at the start"), 26, "RIGHT"),
        Column(_("Collected"), 26, "RIGHT"),
        Column(_("Not found"), 26, "RIGHT"),
        Column(_("Reason"), 60),
        Column(_("Seen"), 30),
        Column(_("Reported"), 30),
    ]


def _task_row(task: TaskRow) -> list[str]:
    seen, done = task.seen_at, task.done_at
    return [
        task.facility,
        f"{task.expected:,}",
        f"{task.collected:,}",
        f"{task.missing:,}",
        task.missing_reason,
        format_datetime(seen, "MM-dd HH:mm:ss") if seen else "–",
        format_datetime(done, "MM-dd HH:mm:ss") if done else "–",
    ]


def _head(page: FPDF, recall: RecallRow, what: str) -> None:
    page.set_font(FAMILY, size=16)
    page.cell(0, 9, f"{title_of(recall)} · {what}", align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font(FAMILY, size=9.5)
    at = format_datetime(recall.started_at, "yyyy-MM-dd HH:mm:ss")
    words = f"{label(recall.recall_class)}    {label(recall.state)}"
    told = [
        f"{_('Document no.')}: {recall.reference}    {words}",
        f"{_('Started')}: {at}    {recall.started_by}",
        f"{_('Notice of the regulator')}: {recall.notice_reference or '–'}",
        f"{_('Reason')}: {recall.reason}",
        f"{_('Instruction to holders')}: {recall.instruction}",
    ]
    for line in told:
        page.multi_cell(0, 5.5, line, new_x="LMARGIN", new_y="NEXT")
    page.ln(1)


def _say(page: FPDF, text: str) -> None:
    page.ln(1)
    page.set_font(FAMILY, size=9.5)
    page.cell(0, 6, text, new_x="LMARGIN", new_y="NEXT")
