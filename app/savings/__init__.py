"""Proof of savings: cost cards with versions, and what delivering together saves (节约核算)."""
