"""WHICH thing: lots and holds, unit codes, aggregation, events (追溯)."""
