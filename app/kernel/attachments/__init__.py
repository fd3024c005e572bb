"""Files people attach to documents as evidence: photos and PDFs (附件、照片).

A file is judged by its content, cleaned before a transaction begins, and kept with the
document it belongs to; whoever may see the document may see it. It is never changed nor
taken away.
"""

from app.kernel.attachments.cleaning import (
    MOST_BYTES,
    AttachmentDamaged,
    AttachmentMissing,
    AttachmentTooLarge,
    AttachmentType,
    AttachmentTypeRefused,
    CleanFile,
    clean,
)
from app.kernel.attachments.storing import (
    MOST_FILES,
    About,
    Attachment,
    AttachmentKind,
    AttachmentRow,
    AttachmentsFull,
    Stored,
    Subject,
    attach,
    get_file,
    get_thumbnail,
    list_of,
)

__all__ = [
    "MOST_BYTES",
    "MOST_FILES",
    "About",
    "Attachment",
    "AttachmentDamaged",
    "AttachmentKind",
    "AttachmentMissing",
    "AttachmentRow",
    "AttachmentTooLarge",
    "AttachmentType",
    "AttachmentTypeRefused",
    "AttachmentsFull",
    "CleanFile",
    "Stored",
    "Subject",
    "attach",
    "clean",
    "get_file",
    "get_thumbnail",
    "list_of",
]
