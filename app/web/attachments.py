"""Files sent with a form, cleaned before its transaction begins, and handed out again."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import quote

from flask import Response, g, make_response, request
from flask_smorest.fields import Upload as FileField
from marshmallow import fields
from werkzeug.datastructures import FileStorage

from app.kernel.attachments import (
    MOST_BYTES,
    AttachmentKind,
    AttachmentTooLarge,
    AttachmentType,
    CleanFile,
    Stored,
    clean,
)
from app.web.schema import ApiSchema, Int, Moment, QuerySchema

P = ParamSpec("P")
R = TypeVar("R")

FIELDS = ("file", "files")
MOST_AT_ONCE = 6
LARGEST_REQUEST = 3 * MOST_BYTES
"""A phone's photo has some 4 MB: six of them, or three of the largest files."""
SANDBOX = "default-src 'none'; sandbox"
KEPT_SECONDS = 600


def takes_files(view: Callable[P, R]) -> Callable[P, R]:
    """Let an edge take files, more bytes than others, and clean them before it begins.

    Stands above ``@writes``: nobody decodes a picture inside a transaction.
    """

    @wraps(view)
    def prepared(*args: P.args, **kwargs: P.kwargs) -> R:
        sent = [file for name in FIELDS for file in request.files.getlist(name)]
        try:
            g.clean_files = _cleaned([file for file in sent if file.filename])
            return view(*args, **kwargs)
        finally:
            for file in sent:
                file.close()

    prepared.__dict__["largest_request"] = LARGEST_REQUEST
    return prepared


def _cleaned(sent: list[FileStorage]) -> list[CleanFile]:
    if len(sent) > MOST_AT_ONCE:
        raise AttachmentTooLarge(str(len(sent)), megabytes=MOST_BYTES // 2**20)
    files = []
    for file in sent:
        data = file.stream.read(MOST_BYTES + 1)
        file.stream.seek(0)  # its hash belongs to the content of the client key
        files.append(clean(data, file.filename or ""))
    return files


def sent_files() -> list[CleanFile]:
    """Return the files of this request, cleaned; there may be none."""
    files: list[CleanFile] = g.get("clean_files", [])
    return files


def file_response(stored: Stored) -> Response:
    """Hand a file out: a picture to be shown, anything else only to be saved.

    The browser takes it for what we say it is, and runs nothing in it.
    """
    if request.if_none_match.contains(stored.sha256):
        response = make_response("", 304)
    else:
        response = make_response(stored.content)
        response.mimetype = stored.media_type.value
    response.set_etag(stored.sha256)
    shown = "attachment" if stored.media_type is AttachmentType.PDF else "inline"
    name = quote(stored.name, safe="")
    headers = response.headers
    headers["Content-Disposition"] = f"{shown}; filename*=UTF-8''{name}"
    headers["Content-Security-Policy"] = SANDBOX
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    return response


class AttachmentFileSchema(ApiSchema):
    """The file itself: JPEG, PNG, WebP or PDF."""

    file = FileField(required=True)


class AttachmentFormSchema(ApiSchema):
    """What photos show, from a page."""

    kind = fields.Enum(AttachmentKind, by_value=True, load_default=AttachmentKind.OTHER)


class AttachmentUploadSchema(QuerySchema):
    """The same as a multipart body, where every value is a text."""

    kind = fields.Enum(AttachmentKind, by_value=True, load_default=AttachmentKind.OTHER)


class AttachmentSchema(ApiSchema):
    """An attachment of a document; its content is at the document's page, ``photos/<position>``."""

    position = Int(required=True)
    part_id = Int(required=True, allow_none=True)
    kind = fields.Enum(AttachmentKind, by_value=True, required=True)
    name = fields.String(required=True)
    media_type = fields.Enum(AttachmentType, by_value=True, required=True)
    size = Int(required=True)
    sha256 = fields.String(required=True)
    added_at = Moment(required=True)
    adder = fields.String(required=True)
