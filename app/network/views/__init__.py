"""Pages of facilities, and of the roads between them."""
