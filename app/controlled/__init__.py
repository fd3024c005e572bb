"""The dedicated register of controlled medicines, derived from the ledger (麻精药品专用账册)."""
