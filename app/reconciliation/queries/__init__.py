"""Read side of reconciliation."""
