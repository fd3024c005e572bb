"""What edges may ask of reconciliation."""

from app.reconciliation.service.reconciling import Outcome, reconcile, reconcile_moved

__all__ = ["Outcome", "reconcile", "reconcile_moved"]
