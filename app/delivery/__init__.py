"""Deliveries: vehicles, drivers, the day's plan, runs, stops and hand-over scans (配送)."""
