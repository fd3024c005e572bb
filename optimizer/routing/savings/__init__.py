"""What delivering together saves, over many days, with every cost line on both sides (节约核算)."""
