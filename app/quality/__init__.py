"""What quality decides about goods, and what follows for who waits for them (质量管理)."""
