"""Decisions about plans, runs and scans, over plain values."""
