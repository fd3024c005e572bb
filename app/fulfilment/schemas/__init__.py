"""JSON and form shapes of fulfilment."""
