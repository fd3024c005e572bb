"""Suppliers, orders, receipts and their acceptance (统一采购、到货验收)."""
