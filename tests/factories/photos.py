"""Ready-made pictures and papers, good and hostile."""

import struct
import zlib
from io import BytesIO

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def a_picture(kind: str = "JPEG", *, side: int = 64, shade: int = 128) -> bytes:
    """Return a small picture; another shade is another photo."""
    written = BytesIO()
    Image.new("RGB", (side, side // 2), (shade * 17 % 256, 40, 40)).save(written, kind)
    return written.getvalue()


def a_located_photo() -> bytes:
    """Return a photo as a phone takes it: lying on its side, and knowing where."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SECRET-PHONE"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (32.0, 32.0, 8.0)
    written = BytesIO()
    picture = Image.new("RGB", (64, 32), (200, 10, 10))
    picture.save(written, "JPEG", exif=exif, comment=b"SECRET-COMMENT")
    return written.getvalue()


def a_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """Return a PNG of a few bytes that says it has hundreds of millions of dots."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    )
