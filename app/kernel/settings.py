"""Everything the environment decides, read once."""

import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Self

ROADS_KINDS = ("osrm", "valhalla", "vroom")


class SettingsError(Exception):
    """The environment is incomplete or wrong; the message names the variables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this installation runs.

    ``demo_date`` is the day the demo's data are laid around; None means the real one.
    ``demo_clock`` is how far the demo's clock is ahead of the real one. ``proxies`` is how
    many reverse proxies stand in front and may say who asks; with a wrong number, clients
    could forge their address.
    ``epc_base`` is what private identifiers of codes, places and documents stand under.
    ``secure_cookies`` is off only where pages are served over plain HTTP (the demo on this
    machine).
    ``upload_url`` is where the insurance's platform is told; without it messages wait.
    ``codes_url`` is where the trace platform says what unknown codes are; without it nobody asks.
    ``upload_profile`` names the province's field map, by name or path.
    ``roads_url`` is a table service of drives, ``roads_kind`` how it is asked (osrm, valhalla,
    vroom), ``roads_data`` the version of its data: another word asks for everything anew.
    ``epcis_callback_hosts`` are the hosts that subscriptions of events may be told to.
    """

    database_url: str
    secret_key: str
    secure_cookies: bool = True
    demo: bool = False
    demo_codes: int = 20_000
    demo_date: date | None = None
    demo_clock: timedelta = timedelta()
    demo_password: str = ""
    map_review_number: str = ""
    proxies: int = 0
    upload_url: str = ""
    upload_profile: str = ""
    codes_url: str = ""
    roads_url: str = ""
    roads_kind: str = ROADS_KINDS[0]
    roads_data: str = "1"
    home: Path = Path(".tongcang")
    epc_base: str = "https://tongcang.example"
    epcis_callback_hosts: frozenset[str] = frozenset()

    @property
    def trace_key(self) -> Path:
        """Where the key that signs the log's seals is kept."""
        return self.home / "trace-signing.key"

    @classmethod
    def from_environment(cls) -> Self:
        """Read all variables at once.

        Raises:
            SettingsError: one or more are missing; all of them are named, not the first.
        """
        required = {"database_url": "DATABASE_URL", "secret_key": "SECRET_KEY"}
        missing = [name for name in required.values() if not os.environ.get(name)]
        if missing:
            raise SettingsError(f"missing from the environment: {', '.join(missing)}")
        kind = os.environ.get("ROADS_KIND") or ROADS_KINDS[0]
        if kind not in ROADS_KINDS:
            raise SettingsError(f"ROADS_KIND must be one of: {', '.join(ROADS_KINDS)}")
        day = os.environ.get("DEMO_DATE", "")
        return cls(
            database_url=os.environ["DATABASE_URL"],
            secret_key=os.environ["SECRET_KEY"],
            secure_cookies=os.environ.get("INSECURE_COOKIES", "") != "1",
            demo=os.environ.get("TONGCANG_DEMO", "") == "1",
            demo_codes=int(os.environ.get("DEMO_CODES") or 20_000),
            demo_date=date.fromisoformat(day) if day else None,
            demo_clock=timedelta(seconds=int(os.environ.get("DEMO_CLOCK_SECONDS") or 0)),
            demo_password=os.environ.get("DEMO_PASSWORD", ""),
            map_review_number=os.environ.get("MAP_REVIEW_NUMBER", ""),
            upload_url=os.environ.get("UPLOAD_URL", ""),
            codes_url=os.environ.get("CODES_URL", ""),
            upload_profile=os.environ.get("UPLOAD_PROFILE", ""),
            roads_url=os.environ.get("ROADS_URL", ""),
            roads_kind=kind,
            roads_data=os.environ.get("ROADS_DATA") or "1",
            proxies=int(os.environ.get("PROXIES") or 0),
            home=Path(os.environ.get("TONGCANG_HOME", ".tongcang")),
            epc_base=os.environ.get("EPC_BASE") or "https://tongcang.example",
            epcis_callback_hosts=frozenset(
                os.environ.get("EPCIS_CALLBACK_HOSTS", "").lower().replace(",", " ").split()
            ),
        )
