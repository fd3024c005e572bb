"""A process that tells the platform, and may be killed: for the storm of uploads."""

from dataclasses import dataclass
from threading import Event

from flask import Flask

from app.kernel.db import open_engine
from app.uploads.jobs import Uploader
from app.uploads.rules import Profile
from app.web import unit_of_work


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Which database is read, whom it is told, and how patiently."""

    database_url: str
    platform_url: str
    profile: Profile


def send_until_killed(sending: Sending) -> None:
    """Tell until somebody ends this process."""
    app = Flask(__name__)
    unit_of_work.init_app(app, open_engine(sending.database_url))
    uploader = Uploader(app=app, profile=sending.profile, url=sending.platform_url)
    uploader.run(Event(), idle_seconds=0.02)
