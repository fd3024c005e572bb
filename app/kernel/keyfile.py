"""The installation's signing key (Ed25519): a file that only its owner reads."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True, repr=False)
class KeyFile:
    """Signs for the installation."""

    private: Ed25519PrivateKey

    @classmethod
    def kept_at(cls, path: Path) -> Self:
        """Read the key, making one at first use; of two who make one, one keeps it."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, draft = mkstemp(dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(Ed25519PrivateKey.generate().private_bytes_raw())
            with suppress(FileExistsError):
                os.link(draft, path)
            Path(draft).unlink()
        return cls(Ed25519PrivateKey.from_private_bytes(path.read_bytes()))

    @property
    def public(self) -> bytes:
        """The half of the key that everybody may know."""
        return self.private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return self.private.sign(message)
