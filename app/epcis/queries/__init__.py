"""Read side of the exchange: our own happenings, and what others told us."""
