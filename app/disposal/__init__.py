"""Goods that leave the book for good: written off, then destroyed together (报损、销毁)."""
