from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.kernel.attachments import (
    MOST_BYTES,
    AttachmentDamaged,
    AttachmentTooLarge,
    AttachmentType,
    AttachmentTypeRefused,
    clean,
)
from app.kernel.errors import RuleBroken
from tests.factories.photos import PDF, a_bomb, a_located_photo, a_picture

HTML = b"<script>alert(1)</script>"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_known_by_its_content(kind: str) -> None:
    found = clean(a_picture(kind), "virus.exe")

    assert found.media_type is AttachmentType[kind]
    assert (found.width, found.height) == (64, 32)
    assert found.thumbnail is not None
    assert found.thumbnail.startswith(b"\xff\xd8\xff")


def test_nothing_but_the_picture_is_kept() -> None:
    sent = a_located_photo()
    assert b"SECRET" in sent

    found = clean(sent, "IMG_1.jpg")

    assert b"SECRET" not in found.content
    with Image.open(BytesIO(found.content)) as kept:
        assert kept.getexif() == {}
        assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert kept.size == (32, 64)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_hides_behind_a_picture_is_gone(kind: str) -> None:
    found = clean(a_picture(kind) + HTML + b"PK\x03\x04", "x.html")

    assert HTML not in found.content
    assert b"PK\x03\x04" not in found.content


def test_a_large_photo_is_kept_smaller() -> None:
    found = clean(a_picture(side=3000), "large.jpg")

    assert (found.width, found.height) == (2560, 1280)


def test_noise_that_does_not_shrink_as_png_is_kept_as_jpeg() -> None:
    written = BytesIO()
    Image.effect_noise((128, 128), 100).convert("RGBA").save(written, "PNG")

    found = clean(written.getvalue(), "noise.png", most=13_000)

    assert found.media_type is AttachmentType.JPEG
    assert len(found.content) <= 13_000


def test_a_paper_is_kept_as_it_came() -> None:
    found = clean(PDF, "温度记录.pdf")

    assert (found.media_type, found.content, found.thumbnail) == (AttachmentType.PDF, PDF, None)
    assert found.name == "温度记录.pdf"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HTML,
        b"GIF89a" + b"\0" * 40,
        b"<svg/>",
        b"\0" * 64 + PDF,
        HTML + PDF,
        PDF[:-7],
        b"PK\x03\x04",
    ],
)
def test_anything_else_is_refused_by_its_content(data: bytes) -> None:
    with pytest.raises(AttachmentTypeRefused):
        clean(data, "photo.jpg")


@pytest.mark.parametrize(
    "data",
    [
        a_bomb(),
        a_bomb(5_000, 5_000),
        a_picture()[:200],
        a_picture("PNG")[:60],
        a_picture("WEBP")[:40],
        b"\xff\xd8\xff" + HTML,
        b"RIFF\0\0\0\0WEBP" + HTML,
    ],
)
def test_bombs_and_broken_pictures_are_refused(data: bytes) -> None:
    with pytest.raises(AttachmentDamaged):
        clean(data, "photo.png")


def test_a_file_beyond_the_limit_is_refused_unread() -> None:
    with pytest.raises(AttachmentTooLarge):
        clean(b"\xff" * (MOST_BYTES + 1), "big.jpg")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\a.jpg", "a.jpg"),
        ('x"\r\nSet-Cookie: a=b.jpg', 'x"Set-Cookie:a=b.jpg'),
        ("\u202egpj.exe", "gpj.exe"),
        ("", "file"),
    ],
)
def test_a_name_is_a_name_and_nothing_more(sent: str, kept: str) -> None:
    assert clean(PDF, sent).name == kept


@given(st.binary(max_size=400), st.sampled_from([a_picture(), a_picture("PNG"), a_picture("WEBP")]))
def test_no_bytes_break_the_cleaner(noise: bytes, good: bytes) -> None:
    spoilt = good[: len(good) // 2] + noise + good[len(good) // 2 :]

    try:
        found = clean(spoilt, "x")
    except RuleBroken:
        return
    with Image.open(BytesIO(found.content)) as kept:
        kept.load()
