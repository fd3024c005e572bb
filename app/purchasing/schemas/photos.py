"""JSON and form shapes of photos of receipts; claims need the shared ones only."""

from app.web.attachments import AttachmentFormSchema, AttachmentUploadSchema
from app.web.schema import an_id


class ReceiptPhotosFormSchema(AttachmentFormSchema):
    """What photos show, and of which line; without one they are of the whole receipt."""

    line_id = an_id(load_default=None, allow_none=True)


class ReceiptPhotosUploadSchema(AttachmentUploadSchema):
    """The same as a multipart body."""

    line_id = an_id(load_default=None, allow_none=True)
