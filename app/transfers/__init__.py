"""Goods between facilities: transfers, emergency loans, returns (调拨、借用、退库)."""
