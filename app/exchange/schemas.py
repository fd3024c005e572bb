"""JSON and form shapes of imports and exports."""

import hashlib
from datetime import date
from typing import Any

from flask_smorest.fields import Upload as FileField
from marshmallow import ValidationError, fields, post_load
from werkzeug.datastructures import FileStorage

from app.accounts.schemas import SecondPersonSchema, SignedForm
from app.exchange.models import ImportState
from app.exchange.rules import ImportKind
from app.exchange.service import Upload
from app.kernel.ids import FacilityId
from app.web.documents.sheet_reader import MOST_BYTES, read_sheet
from app.web.messages.exchange import sentence
from app.web.schema import ApiSchema, Int, Moment, QuerySchema, Text, an_id

LONGEST_NAME = 120


class ImportPageSchema(QuerySchema):
    """Which import to begin, and where its rows would go."""

    kind = fields.Enum(ImportKind, by_value=True, load_default=None, allow_none=True)
    facility_id = an_id(load_default=None, allow_none=True)
    target = Text(longest=40, load_default="")


class ImportFormSchema(ApiSchema):
    """What a sheet brings, and where its rows go."""

    kind = fields.Enum(ImportKind, by_value=True, required=True)
    facility_id = an_id(load_default=None, allow_none=True)
    target = Text(longest=40, load_default="")


class ImportUploadSchema(QuerySchema):
    """The same as a multipart body, where every value is a text."""

    kind = fields.Enum(ImportKind, by_value=True, required=True)
    facility_id = an_id(load_default=None, allow_none=True)
    target = Text(longest=40, load_default="")


class ImportFileSchema(ApiSchema):
    """The workbook itself."""

    file = FileField(required=True)


class ImportConfirmSchema(ApiSchema):
    """Who signs beside the one who confirms, where opening stock has controlled medicines."""

    second = fields.Nested(SecondPersonSchema, load_default=None, allow_none=True)


class ImportConfirmFormSchema(SignedForm):
    """The same from a page."""


class ImportFaultSchema(ApiSchema):
    """A bad cell: row of the sheet, heading, stable code, and a sentence for people."""

    row = Int(required=True)
    column = fields.String(required=True)
    code = fields.String(attribute="code.value", required=True)
    value = fields.String(required=True)
    message = fields.Function(sentence, required=True)


class SheetImportSchema(ApiSchema):
    """An import: what is wrong with it, or what it will do, or what it did."""

    reference = fields.String(attribute="found.reference", required=True)
    kind = fields.Enum(ImportKind, by_value=True, attribute="found.kind", required=True)
    state = fields.Enum(ImportState, by_value=True, attribute="found.state", required=True)
    facility_id = Int(attribute="found.facility_id", required=True)
    target = fields.String(attribute="found.target", required=True)
    file_name = fields.String(attribute="found.file_name", required=True)
    uploaded_at = Moment(attribute="found.uploaded_at", required=True)
    done_at = Moment(attribute="found.done_at", required=True, allow_none=True)
    result = fields.String(attribute="found.result", required=True)
    faults = fields.List(fields.Nested(ImportFaultSchema), required=True)
    ignored = fields.List(fields.String(), required=True)
    totals = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class StockExportSchema(QuerySchema):
    """Whose stock to write; without a facility one's own."""

    facility_id = an_id(load_default=None, allow_none=True)


class CardExportSchema(StockExportSchema):
    """Whose card, and of which month; without one, the present month."""

    month = Text(longest=7, load_default="")

    @post_load
    def to_month(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Turn ``2026-11`` into its first day."""
        try:
            month = date.fromisoformat(f"{data['month']}-01") if data["month"] else None
        except ValueError as error:
            raise ValidationError("a month is written 2026-11", "month") from error
        return {**data, "month": month}


def upload_of(form: dict[str, Any], file: FileStorage) -> Upload:
    """Return what was sent, its sheet read.

    Raises:
        NotAWorkbook and its kin: the file is not a sheet of lines.
    """
    data = file.stream.read(MOST_BYTES + 1)
    facility_id = form["facility_id"]
    return Upload(
        kind=form["kind"],
        file_name=(file.filename or "")[-LONGEST_NAME:].replace("\x00", ""),
        digest=hashlib.sha256(data).hexdigest(),
        sheet=read_sheet(data),
        facility_id=None if facility_id is None else FacilityId(facility_id),
        target=form["target"],
    )
