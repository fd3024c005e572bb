"""Personal numbers at rest: sealed so only this installation reads them, indexed so it finds them.

Both keys are derived from the installation's secret; whoever has only the database can neither
read a number nor test a guess. Not for passwords: those are hashed, never opened again.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Vault:
    """The two keys of one purpose."""

    sealing_key: bytes
    index_key: bytes

    @classmethod
    def derive(cls, secret: str, purpose: str) -> Self:
        """Derive the keys of ``purpose`` from the installation's secret (HKDF, RFC 5869)."""
        material = HKDF(
            algorithm=SHA256(), length=2 * KEY_BYTES, salt=None, info=purpose.encode()
        ).derive(secret.encode())
        return cls(material[:KEY_BYTES], material[KEY_BYTES:])

    def seal(self, text: str) -> bytes:
        """Encrypt with AES-256-GCM; the same text never looks the same twice."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.sealing_key).encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes) -> str:
        """Decrypt what ``seal`` made."""
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        return AESGCM(self.sealing_key).decrypt(nonce, text, None).decode()

    def index(self, text: str) -> str:
        """Return the keyed digest under which the text is found again."""
        return hmac.new(self.index_key, text.encode(), hashlib.sha256).hexdigest()
