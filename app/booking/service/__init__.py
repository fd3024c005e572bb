"""Use cases of booking: reserve, move and cancel; what happens on the day; upkeep."""
