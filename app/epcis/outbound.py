"""Call a subscriber over HTTPS; never inside a transaction."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPSConnection
from ssl import SSLContext, create_default_context

from app.epcis.errors import DestinationRefused
from app.epcis.rules.destinations import destination_of
from app.epcis.service.notifying import Ending

PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: at hosts the administrator allowed, with certificates that are checked."""

    hosts: Collection[str]
    tls: SSLContext = field(default_factory=create_default_context)

    def call(self, address: str, body: bytes, headers: Mapping[str, str]) -> Ending:
        """Send an answer and return how it ended. Redirections are not followed."""
        try:
            to = destination_of(address, self.hosts)
        except DestinationRefused as refusal:
            return Ending(0, refusal.code)
        connection = HTTPSConnection(to.host, to.port, timeout=PATIENCE_SECONDS, context=self.tls)
        try:
            connection.request("POST", to.target, body, dict(headers))
            return Ending(connection.getresponse().status)
        except (OSError, HTTPException) as error:
            return Ending(0, type(error).__name__)
        finally:
            connection.close()
