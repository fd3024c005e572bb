"""Judge a file by its content, and leave nothing in a picture but the picture.

A picture is decoded and written anew: where it was taken, by whose phone, and whatever was
hidden behind it are gone. A PDF is kept as it came, its own metadata included: it is only
ever handed out to be saved, never shown by us.
"""

import hashlib
import struct
import unicodedata
import zlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageOps

from app.kernel.errors import RuleBroken

MOST_BYTES = 10 * 2**20
LONGEST_SIDE = 2560
THUMBNAIL_SIDE = 320
LONGEST_NAME = 120
PDF_TAIL = 1024
QUALITY, THUMBNAIL_QUALITY = 85, 72
WHITE = (255, 255, 255)


class AttachmentMissing(RuleBroken):
    """No file was sent."""

    code = "attachment-missing"


class AttachmentTooLarge(RuleBroken):
    """The file has more bytes than we keep."""

    code = "attachment-too-large"


class AttachmentTypeRefused(RuleBroken):
    """By its content the file is neither JPEG, PNG, WebP nor PDF, whatever its name says."""

    code = "attachment-type"


class AttachmentDamaged(RuleBroken):
    """The picture cannot be read to its end, or has more dots than a camera takes."""

    code = "attachment-damaged"


class AttachmentType(StrEnum):
    """What a file is, by its content."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    PDF = "application/pdf"


MOST_DOTS = {
    AttachmentType.JPEG: 50_000_000,
    AttachmentType.PNG: 20_000_000,
    AttachmentType.WEBP: 20_000_000,
}
"""JPEG is decoded small; the others need all their dots in memory."""
FORMATS = {
    AttachmentType.JPEG: "JPEG",
    AttachmentType.PNG: "PNG",
    AttachmentType.WEBP: "WEBP",
}
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    ArithmeticError,
    LookupError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What a decoder raises at a file that is no whole picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanFile:
    """A file as it may be kept; ``thumbnail`` is a small JPEG of a picture."""

    name: str
    media_type: AttachmentType
    content: bytes
    thumbnail: bytes | None = None
    width: int | None = None
    height: int | None = None

    @property
    def sha256(self) -> str:
        """The hash of the content."""
        return hashlib.sha256(self.content).hexdigest()


def clean(data: bytes, name: str, *, most: int = MOST_BYTES) -> CleanFile:
    """Return a sent file as it may be kept; a picture is kept in at most ``most`` bytes.

    Raises:
        AttachmentTooLarge, AttachmentTypeRefused, AttachmentDamaged: as they say.
    """
    shown = _name(name)
    if len(data) > MOST_BYTES:
        raise AttachmentTooLarge(shown, megabytes=MOST_BYTES // 2**20)
    media_type = _type_of(data)
    if media_type is None:
        raise AttachmentTypeRefused(shown)
    if media_type is AttachmentType.PDF:
        return CleanFile(name=shown, media_type=media_type, content=data)
    try:
        return _picture(data, shown, (media_type, most))
    except UNREADABLE as error:
        raise AttachmentDamaged(shown) from error


def _name(name: str) -> str:
    """Return the last part of a file's name, without what a header or page cannot carry."""
    last = name.replace("\\", "/").rpartition("/")[2]
    letters = (letter for letter in last if unicodedata.category(letter)[0] not in "CZ")
    return "".join(letters)[-LONGEST_NAME:] or "file"


def _type_of(data: bytes) -> AttachmentType | None:
    if data.startswith(b"\xff\xd8\xff"):
        return AttachmentType.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return AttachmentType.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return AttachmentType.WEBP
    is_pdf = data.startswith(b"%PDF-") and b"%%EOF" in data[-PDF_TAIL:]
    return AttachmentType.PDF if is_pdf else None


def _picture(data: bytes, name: str, wanted: tuple[AttachmentType, int]) -> CleanFile:
    media_type, most = wanted
    with Image.open(BytesIO(data), formats=[FORMATS[media_type]]) as sent:
        if sent.width * sent.height > MOST_DOTS[media_type]:
            raise AttachmentDamaged(name)
        sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture = _bare(ImageOps.exif_transpose(sent))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    content = _written(picture, media_type)
    if len(content) > most:  # noise does not shrink as PNG
        media_type = AttachmentType.JPEG
        content = _written(picture, media_type)
    small = picture.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return CleanFile(
        name=name,
        media_type=media_type,
        content=content,
        thumbnail=_written(small, AttachmentType.JPEG, quality=THUMBNAIL_QUALITY),
        width=picture.width,
        height=picture.height,
    )


def _bare(picture: Image.Image) -> Image.Image:
    """Return the dots alone, in a new picture that carries no metadata."""
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    bare = Image.new(mode, picture.size)
    bare.paste(picture.convert(mode))
    return bare


def _written(picture: Image.Image, media_type: AttachmentType, *, quality: int = QUALITY) -> bytes:
    written = BytesIO()
    if media_type is AttachmentType.JPEG and picture.mode == "RGBA":
        flat = Image.new("RGB", picture.size, WHITE)
        flat.paste(picture, mask=picture.getchannel("A"))
        picture = flat
    if media_type is AttachmentType.PNG:
        picture.save(written, "PNG")
    else:
        picture.save(written, FORMATS[media_type], quality=quality)
    return written.getvalue()
