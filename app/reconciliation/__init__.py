"""Codes beside the book (账码相符): what live packs hold at a place is what the ledger says."""
