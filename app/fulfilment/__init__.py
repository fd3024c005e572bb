"""From a clinic's requisition to its shelf: approval, picking, totes, receipt (请领)."""
