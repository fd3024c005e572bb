"""From a list of essential medicines to stock items: names, classes, packs; all pure rules."""
