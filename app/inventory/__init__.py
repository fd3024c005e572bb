"""HOW MUCH is where: places, the ledger, balances, reservations (库存)."""
