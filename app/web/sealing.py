"""The keys of this installation, one for each purpose, all derived from its secret."""

from flask import current_app

from app.kernel.sealing import Vault
from app.kernel.signing import Signer

PATIENTS, LABELS = "patients", "labels"
POINTERS = "recall pointers"


def patient_vault() -> Vault:
    """Return the keys under which patients' id numbers are stored."""
    return _vault(PATIENTS)


def pointer_vault() -> Vault:
    """Return the keys of pointers that stand for whoever got recalled goods."""
    return _vault(POINTERS)


def label_signer() -> Signer:
    """Return the key that seals our own labels."""
    return _signer(LABELS)


def _signer(purpose: str) -> Signer:
    known: dict[str, Signer] = current_app.extensions.setdefault("signers", {})
    if purpose not in known:
        known[purpose] = Signer.derive(str(current_app.config["SECRET_KEY"]), purpose)
    return known[purpose]


def _vault(purpose: str) -> Vault:
    known: dict[str, Vault] = current_app.extensions.setdefault("vaults", {})
    if purpose not in known:
        known[purpose] = Vault.derive(str(current_app.config["SECRET_KEY"]), purpose)
    return known[purpose]


def secret() -> str:
    """Return what this installation signs with."""
    return str(current_app.config["SECRET_KEY"])
