"""A subscriber's own HTTPS server in this process, with a certificate only the test trusts."""

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Call:
    """One request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What arrived, what is answered (200 when nothing else is), and where."""

    port: int
    tls: ssl.SSLContext
    calls: list[Call] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"{HOST}:{self.port}"


@contextmanager
def receiver(folder: Path) -> Iterator[Receiver]:
    """Serve until the test is over."""
    certificate, key = _certificate(folder)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate, key)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.calls.append(Call(self.path, dict(self.headers), body))
            self.send_response(got.answers.pop(0) if got.answers else 200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing: what arrived is what the test looks at."""

    with HTTPServer((HOST, 0), Handler) as server:
        server.socket = served.wrap_socket(server.socket, server_side=True)
        trusted = ssl.create_default_context(cafile=str(certificate))
        got = Receiver(server.server_port, trusted)
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield got
        server.shutdown()
        thread.join(5)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a subscriber")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
