"""Labels of our own: for packs without a maker's code, lots, bins, totes, machines (标签)."""
