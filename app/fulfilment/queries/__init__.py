"""Read side of fulfilment: flat rows for pages and decisions, never entities."""
