"""Addresses that came from outside, made safe to send a browser to."""

from urllib.parse import urlsplit


def local_target(text: str | None) -> str:
    """Return a path of this site, or ``/``: never another host (open redirect)."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return "/"
    if any(letter < " " or letter == "\x7f" for letter in text) or "\\" in text:
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc else text
