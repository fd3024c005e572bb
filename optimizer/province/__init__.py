"""A day of every county of a province, each county planned by itself (全省)."""
