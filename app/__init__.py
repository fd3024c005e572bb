"""Tongcang 统仓: shared pharmacy, deliveries and equipment of a county medical alliance."""
