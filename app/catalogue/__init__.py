"""Items, pack levels, pack codes, exam items and their tariff (目录)."""
