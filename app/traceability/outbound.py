"""Ask the trace platform about codes over HTTP; never inside a transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from app.traceability.rules.platform import PlatformAnswer

HEADERS = {"Content-Type": "application/json; charset=utf-8"}
OK = 200
TIMEOUT_SECONDS = 5.0
LONGEST_SELLER = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePlatform:
    """Where the platform, or the front machine before it (前置机), says what codes are."""

    url: str
    timeout_seconds: float = TIMEOUT_SECONDS

    def look_up(self, codes: Sequence[str]) -> Mapping[str, PlatformAnswer]:
        """Return what the platform says of codes; what it does not answer is missing."""
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self.timeout_seconds)
        try:
            body = json.dumps({"codes": list(codes)}).encode()
            connection.request("POST", parts.path or "/", body, HEADERS)
            response = connection.getresponse()
            told = json.loads(response.read()) if response.status == OK else {}
        except (OSError, HTTPException, ValueError):
            return {}
        finally:
            connection.close()
        return _read(told, frozenset(codes))


def _read(told: Any, asked: frozenset[str]) -> dict[str, PlatformAnswer]:
    """Take of an answer what can be understood, about the codes that were asked for."""
    rows = told.get("codes") if isinstance(told, dict) else None
    found = {}
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict) or row.get("code") not in asked:
            continue
        status, scan = row.get("status"), row.get("scan", 0)
        if isinstance(status, str) and isinstance(scan, int) and len(status) == 1:
            found[str(row["code"])] = PlatformAnswer(
                status=status, scan=scan, sold_by=str(row.get("sold_by") or "")[:LONGEST_SELLER]
            )
    return found
