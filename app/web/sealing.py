"""The vault of this installation's patients' numbers."""

from flask import current_app

from app.kernel.sealing import Vault

PURPOSE = "patients"


def patient_vault() -> Vault:
    """Return the keys under which patients' id numbers are stored."""
    vault: Vault | None = current_app.extensions.get("patient_vault")
    if vault is None:
        vault = Vault.derive(str(current_app.config["SECRET_KEY"]), PURPOSE)
        current_app.extensions["patient_vault"] = vault
    return vault
