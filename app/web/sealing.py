"""The keys of this installation, one for each purpose, all derived from its secret."""

from flask import current_app

from app.kernel.sealing import Vault
from app.kernel.signing import Signer

PATIENTS, LABELS, SHEETS = "patients", "labels", "delivery sheets"


def patient_vault() -> Vault:
    """Return the keys under which patients' id numbers are stored."""
    vault: Vault | None = current_app.extensions.get("patient_vault")
    if vault is None:
        vault = Vault.derive(str(current_app.config["SECRET_KEY"]), PATIENTS)
        current_app.extensions["patient_vault"] = vault
    return vault


def label_signer() -> Signer:
    """Return the key that seals our own labels."""
    return _signer(LABELS)


def sheet_signer() -> Signer:
    """Return the key that seals delivery sheets."""
    return _signer(SHEETS)


def _signer(purpose: str) -> Signer:
    known: dict[str, Signer] = current_app.extensions.setdefault("signers", {})
    if purpose not in known:
        known[purpose] = Signer.derive(str(current_app.config["SECRET_KEY"]), purpose)
    return known[purpose]
