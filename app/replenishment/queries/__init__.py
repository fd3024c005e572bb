"""Read side of replenishment."""
